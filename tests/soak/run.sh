#!/bin/sh
# run.sh small|full [ROW]... - the table of the promises: is each one kept?
#
# One line a promise of the readme: its number, the promise, the figure that was
# measured, the limit that was applied, ok, FAILED or skipped; the details of a
# failure, and what could not be tried here, above it.
# Exit status 1 where any failed. full takes minutes and prints the figures as
# promised; small takes seconds and leaves timing out.
#
# From the environment: BIN, the programs; QUICK, the same with short lives and
# cheap hashes (see the Makefile's policy); TOOLS, soak and what it preloads;
# JOBS, how many rows at once; FUZZ_RUNS, other than 10 million for row 25.
set -u

size=${1:-small}
[ $# -gt 0 ] && shift
BIN=${BIN:-build/gn0}
QUICK=${QUICK:-$BIN-policy}
TOOLS=${TOOLS:-$BIN}
export BIN QUICK TOOLS
work=$(mktemp -d "${TMPDIR:-/tmp}/rc-2fa-soak.XXXXXX") || exit 2
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

row() {
	TMPDIR=$work "$TOOLS/soak" "$1" "$size" >"$work/$1.line" 2>"$work/$1.said"
	status=$?
	[ -s "$work/$1.line" ] ||
	    printf '%d\t?\tended with status %d\t\tFAILED\n' "$1" "$status" \
	    >"$work/$1.line"
	echo "$1" >>"$work/done"
}

# Plays the rows that nobody has claimed yet.
player() {
	for r in "$@"; do
		mkdir "$work/$r.claim" 2>/dev/null && row "$r"
	done
}

# Rows whose figures are times run alone in a full run.
alone=
[ "$size" = full ] && alone='1 2 4 6 14 15 24 25 36 37 41 42'
if [ $# -eq 0 ]; then
	set -- 41 37 36 13 8 18 19 21 2 7 5 12 3 9 10 11 16 17 20 22 23 1 4 6 14 15 24 25 26 27 28 29 30 34 39 42 43
fi
together=
last=
for r in "$@"; do
	case " $alone " in
	*" $r "*) last="$last $r" ;;
	*) together="$together $r" ;;
	esac
done

n=${JOBS:-4}
while [ "$n" -gt 0 ]; do
	n=$((n - 1))
	# shellcheck disable=SC2086 # numbers
	player $together &
	pids="$pids $!"
done
wait
pids=
for r in $last; do
	row "$r"
done

tab=$(printf '\t')
good=0 bad=0
printf '%3s  %-29s  %-52s  %-26s  %s\n' row promise figure allowed ok
sort -n "$work/done" >"$work/order"
while read -r r; do
	IFS=$tab read -r number promise figure allowed ok <"$work/$r.line"
	grep '^    ' "$work/$r.said"
	printf '%3d  %-29s  %-52s  %-26s  %s\n' "$number" "$promise" "$figure" \
	    "$allowed" "$ok"
	[ "$ok" != ok ] || good=$((good + 1))
	[ "$ok" != FAILED ] || bad=$((bad + 1))
done <"$work/order"
skipped=$(cat "$work"/*.said | grep -c '^    skipped: ')
echo "promises ($size): $good passed, $bad failed, $skipped skipped"
[ "$bad" -eq 0 ]
