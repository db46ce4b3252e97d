# small.sh - goals 4, 5, 6 and 14: small files.

goal_4() {
	for r in $(rounds 5); do
		for v in floorfs fs; do
			new_dir
			start_fs $v "$DIR"
			file_load one.$v -o put -n 300
			stop
		done
		new_dir
		run "$T/durable" one.bare "$DIR" 300
		figure one.floor $(echo $(last one.floorfs.p50) \
		    $(last one.bare.p50) | awk '{ print $1 + $2 }') ms
	done
	row 4 "UPL 4 KiB / floorfs + bare durable" one.fs.p50 one.floor floor \
	    "<= 1.2"
	row 4 "  of that the bare durable cost" one.bare.p50 one.floor floor -
}

goal_5() {
	for r in $(rounds 5); do
		for v in floorfs fs; do
			new_dir
			start_fs $v "$DIR"
			file_load fifty.$v -o put -c 50 -n 4000
			stop
		done
		new_dir
		run "$T/durable" fifty.bare "$DIR" 4000 16
		figure fifty.both $(echo $(last fifty.floorfs.ops) \
		    $(last fifty.bare.ops) |
		    awk '{ print 1 / (1 / $1 + 1 / $2) }') op/s
	done
	row 5 "UPL 4 KiB, 50 clients, durable" fifty.fs.ops fifty.floorfs.ops \
	    floor ">= 0.5"
	row 5 "  the same / floorfs + bare durable" fifty.fs.ops fifty.both \
	    floor -
}

small_reads() { # NAME OPERATION COUNT OPTIONS...
	name=$1 operation=$2 n=$3
	shift 3
	run "$T/fileload" -o $operation -n $n -l "read.$name.$operation.1" "$@"
	run "$T/fileload" -o $operation -n $((2 * n)) -c 50 -k 500 \
	    -l "read.$name.$operation.50" "$@"
}

small_vsftpd() {
	has_peer vsftpd || return
	mkdir -p "$WORK/ftp/list"
	start_peer vsftpd "$WORK/ftp"
	[ -f "$WORK/ftp/u00000-f00.dat" ] ||
	    run "$T/fileload" -l skip -n 1000 $HOW $PEER_PORT
	for k in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		echo "$k" >"$WORK/ftp/list/file-$k.dat"
	done
	small_reads vsftpd get 500 $HOW $PEER_PORT
	small_reads vsftpd list 500 -P ftp -q ftp/list $PEER_PORT
	stop
}

goal_6() {
	new_dir
	run "$T/fillfs" "$DIR" 0 100 15 4096
	for r in $(rounds 5); do
		for v in floorfs fs; do
			settle
			start_fs $v "$DIR"
			small_reads $v get 1000 $FS_PORT
			small_reads $v list 1000 $FS_PORT
			stop
		done
		[ "$r" -gt 3 ] || small_vsftpd
	done
	for o in get list; do
		for c in 1 50; do
			w="RTV 4 KiB"
			[ $o = get ] || w="LST of 15"
			row 6 "$w, $c client(s)" read.fs.$o.$c.ops \
			    read.floorfs.$o.$c.ops floor ">= 0.95"
			row 6 "$w, $c client(s)" read.fs.$o.$c.ops \
			    read.vsftpd.$o.$c.ops peer ">= 5"
		done
	done
}

# One file server with its stub and its clients on one processor; the sum of
# the rates where the others run on theirs.
pinned() { # CPU KIND LABEL
	port=$((FS_PORT + $1)) stub=$((STUB_PORT + $1))
	launch taskset -c $1 "$T/stubas" $stub
	case $2 in
	floorfs) launch taskset -c $1 "$T/floorfs" "$DIR" $port $stub ;;
	fs) launch taskset -c $1 "$BIN/FS" -q $port -p $stub -d "$DIR" ;;
	esac
	"$T/ready" $port
	taskset -c $1 "$T/fileload" -o get -c 4 -n 3000 -l "$3" $port \
	    >"$WORK/pinned.$1"
}

# pinned_rate NAME N: the sum of the rates of both processors, divided by N
pinned_rate() {
	cat "$WORK"/pinned.[01] | awk -v name=several.$1 -v n=$2 '/ops/ {
	    sum += $2 } END { print name, sum / n, "op/s" }' >>"$WORK/log"
}

scaled() { # KIND
	for cpu in 0 1; do
		pinned $cpu $1 several.$1.alone
		stop
	done
	pinned_rate $1.one 2
	( pinned 0 $1 several.$1.two; stop ) &
	other=$!
	pinned 1 $1 several.$1.two
	wait $other
	stop
	pinned_rate $1.both 1
}

goal_14() {
	if ! command -v taskset >/dev/null ||
	    [ "$(getconf _NPROCESSORS_ONLN)" -lt 2 ]; then
		note "goal 14 skipped: it wants taskset and two processors"
		return
	fi
	note "goal 14: each FS shares one processor with its own clients, since"
	note "with free clients a second one has no second processor to use"
	new_dir
	run "$T/fillfs" "$DIR" 0 100 15 4096
	for r in $(rounds 5); do
		scaled floorfs
		scaled fs
	done
	row 14 "RTV 4 KiB, 2 FS / 1 FS" several.fs.both several.fs.one \
	    self ">= 1.7"
	row 14 "  the same, floorfs" several.floorfs.both \
	    several.floorfs.one floor -
}
