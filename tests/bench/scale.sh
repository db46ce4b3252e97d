# scale.sh - goals 12 and 13: 100,000 users and 1,500,000 files.

# DATA/small and DATA/large: 10 and 100,000 users with 15 files each, AS and FS.
fill_data() {
	[ -z "$DATA" ] || return
	DATA=$MEM/rc2fa-bench.$$
	if ! room_in_memory 12000000; then
		DATA=$WORK/data
		note "no room in $MEM: goals 12 and 13 use the disk"
	else
		note "goals 12 and 13 keep their data in $MEM: what the disk's"
		note "own noise would hide is seen, and it is gone at once"
	fi
	t=$(date +%s)
	mkdir "$DATA" "$DATA/small" "$DATA/large"
	run "$T/fillas" "$DATA/small/as" 10 1000
	run "$T/fillfs" "$DATA/small/fs" 0 10 15 100
	run "$T/fillas" "$DATA/large/as" 100000 1000
	run "$T/fillfs" "$DATA/large/fs" 0 100000 15 100
	note "100,000 users, 1,500,000 files made in" \
	    "$(($(date +%s) - t)) seconds"
}

# The server, just started, on one processor and all else on another: who runs
# where is worth more than what is measured here.
apart() {
	command -v taskset >/dev/null &&
	    [ "$(getconf _NPROCESSORS_ONLN)" -gt 1 ] || return
	taskset -cp 1 $$ >/dev/null
	taskset -cp 0 "$PID" >/dev/null
}

together() {
	! command -v taskset >/dev/null ||
	    taskset -cp 0-$(($(getconf _NPROCESSORS_ONLN) - 1)) $$ >/dev/null
}

# Lists and reads go all over the users; 10 of them change.
growth_fs() { # SIZE USERS BASE
	start_fs fs "$DATA/$1/fs"
	apart
	file_load grow.$1.list -o list -n 4000 -U $2
	file_load grow.$1.get -o get -n 4000 -U $2 -s 100
	file_load grow.$1.del -o del -n 150 -u $3
	file_load grow.$1.put -o put -n 150 -u $3 -s 100
	stop
}

growth_as() { # SIZE USERS
	start_as as "$DATA/$1/as"
	apart
	as_load grow.$1.vld -m vld -n 5000 -U $2
	as_load grow.$1.session -m session -n 500 -d -U $2
	as_load grow.$1.reg -m reg -n 300 -U $2
	stop
}

goal_12() {
	fill_data
	for r in $(rounds 5); do
		growth_fs small 10 0
		growth_fs large 100000 50000
		rm -rf "$DATA/small/as"
		run "$T/fillas" "$DATA/small/as" 10 1000
		growth_as small 10
		growth_as large 100000
	done
	together
	for o in list:LST get:RTV put:UPL del:DEL vld:VLD reg:REG \
	    "session:LOG REQ AUT VLD"; do
		row 12 "${o#*:}, 100,000 users / 10" grow.large.${o%%:*}.p50 \
		    grow.small.${o%%:*}.p50 self "<= 1.2"
	done
}

# What a file server that was killed has left.
leave_temporaries() { # SIZE
	mkdir -p "$DATA/$1/fs/work/gone.1.0"
	( cd "$DATA/$1/fs/work/gone.1.0" &&
	    awk 'BEGIN { while (n < 2000) { f = "t" ++n; print >f; close(f) } }'
	)
}

goal_13() {
	fill_data
	fs="$BIN/FS -q $FS_PORT -p $STUB_PORT -d"
	for r in $(rounds 7); do
		run "$T/ready" start.as "AS listening" "$BIN/AS" -p $AS_PORT \
		    -d "$DATA/large/as"
		for size in small large; do
			run "$T/ready" start.$size "FS listening" $fs \
			    "$DATA/$size/fs"
			leave_temporaries $size
			run "$T/ready" purge.$size "FS listening" $fs \
			    "$DATA/$size/fs"
		done
	done
	row 13 "start of AS, 100,000 users" start.as.ready - none "<= 50"
	row 13 "start of FS, 100,000 users" start.large.ready - none "<= 50"
	row 13 "start of FS, 2,000 temporaries" purge.large.ready - none "<= 50"
	row 13 "  the same / with 10 users" purge.large.ready \
	    purge.small.ready self "<= 1.2"
}
