# lib.sh - what the goals share: rows, figures, servers.
#
# BIN has the programs and, in tests/bench, the tools.  WORK is a directory of
# ours on the disk to measure, DATA one in memory where there is room; both are
# removed at the end, and whatever we started is ended by its process ID.
T=$BIN/tests/bench
PEER_PORT=${PORTS:-27100}
AS_PORT=$((PEER_PORT + 11)) FS_PORT=$((PEER_PORT + 20))
STUB_PORT=$((PEER_PORT + 1))
GIB=1073741824
PIDS=

note() {
	echo "# $*"
}

# row NUMBER WORK OURS AGAINST WHO GOAL: see table.awk
row() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$WORK/rows"
}

# run COMMAND...: its figures go to the log; a failure is told, not counted
run() {
	"$@" >>"$WORK/log" || note "failed: $*"
}

# figure NAME VALUE UNIT: one that is made of others
figure() {
	echo "$*" >>"$WORK/log"
}

# last NAME: the newest value of a figure
last() {
	awk -v name="$1" '$1 == name { v = $2 } END { print v }' "$WORK/log"
}

# launch COMMAND...: in the background, until stop
launch() {
	"$@" >>"$WORK/out" 2>&1 &
	PID=$!
	PIDS="$PID $PIDS"
}

stop() {
	for p in $PIDS; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	PIDS=
}

# With many connections in TIME_WAIT the kernel's housekeeping disturbs.
settle() {
	i=0
	while [ $i -lt 60 ] && awk '/^TCP:/ { exit !($7 > 60000) }' \
	    /proc/net/sockstat 2>/dev/null; do
		sleep 1
		i=$((i + 1))
	done
}

# room_in_memory KIB: is there so much in MEM?
room_in_memory() {
	df -Pk "$MEM" 2>/dev/null |
	    awk -v want=$1 'NR == 2 { room = $4 } END { exit room < want }'
}

# A virtual machine gives memory that is free for seconds back to its host and
# waits when it is touched again: for 1 GiB up to two seconds.  Have that over
# before something large is measured.
warm_up() {
	room_in_memory 4000000 || return
	dd if=/dev/zero of="$MEM/rc2fa-warm.$$" bs=1024k count=1536 2>/dev/null
	rm -f "$MEM/rc2fa-warm.$$"
}

# new_dir: a new empty directory, DIR.  The last one stays, unless it is told to
# go: ext4 is slow to make files for minutes after many have been removed.
new_dir() { # [fresh]
	[ "$1" != fresh ] || [ -z "$DIR" ] || rm -rf "$DIR"
	count=$((count + 1))
	DIR=$WORK/dir.$count
	mkdir "$DIR"
}

# start_fs floorfs|fs DIRECTORY [AS_PORT]: PID is the server's
start_fs() {
	as=${3:-$STUB_PORT}
	[ -n "$3" ] || launch "$T/stubas" $STUB_PORT
	case $1 in
	floorfs) launch "$T/floorfs" "$2" $FS_PORT "$as" ;;
	fs) launch "$BIN/FS" -q $FS_PORT -p "$as" -d "$2" ;;
	esac
	"$T/ready" $FS_PORT
}

# start_as flooras|as DIRECTORY
start_as() {
	case $1 in
	flooras) launch "$T/flooras" $AS_PORT ;;
	as) launch "$BIN/AS" -p $AS_PORT -d "$2" ;;
	esac
	"$T/ready" $AS_PORT
}

# accounts USERS: an AS directory, as.USERS, with quick hashes; made once
accounts() {
	[ -d "$WORK/as.$1" ] || run "$T/fillas" "$WORK/as.$1" "$1" 1000
}

file_load() { # LABEL OPTIONS...
	label=$1
	shift
	run "$T/fileload" -l "$label" "$@" $FS_PORT
}

as_load() { # LABEL OPTIONS...
	label=$1
	shift
	run "$T/asload" -l "$label" "$@" $AS_PORT
}

rounds() { # the default unless ROUNDS says otherwise
	awk -v n="${ROUNDS:-$1}" 'BEGIN { while (i < n) print ++i }'
}
