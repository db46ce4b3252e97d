#!/bin/sh
# coverage.sh - which lines of src the tests run (make coverage).
#
# Reads what "make BUILD=build/coverage CFLAGS='-O0 -g --coverage' test" left;
# prints a line a file, the lines that were never run to
# build/coverage/untested, and fails below 95 % in all.
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build/coverage}
: >"$build/untested"

find "$build/src" -name '*.gcda' | sort | while read -r data; do
	object=${data%.gcda}
	gcov -t -o "$object.o" "${object#"$build"/}.c" 2>/dev/null
done | awk -v untested="$build/untested" '
	$2 == "0:Source:" || /^ *-: *0:Source:/ {
		file = $0
		sub(".*Source:", "", file)
	}
	file !~ "^src/" { next }
	/^ *[0-9]+[*]?: / { run[file]++ }
	/^ *(#####|=====): / {
		missed[file]++
		split($0, part, ":")
		text = $0
		sub("^[^:]*:[^:]*:", "", text)
		print file ":" part[2] + 0 ":" text > untested
	}
	END {
		for (file in run) {
			n = run[file] + missed[file]
			printf "%5.1f %% of %4d  %s\n", 100 * run[file] / n,
			    n, file | "sort -k 5"
			all += n
			hit += run[file]
		}
		close("sort -k 5")
		printf "%5.1f %% of %4d lines\n", 100 * hit / all, all
		exit hit < 0.95 * all
	}'
