#!/bin/sh
# run.sh [TRANSCRIPT]... - the four programs over real sockets and disks.
#
# One AS and one FS serve all transcripts (default: every *.talk beside this
# script), several at once. Each transcript runs with these variables:
#
#	AS, FS		their ports; ASDIR, FSDIR: their directories
#	BIN, TOOLS	where the programs, and talk and lossy, are
#	QUICK		an AS and an FS with short times: see POLICY in rules.mk
#	DIR		an empty directory of its own
#	KEYS		a key, and certificates of it that are out of their time
#	U		four digits of its own: its users are ${U}0 to ${U}9
#	NET		three bytes of an address of its own: $NET.1 is a
#			loopback address that nobody else sends from
#
# A transcript with the line "# slow" starts early; one with "# needs PROGRAM"
# is skipped, aloud, where that is not installed. From the environment come
# BIN (default: here), TOOLS (BIN, or else build/gn0), QUICK (TOOLS-policy), JOBS,
# how many run at once (8), and STOP, which ends the run at the first failure. One line a failure, then the count; exit status 1 where anything
# failed.
set -u

here=$(dirname "$0")
bin=$(cd "${BIN:-.}" && pwd) || exit 2
tools=$(cd "${TOOLS:-${BIN:-build/gn0}}" && pwd) || exit 2
quick=$(cd "${QUICK:-$tools-policy}" && pwd) || exit 2
keys=$(cd "$here/parts/keys" && pwd) || exit 2
jobs=${JOBS:-8}
work=$(mktemp -d "${TMPDIR:-/tmp}/rc-2fa.XXXXXX") || exit 2
as=
fs=
for file in passed failed players AS.out FS.out; do
	: >"$work/$file"
done

finish() {
	trap - EXIT HUP INT TERM
	# shellcheck disable=SC2046,SC2086 # numbers, or nothing
	kill $as $fs $(cat "$work/players") 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

passed() {
	echo . >>"$work/passed"
}

failed() {
	printf '%s\n' "$*"
	echo . >>"$work/failed"
}

# check TITLE COMMAND...: passes where the command does.
check() {
	title=$1
	shift
	if "$@"; then passed; else failed "run.sh: $title"; fi
}

# usage PROGRAM: -h and -V, also --help and --version, on stdout and 0; where that
# is full, said on stderr and 1; an unknown option on stderr and 2.
usage() {
	for option in -h -V --help --version; do
		"$bin/$1" "$option" >"$work/out" 2>"$work/err" </dev/null
		check "$1 $option: exit 0" test $? -eq 0
		check "$1 $option: says it on stdout" test -s "$work/out"
		check "$1 $option: stderr empty" test ! -s "$work/err"
		[ -c /dev/full ] || continue
		"$bin/$1" "$option" >/dev/full 2>"$work/err" </dev/null
		check "$1 $option, stdout full: exit 1" test $? -eq 1
		check "$1 $option, stdout full: said" grep -q "^$1: " "$work/err"
	done
	"$bin/$1" -Z >"$work/out" 2>"$work/err" </dev/null
	check "$1 -Z: exit 2" test $? -eq 2
	check "$1 -Z: usage on stderr" grep -qi usage "$work/err"
	check "$1 -Z: stdout empty" test ! -s "$work/out"
}

# await_port NAME: sets port to the first one in the server's first line.
await_port() {
	port=
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		port=$(sed -n '1s/^[^:]*port \([0-9]*\).*/\1/p' "$work/$1.out")
		[ -n "$port" ] && return
		sleep 0.1
	done
	failed "run.sh: $1 does not start: $(cat "$work/$1.err")"
	exit 1
}

# stop NAME PID: the server ends as it should, and leaves nothing behind.
stop() {
	kill -TERM "$2"
	wait "$2"
	check "$1 ends with 0 at SIGTERM" test $? -eq 0
	check "$1 stderr empty: $(head -n 3 "$work/$1.err")" \
	    test ! -s "$work/$1.err"
}

# play TRANSCRIPT NUMBER
play() {
	dir=$work/$(basename "$1" .talk)
	if "$tools/talk" "$1" AS="$as_port" FS="$fs_port" U=$((1000 + $2)) \
	    NET="127.0.$2" DIR="$dir" BIN="$bin" TOOLS="$tools" QUICK="$quick" \
	    KEYS="$keys" ASDIR="$work/as-data" FSDIR="$work/fs-data" \
	    >"$dir.said" 2>&1; then
		passed
	else
		failed "$(sed -n '1s/^# *//p' "$1"): $(cat "$dir.said")"
	fi
}

# Plays what no other player has claimed; a transcript's directory is the claim.
player() {
	n=0
	for t in "$@"; do
		n=$((n + 1))
		[ -z "${STOP:-}" ] || [ ! -s "$work/failed" ] || return
		mkdir "$work/$(basename "$t" .talk)" 2>/dev/null || continue
		needs=$(sed -n 's/^# needs //p' "$t")
		if command -v "${needs:-sh}" >/dev/null; then
			play "$t" "$n"
		else
			echo "run.sh: no $needs here, skipped: $t"
		fi
	done
}

for program in AS FS pd user; do
	usage "$program"
done

"$bin/AS" -p 0 -d "$work/as-data" >"$work/AS.out" 2>"$work/AS.err" &
as=$!
await_port AS
as_port=$port
"$bin/FS" -q 0 -p "$as_port" -d "$work/fs-data" \
    >"$work/FS.out" 2>"$work/FS.err" &
fs=$!
await_port FS
fs_port=$port

[ $# -gt 0 ] || set -- "$here"/*.talk
slow=$(grep -lx '# slow' "$@")
while [ "$jobs" -gt 0 ]; do
	jobs=$((jobs - 1))
	# shellcheck disable=SC2086 # names without spaces
	player $slow "$@" &
	echo $! >>"$work/players"
done
while read -r pid; do
	wait "$pid"
done <"$work/players"

# A server whose output is full does not start.
for program in 'AS -p' 'FS -q'; do
	[ -c /dev/full ] || break
	# shellcheck disable=SC2086 # the program and its option
	"$bin/"$program 0 -d "$work/full" >/dev/full 2>"$work/err"
	check "$program 0, stdout full: exit 1" test $? -eq 1
	check "$program 0, stdout full: said" grep -q 'No space left' "$work/err"
	rm -rf "$work/full"
done

# Its input stays open, in descriptor 9: it is the output that ends it.
if [ -c /dev/full ]; then
	mkfifo "$work/in"
	"$bin/pd" 127.0.0.1 -d 0 -p "$as_port" <"$work/in" \
	    >/dev/full 2>"$work/pd.err" &
	pd=$!
	exec 9>"$work/in"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -s "$work/pd.err" ] && break
		sleep 0.1
	done
	check "pd notices that its output is lost" test -s "$work/pd.err"
	exec 9>&-
	wait $pd
	check "pd ends with 1 then" test $? -eq 1
else
	echo "skipped: there is no /dev/full"
fi

# walk TITLE NAME=VALUE: the demonstration, which says the title at its end.
walk() {
	env "$2" BIN="$bin" TOOLS="$tools" sh "$here/../../scripts/demo.sh" \
	    >"$work/walk" 2>&1
	check "make demo $2: $(tail -n 1 "$work/walk")" grep -q "$1" "$work/walk"
}

walk '^demo: nothing of it could be read: 0 of ' SECURE=1
walk '^demo: \([0-9]*\) of \1 secrets could be read' RECORD=1

sh "$here/hosts.sh" "$bin"
case $? in
0) passed ;;
77) echo "run.sh: no network namespaces here, skipped: hosts.sh" ;;
*) failed "run.sh: what two hosts show of addresses" ;;
esac

check "no password stands in the AS's files" \
    sh -c "! grep -rq abcd1234 '$work/as-data'"
check "the AS's files are its owner's alone" \
    test -z "$(find "$work/as-data" -type f ! -perm 600 -o -type d ! -perm 700)"
stop AS "$as"
stop FS "$fs"
as=
fs=
check "the FS's work directory is empty" \
    test -z "$(find "$work/fs-data/work" -type f -size +0 2>/dev/null)"

bad=$(wc -l <"$work/failed")
echo "system: $(($(wc -l <"$work/passed"))) passed, $((bad)) failed"
test "$((bad))" -eq 0
