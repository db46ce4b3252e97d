#!/bin/sh
# coverage.sh - which lines of src the tests run (make coverage).
#
# Reads what a build with --coverage left in BUILD after its tests: of the
# programs themselves, and of their sources in the fuzz entries.  Prints a line
# a file, writes the lines that never ran to BUILD/untested, and fails below 95 %
# in all.
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build/coverage}
: >"$build/untested"

for below in "$build" "$build/replay"; do
	find "$below/src" -name '*.gcda' | sort | while read -r data; do
		object=${data%.gcda}
		gcov -t -o "$object.o" "${object#"$below"/}.c" 2>/dev/null
	done
done | awk -v untested="$build/untested" '
	/^ *-: *0:Source:/ {
		file = $0
		sub(".*Source:", "", file)
	}
	file !~ "^src/" || !/^ *([0-9]+[*]?|#####|=====): / { next }
	{
		split($0, part, ":")
		at = file ":" part[2] + 0
		if (!(at in ran)) {
			text[at] = $0
			sub("^[^:]*:[^:]*:", "", text[at])
			order[++lines] = at
			of[at] = file
		}
		ran[at] += part[1] ~ "[0-9]"
	}
	END {
		for (i = 1; i <= lines; i++) {
			at = order[i]
			all[of[at]]++
			if (ran[at]) {
				run[of[at]]++
				hit++
			} else
				print at ":" text[at] > untested
		}
		for (file in all)
			printf "%5.1f %% of %4d  %s\n", \
			    100 * run[file] / all[file], all[file], \
			    file | "sort -k 5"
		close("sort -k 5")
		printf "%5.1f %% of %4d lines\n", 100 * hit / lines, lines
		exit hit < 0.95 * lines
	}'
