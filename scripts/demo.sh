#!/bin/sh
# demo.sh - one user's whole story on this machine (make demo).
#
# Starts AS, FS and a personal device on free loopback ports, then types what a
# person would: registers, logs in and does every operation on a file of a few
# megabytes, each with a code read from the device's screen.  Shows both sides
# and ends with status 0 when every reply and checksum was right.
#
# With SECURE=1 all of it is sealed, with keys made on the spot, and goes through
# a relay that records it; in the end nothing of what was said must be found in
# the recording.  With RECORD=1 the same in plain text: all of it must be found.
keys=$(dirname "$0")/keys.sh
case $keys in
/*) ;;
*) keys=$(pwd)/$keys ;;
esac
tools=${TOOLS:-$(dirname "$0")/../build/gn0}
case $tools in
/*) ;;
*) tools=$(pwd)/$tools ;;
esac
secure=${SECURE:+-s}
only=${SECURE:+-S}
record=$SECURE$RECORD
bin=${BIN:-$(dirname "$0")/..}
case $bin in
/*) ;;
*) bin=$(pwd)/$bin ;;
esac
dir=$(mktemp -d) || exit 2
started=

finish() {
	status=$?
	trap - EXIT INT TERM
	exec 4>&- 6>&-
	for pid in $started; do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$dir"
	exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

fail() {
	echo "demo: $*" >&2
	exit 1
}

# Each program's output is a pipe that we read line by line: no waiting by the
# clock, and an early end is noticed at once.
mkfifo "$dir/as" "$dir/fs" "$dir/pd.in" "$dir/pd" "$dir/user.in" "$dir/user"
cd "$dir" || exit 2
if [ -n "$secure" ]; then
	echo '$ sh scripts/keys.sh'
	BIN=$bin sh "$keys" keys | sed 's/^/    /'
fi

# relay NAME PORT: sets port to one that leads there
relay() {
	port=$2
	[ -n "$record" ] || return
	mkfifo "$1.relay"
	"$tools/record" "$1.rec" "$2" >"$1.relay" &
	started="$started $!"
	read -r port <"$1.relay" || fail 'the relay does not start'
	port=${port##* }
}

printf '$ ./AS%s\n$ ./FS%s\n' "${only:+ -S keys/as}" "${only:+ -S keys/fs}"
"$bin/AS" -p 0 ${only:+-S keys/as} >as &
started="$started $!"
exec 8<as
read -r line <&8 || fail 'the AS does not start'
as_port=${line##* }
echo "    $line"
relay to_as "$as_port"
as_port=$port
"$bin/FS" -q 0 -p "$as_port" ${only:+-S keys/fs} >fs &
started="$started $!"
exec 9<fs
read -r line <&9 || fail 'the FS does not start'
fs_port=${line#*TCP port }
fs_port=${fs_port%%,*}
echo "    $line"
relay to_fs "$fs_port"
fs_port=$port

printf '$ ./pd 127.0.0.1%s\n$ ./user%s\n\n' "${secure:+ -s keys/pd}" \
    "${secure:+ -s keys/user}"
"$bin/pd" 127.0.0.1 -d 0 -p "$as_port" ${secure:+-s keys/pd} \
    <pd.in >pd 2>&1 &
device=$!
started="$started $!"
exec 4>pd.in 5<pd
"$bin/user" -p "$as_port" -q "$fs_port" ${secure:+-s keys/user} <user.in >user 2>&1 &
user=$!
started="$started $!"
exec 6>user.in 7<user

# The AS sends codes to the device straight: only root can listen there.
[ -z "$record" ] || {
	read -r line <&5
	printf '    %-5s %s\n' pd "$line"
	mkfifo pd.relay
	"$tools/record" -w to_pd.rec "${line##*port }" >pd.relay 2>&1 &
	watcher=$!
	started="$started $watcher"
	read -r watched <pd.relay || watched=
}

# expect NAME DESCRIPTOR PATTERN: show what NAME says, which has to fit
expect() {
	while read -r line <&"$2"; do
		printf '    %-5s %s\n' "$1" "$line"
		case $line in
		$3) return ;;
		'Waiting for '* | 'Codes come to'*) ;;
		*) fail "$1 should have said '$3'" ;;
		esac
	done
	fail "$1 ended before it said '$3'"
}

pd() { # COMMAND PATTERN
	printf 'pd>   %s\n' "$1"
	echo "$1" >&4
	expect pd 5 "$2"
}

user() { # COMMAND PATTERN
	printf 'user> %s\n' "$1"
	echo "$1" >&6
	expect user 7 "$2"
}

# Ask for an operation, read its code from the device, confirm it.
confirm() { # OPERATION [FILE]
	user "req $*" 'Code sent*'
	expect pd 5 'VC=*'
	code=${line#VC=}
	echo " ${code%% *}" >>secrets
	user "val ${code%% *}" 'Confirmed*'
	code=${line#*TID=}
	echo " ${code%%)*}" >>secrets
}

same() { # FILE FILE
	cmp "$1" "$2" || fail "$1 and $2 differ"
	echo "    ----  $2 is, byte for byte, what was uploaded"
}

if [ -n "$record" ]; then # lines that can be looked for
	dd if=/dev/urandom bs=65536 count=19 2>/dev/null |
	    od -An -v -tx1 >original.dat
	awk 'NR % 5000 == 1' original.dat >>secrets
	printf '%s\n' 12345 abcd1234 report.dat >>secrets
else
	dd if=/dev/urandom of=original.dat bs=65536 count=61 2>/dev/null
fi
echo 'a last line without its newline' | tr -d '\n' >>original.dat
cp original.dat report.dat

pd 'reg 12345 abcd1234' 'Registered*'
user 'login 12345 abcd1234' 'Logged in*'
confirm U report.dat
user 'upload report.dat' 'Uploaded*'
confirm L
user 'list' '1 report.dat *'
echo 'not yet' >report.dat
confirm R report.dat
user 'retrieve report.dat' 'Retrieved*'
same original.dat report.dat
confirm D report.dat
user 'delete report.dat' 'Deleted*'
confirm U report.dat
user 'upload report.dat' 'Uploaded*'
confirm X
user 'remove' 'Removed*'
wait "$user" || fail "user ended with status $?"
started=$(echo "$started" | sed "s/ $user\$//")
printf 'pd>   exit\n'
echo exit >&4
while read -r line <&5; do
	printf '    %-5s %s\n' pd "$line"
done
[ ! -e fs-data/12345 ] || fail 'the files are still there'
[ ! -e as-data/12345 ] || fail 'the account is still there'
echo
echo 'demo: every operation was done and every checksum was right'

[ -n "$record" ] || exit 0

# What was said, looked for in what was heard.
[ -n "$watched" ] || echo 'demo: what went to the device was not recorded: root can'
n=0
all=0
while IFS= read -r secret; do
	all=$((all + 1))
	grep -qaF -- "$secret" ./*.rec && n=$((n + 1))
done <secrets
bytes=$(($(cat ./*.rec | wc -c)))
if [ -z "$secure" ]; then
	echo "demo: $n of $all secrets could be read in $bytes bytes"
	[ "$n" -eq "$all" ] || fail 'the recording lacks some of them'
else
	[ "$bytes" -gt 4000000 ] || fail "the recording has but $bytes bytes"
	[ "$n" -eq 0 ] || fail "$n of $all secrets could be read"
	echo "demo: nothing of it could be read: 0 of $all secrets in $bytes bytes"
fi
