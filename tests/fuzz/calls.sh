#!/bin/sh
# calls.sh OBJECT... -- MACHINE... - what the objects of a program under fuzz ask
# of the system itself, since world.h does not rename it, the machine's objects
# do not define it and calls.txt does not call it harmless: one line a name, and
# exit status 1.
here=$(dirname "$0")
for o; do
	case $o in
	--) machine=1 ;;
	*) nm ${machine:+--defined-only} "$o" ;;
	esac
done | awk -v known="$here/calls.txt" '
	BEGIN {
		while ((getline line < known) > 0)
			if (line !~ /^#/) {
				n = split(line, word, " ")
				for (i = 1; i <= n; i++)
					harmless[word[i]] = 1
			}
	}
	NF == 3 { defined[$3] = 1 }
	NF == 2 && $1 == "U" { wanted[$2] = 1 }
	END {
		for (name in wanted) {
			plain = name
			# what libraries, sanitizers and compilers make of it
			sub(/@.*/, "", plain)
			if (plain ~ /^__(asan|ubsan|sanitizer|gcov|stack_chk|sancov|llvm|afl|cpu)_/)
				continue
			sub(/^__isoc(99|23)_/, "", plain)
			sub(/^___/, "_", plain)
			if (plain ~ /_chk$/)
				sub(/^__/, "", plain)
			sub(/_chk$/, "", plain)
			sub(/64$/, "", plain)
			if (name in defined || plain in harmless ||
			    plain ~ /^world_/)
				continue
			print "tests/fuzz/world.h does not know " plain "()"
			bad = 1
		}
		exit bad
	}' >&2
