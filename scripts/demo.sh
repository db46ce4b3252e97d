#!/bin/sh
# demo.sh - one user's whole story on this machine (make demo).
#
# Starts AS, FS and a personal device on free loopback ports, then types what a
# person would: registers, logs in and does every operation on a file of a few
# megabytes, each with a code read from the device's screen.  Shows both sides
# and ends with status 0 when every reply and checksum was right.
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
printf '$ ./AS\n$ ./FS\n'
"$bin/AS" -p 0 >as &
started="$started $!"
exec 8<as
read -r line <&8 || fail 'the AS does not start'
as_port=${line##* }
echo "    $line"
"$bin/FS" -q 0 -p "$as_port" >fs &
started="$started $!"
exec 9<fs
read -r line <&9 || fail 'the FS does not start'
fs_port=${line#*TCP port }
fs_port=${fs_port%%,*}
echo "    $line"

printf '$ ./pd 127.0.0.1\n$ ./user\n\n'
"$bin/pd" 127.0.0.1 -d 0 -p "$as_port" <pd.in >pd 2>&1 &
device=$!
started="$started $!"
exec 4>pd.in 5<pd
"$bin/user" -p "$as_port" -q "$fs_port" <user.in >user 2>&1 &
user=$!
started="$started $!"
exec 6>user.in 7<user

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
	user "val ${code%% *}" 'Confirmed*'
}

same() { # FILE FILE
	cmp "$1" "$2" || fail "$1 and $2 differ"
	echo "    ----  $2 is, byte for byte, what was uploaded"
}

dd if=/dev/urandom of=original.dat bs=65536 count=61 2>/dev/null
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
