# stage.sh - what two-fs.sh and classroom.sh share; they read it with ".".
#
# The programs are looked for in $BIN, or where the Makefile is.  Everything
# happens in a temporary directory, on free ports of the loopback interface,
# and is gone when the script ends, however it ends.  Nothing waits by the
# clock: each program's output is a pipe that is read line by line, and a
# program that ends early is noticed at once.
#
# The programs say one line on the standard output for each command that they
# are given, so a command is one line to write and one to read.

bin=${BIN:-$(dirname "$0")/..}
case $bin in
/*) ;;
*) bin=$(pwd)/$bin ;;
esac
for program in AS FS pd user; do
	[ -x "$bin/$program" ] || {
		echo "$0: $bin/$program is missing: run make first" >&2
		exit 2
	}
done

started=

# Ends exactly what this shell has started.
finish() {
	status=$?
	trap - EXIT
	trap '' INT TERM HUP
	exec 3<&- 4>&- 5<&- 6>&- 7<&-
	for pid in $started; do
		kill "$pid" 2>/dev/null
	done
	wait
	[ -z "$dir" ] || rm -rf "$dir"
	exit "$status"
}

# Subshells call it again: they have their own list, and no directory.
clean_up_at_the_end() {
	started=
	trap finish EXIT
	trap 'exit 1' INT TERM HUP
	trap '' PIPE
}

fail() {
	echo "${uid:+user $uid: }FAILED: $*" >&2
	exit 1
}

dir=$(mktemp -d) || exit 2
clean_up_at_the_end
cd "$dir" || exit 2

# start NAME COMMAND...: a server; its first line goes to $line
start() {
	name=$1
	shift
	mkfifo "$name.out"
	"$@" >"$name.out" 2>"$name.err" &
	started="$started $!"
	exec 3<"$name.out"
	read -r line <&3 || fail "$name does not start: $(cat "$name.err")"
	exec 3<&-
}

start_as() { # OPTION...: sets as_port
	start AS "$bin/AS" -p 0 "$@"
	as_port=${line##* }
}

start_fs() { # NAME OPTION...: sets fs_port
	fs=$1
	shift
	start "$fs" "$bin/FS" -q 0 -p "$as_port" "$@"
	fs_port=${line#*TCP port }
	fs_port=${fs_port%%,*}
}

# In the current directory; descriptors 4 and 5.
start_pd() {
	mkfifo pd.in pd.out
	"$bin/pd" 127.0.0.1 -d 0 -p "$as_port" <pd.in >pd.out 2>pd.err &
	started="$started $!"
	exec 4>pd.in 5<pd.out
	pd_says 'Codes come to*'
}

# FSport; in the current directory; descriptors 6 and 7.
start_user() {
	rm -f user.in user.out
	mkfifo user.in user.out
	"$bin/user" -p "$as_port" -q "$1" <user.in >user.out 2>user.err \
	    4>&- 5<&- &
	user_pid=$!
	started="$started $!"
	exec 6>user.in 7<user.out
}

pd_says() { # PATTERN; the line goes to $line
	read -r line <&5 || fail "pd ended before it said '$1'"
	case $line in
	$1) ;;
	*) fail "pd: $line" ;;
	esac
}

pd() { # COMMAND PATTERN
	echo "$1" >&4
	pd_says "$2"
}

user() { # COMMAND PATTERN; the line goes to $line
	echo "$1" >&6
	read -r line <&7 || fail "user ended at '$1': $(tail -n 1 user.err)"
	case $line in
	$2) ;;
	*) fail "user: $1: $line" ;;
	esac
}

# Ask for an operation, read its code from the device, confirm it.
confirm() { # OPERATION [FILE]
	user "req $*" 'Code sent*'
	pd_says 'VC=*'
	code=${line#VC=}
	user "val ${code%% *}" 'Confirmed*'
}

stop_user() {
	echo exit >&6
	exec 6>&- 7<&-
	wait "$user_pid" || fail "user ended with status $?"
	started=$(echo "$started" | sed "s/ $user_pid\$//")
}
