#!/bin/sh
# layers.sh - who may know whom: prints what breaks the rule, then exits 1.
#
#	policy version clock < wire field < ready disk line log random
#	    < net terminal < call conn pool trace < a program's own < its main
#
# A module of the library includes only what stands left of it, or itself.  A
# program includes the library and its own headers, no other program's.  The
# business modules decide and store, but never touch a connection.  wire and
# field touch no descriptor, clock, global or log; crypto knows only itself; nothing in src/lib prints
# but log and terminal, and nothing there exits but a child of the pool.
cd "$(dirname "$0")/.." || exit 2

includes() { # FILE...: "file header" a line
	grep -H '^#include "' "$@" |
	    sed 's/^\([^:]*\):#include "\(.*\)"/\1 \2/'
}

wrong=$(
	includes include/*.h src/lib/*.[ch] | awk '
	BEGIN {
		split("policy version clock", l0)
		split("wire field", l1)
		split("ready disk line log random", l2)
		split("net terminal", l3)
		split("call conn pool trace", l4)
		for (i in l0) rank[l0[i]] = 1
		for (i in l1) rank[l1[i]] = 2
		for (i in l2) rank[l2[i]] = 3
		for (i in l3) rank[l3[i]] = 4
		for (i in l4) rank[l4[i]] = 5
	}
	{
		from = $1; to = $2
		sub(".*/", "", from); sub("[.][ch]$", "", from)
		sub("[.]h$", "", to)
		if (!rank[from]) print $1 ": has no layer"
		if (!rank[to]) print $1 ": includes " $2 ", not of the library"
		if (from != to && rank[to] >= rank[from] &&
		    !(rank[from] == 2 && rank[to] == 2))
			print $1 ": includes " $2 ", which is not below it"
	}'
	for program in as fs pd user; do
		includes src/$program/*.[ch] | while read -r file header; do
			[ -f "include/$header" ] ||
			    [ -f "src/$program/$header" ] ||
			    echo "$file: includes $header of another program"
		done
	done
	for business in as/accounts as/people as/tickets \
	    fs/files fs/spent; do
		includes src/$business.[ch] |
		    grep -E ' (conn|call|ready|net|pool)\.h$' |
		    sed 's/$/: business knows of no connection/'
	done
	grep -nE '#include <(unistd|fcntl|time|errno|sys/|stdlib)' \
	    src/lib/wire.c src/lib/field.c |
	    sed 's/$/: wire and field touch nothing/'
	includes include/crypto/*.h src/crypto/*.[ch] |
	    while read -r file header; do
		case $header in
		crypto/*) [ -f "include/$header" ] ;;
		*) [ -f "src/crypto/$header" ] ;;
		esac || echo "$file: includes $header, not of crypto"
	done
	grep -nE '\b(printf|fprintf|puts|putchar|exit|abort|perror)\(' \
	    src/lib/*.c | grep -vE '^src/lib/(log|terminal|pool)\.c:' |
	    sed 's/$/: the library neither prints nor exits/'
)
[ -z "$wrong" ] && exit 0
echo "$wrong"
exit 1
