#!/bin/sh
# run.sh [PATTERN] - does a test notice? (make mutants MUTANTS=PATTERN)
#
# Each line of the file list beside this script is one small change of the
# source, a mutant: four fields with tabs between them,
#
#	FILE[:FUNCTION]	TEXT	REPLACEMENT	NOTE
#
# TEXT stands in one line of the file (of the function), as it is; all of the
# line may be given, or a part. A mutant is built in a copy of the tree of its
# own and meets the unit tests, then the transcripts, then the promises, up to
# the first that fails: it is noticed. NOTE may name the one to begin with
# ("unit tickets", "talk as-users", "row 20"), or begins with "no difference",
# and why: such a change is not tried.
#
# One line a mutant. Exit status 1 where one survives, or does not apply any
# more. From the environment: JOBS, how many at once (2); QUICKLY=1 tries only
# what NOTE names; LIST, another list. PATTERN is for grep, over whole lines.
set -u

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/rc-2fa-mutants.XXXXXX") || exit 2
pids=

finish() {
	trap - EXIT HUP INT TERM
	# shellcheck disable=SC2086 # none, or several
	[ -z "$pids" ] || kill $pids 2>/dev/null
	wait
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# change FILE FUNCTION: its text with the change of the mutant, or status 1.
change() {
	awk -v function_="$2" '
	BEGIN {
		text = ENVIRON["TEXT"]
		put = ENVIRON["PUT"]
		inside = function_ == ""
	}
	function_ != "" && index($0, function_ "(") == 1 { inside = 1 }
	{
		at = index($0, text)
		if (inside && !done && at > 0) {
			$0 = substr($0, 1, at - 1) put \
			    substr($0, at + length(text))
			done = 1
		}
		print
	}
	function_ != "" && /^}/ { inside = 0 }
	END { exit !done }' "$1"
}

# The first test that fails: its name is printed, and the status is 0.
noticed_by() { # NOTE
	case $1 in
	"unit "*) try_unit "${1#unit }" && return ;;
	"talk "*) try_talk "tests/system/${1#talk }.talk" && return ;;
	"row "*) try_row "${1#row }" && return ;;
	esac
	[ -z "${QUICKLY:-}" ] || return 1
	for t in build/gn0/tests/unit/test_*.o; do
		t=${t%.o}
		try_unit "${t##*/test_}" && return
	done
	try_talk && return
	try_row
}

try_unit() { # NAME
	[ -x "build/gn0/tests/unit/test_$1" ] || return 1
	! timeout 120 "build/gn0/tests/unit/test_$1" >said 2>&1 &&
	    echo "unit $1"
}

try_talk() { # [TRANSCRIPT]
	[ $# -eq 0 ] || [ -f "$1" ] || return 1
	! BIN=build/gn0 TOOLS=build/gn0 QUICK=build/gn0-policy STOP=1 \
	    timeout 300 sh tests/system/run.sh "$@" >said 2>&1 &&
	    echo "talk $(sed -n 's,.*tests/system/\([a-z0-9-]*\)\.talk.*,\1,p;
	        s,^run.sh: [^s].*,&,p' said | grep -v skipped | head -n 1)"
}

try_row() { # [ROW]
	! BIN=build/gn0 QUICK=build/gn0-policy TOOLS=build/gn0 \
	    timeout 300 sh tests/soak/run.sh small "$@" >said 2>&1 &&
	    echo "row $(awk '/FAILED$/ { print $1; exit }' said)"
}

build() {
	make -s -j2 tests-built >said 2>&1
}

# mutant NUMBER LINE: in the copy that is our directory.
mutant() {
	where=$(printf '%s' "$2" | cut -f 1)
	TEXT=$(printf '%s' "$2" | cut -f 2)
	PUT=$(printf '%s' "$2" | cut -f 3)
	note=$(printf '%s' "$2" | cut -f 4)
	export TEXT PUT
	file=${where%%:*}
	function=
	[ "$file" = "$where" ] || function=${where#*:}
	case $note in
	"no difference"*)
		printf "no difference	%s: %s\n" "$where" "$TEXT"
		return ;;
	esac
	if ! [ -f "$file" ] || ! change "$file" "$function" >changed ||
	    cmp -s changed "$file"; then
		printf "does not apply	%s: %s\n" "$where" "$TEXT"
		return
	fi
	cp -p "$file" "$work/original.$$.$1"
	cat changed >"$file"
	if ! build; then
		verdict="does not build	"
	elif by=$(noticed_by "$note"); then
		verdict="noticed by $by	"
	else
		verdict="SURVIVES	"
	fi
	cat "$work/original.$$.$1" >"$file"
	rm "$work/original.$$.$1"
	printf "%s%s: %s -> %s\n" "$verdict" "$where" "$TEXT" "$PUT"
}

# Takes the mutants that nobody has claimed yet.
worker() { # NUMBER
	cp -Rp "$work/base" "$work/copy.$1" && cd "$work/copy.$1" || exit 2
	n=0
	while IFS= read -r line; do
		n=$((n + 1))
		mkdir "$work/$n.claim" 2>/dev/null || continue
		mutant "$n" "$line" >"$work/$n.said"
		cat "$work/$n.said"
		cat "$work/$n.said" >>"$work/all"
	done <"$work/list"
}

grep -v -e "^#" -e "^$" "${LIST:-$here/list}" | grep -e "${1:-.}" >"$work/list"
mkdir "$work/base"
(cd "$tree" && cp -Rp Makefile include src tests "$work/base/" &&
    mkdir -p build "$work/base/build" && for b in gn0 gn0-policy; do
	[ ! -d build/$b ] || cp -Rp build/$b "$work/base/build/"
    done)
: >"$work/all"
cd "$work/base" || exit 2
build || { cat said; exit 2; }

# A test that is red anyway would notice everything.
cut -f 4 "$work/list" | grep -e '^unit ' -e '^talk ' -e '^row ' | sort -u |
    while read -r note; do
	by=$(QUICKLY=1 noticed_by "$note") &&
	    echo "without a mutant $by is red:" && cat said
    done >"$work/red"
if [ -z "${QUICKLY:-}" ] && by=$(noticed_by ''); then
	echo "without a mutant $by is red:" | cat - said >>"$work/red"
fi
[ ! -s "$work/red" ] || { cat "$work/red"; exit 2; }

n=${JOBS:-2}
while [ "$n" -gt 0 ]; do
	worker "$n" &
	pids="$pids $!"
	n=$((n - 1))
done
wait
pids=

count() {
	grep -c "^$1" "$work/all"
}
noticed=$(count noticed) survive=$(count SURVIVES) lost=$(count 'does not apply')
broken=$(count 'does not build') same=$(count 'no difference')
echo "mutants: $noticed of $((noticed + survive)) noticed," \
    "$survive survive, $lost do not apply, $broken do not build," \
    "$same make no difference"
[ $((survive + lost + broken)) -eq 0 ]
