# big.sh - goals 1, 2, 3 and 7: large files.

# Before each transfer everything that is dirty is written, so that nobody pays
# for another.
calm() {
	sync
	warm_up
}

# One file of 1 GiB up or down: big_load NAME up|down FILELOAD'S OPTIONS...
big_load() {
	name=$1 way=$2
	shift 2
	calm
	case $way in
	up) set -- -o put "$@" ;;
	down) set -- -o get -U 1 "$@" ;;
	esac
	run "$T/watch" "big.$name.$way" "$PID" "$T/fileload" -n 1 -s 1G \
	    -l "big.$name.$way" "$@"
}

# The two that are compared, one right after the other.
big_ours() {
	new_dir fresh
	mkdir "$DIR/floorfs" "$DIR/fs"
	for way in up down; do
		for v in floorfs fs; do
			start_fs $v "$DIR/$v"
			big_load $v $way $FS_PORT
			stop
		done
	done
}

big_peer() { # NAME
	has_peer "$1" || return
	new_dir fresh
	start_peer "$1" "$DIR"
	big_load "$1" up $HOW $PEER_PORT
	big_load "$1" down $HOW $PEER_PORT
	stop
}

# The real AS, FS and user, and a device that says OK.
big_user() {
	new_dir fresh
	start_as as "$DIR/as"
	start_fs fs "$DIR/fs" $AS_PORT
	calm
	cat "$WORK/big.dat" >/dev/null # some systems drop it from memory soon
	user="$BIN/user -p $AS_PORT -q $FS_PORT"
	run "$T/drive" big.user.up put 10000 "$WORK/big.dat" 1G $AS_PORT $user \
	    2>>"$WORK/out"
	mv "$WORK/big.dat" "$WORK/big.sent"
	calm
	run "$T/drive" big.user.down get 10000 big.dat 1G $AS_PORT $user \
	    2>>"$WORK/out"
	rm -f big.dat
	calm
	dd if="$WORK/big.sent" of=big.copy bs=256k 2>/dev/null &&
	    run "$T/flush" big.disk big.copy
	mv "$WORK/big.sent" "$WORK/big.dat"
	stop
	rm -rf big.copy "$DIR"
}

big_sftp() {
	has_peer sftp || return
	new_dir fresh
	start_peer sftp "$DIR"
	for way in up down; do
		calm
		t=$(date +%s.%N)
		case $way in
		up) sftp_do "put $WORK/big.dat $DIR/big" ;;
		down) sftp_do "get $DIR/big /dev/null" ;;
		esac && figure big.sftp.$way.rate $(date +%s.%N |
		    awk -v t="$t" '{ print 1024 / ($1 - t) }') MiB/s
	done
	stop
}

# Once for the three goals.
big_files() {
	[ -z "$big_done" ] || return
	big_done=1
	head -c $GIB /dev/urandom >"$WORK/big.dat"
	BIN=$(cd "$BIN" && pwd) T=$BIN/tests/bench
	mkdir -p "$WORK/home"
	for r in $(rounds 7); do
		big_ours
		( cd "$WORK/home" && big_user )
		count=$((count + 1))
		for p in vsftpd nginx lighttpd; do
			big_peer $p
		done
		[ "$r" != 1 ] || big_sftp
	done
	rm -f "$WORK/big.dat"
	new_dir fresh
}

# Our rows of one way: up or down.
big_rows() { # NUMBER WAY NAME LEAST
	row "$1" "$3 1 GiB" big.fs.$2.rate big.floorfs.$2.rate floor ">= $4"
	row "$1" "$3 1 GiB, vsftpd and nginx" big.fs.$2.rate \
	    "big.vsftpd.$2.rate big.nginx.$2.rate" peer ">= 1.0"
	row "$1" "$3 1 GiB, server CPU" big.fs.$2.cpu big.floorfs.$2.cpu \
	    floor "<= 1.1"
	row "$1" "$3 1 GiB, lighttpd" big.fs.$2.rate big.lighttpd.$2.rate \
	    peer -
	row "$1" "$3 1 GiB, sftp (encrypts)" big.fs.$2.rate \
	    big.sftp.$2.rate peer -
}

goal_1() {
	big_files
	big_rows 1 up UPL 0.9
}

goal_2() {
	big_files
	big_rows 2 down RTV 0.95
}

goal_3() {
	big_files
	row 3 "UPL 1 GiB, user / goal 1" big.user.up.rate big.fs.up.rate \
	    self ">= 0.9"
	row 3 "RTV 1 GiB, user / goal 2" big.user.down.rate big.fs.down.rate \
	    self ">= 0.9"
	row 3 "  the same / the disk alone, fsync" big.user.down.rate \
	    big.disk.rate floor -
}

# Lists while 8 clients upload 1 GiB each and one deletes 4 GiB.
goal_7() {
	for r in $(rounds 3); do
		new_dir fresh
		run "$T/fillfs" "$DIR" 0 100 15 4096
		start_fs fs "$DIR"
		file_load skip -o put -u 500 -n 1 -s 4G
		sync
		file_load mixed.idle -o list -n 5000
		"$T/fileload" -o put -u 20000 -c 8 -n 8 -s 1G -l mixed.up \
		    $FS_PORT >"$WORK/up" &
		up=$!
		(sleep 1.5 && exec "$T/fileload" -o del -u 500 -n 1 $FS_PORT) \
		    >>"$WORK/out" &
		sleep 0.3
		file_load mixed.busy -o list -k 100 -n 80000 -t 4
		kill -0 $up 2>/dev/null ||
		    note "goal 7: the uploads ended before the lists"
		wait $up || note "goal 7: uploads failed"
		cat "$WORK/up" >>"$WORK/log"
		stop
	done
	new_dir fresh
	row 7 "LST p99, 8 uploads and a DEL" mixed.busy.p99 - none "<= 10"
	row 7 "LST p99 / idle" mixed.busy.p99 mixed.idle.p99 self "<= 20"
	row 7 "LST longest" mixed.busy.max - none -
}
