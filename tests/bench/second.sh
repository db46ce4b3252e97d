# second.sh - goals 8, 9, 10 and 11: the AS, and memory.

goal_8() {
	accounts 2000
	for r in $(rounds 9); do
		launch "$T/echo" $AS_PORT
		sleep 0.2
		as_load vld.echo -m vld -w 16 -n 200K
		stop
		start_as as "$WORK/as.2000"
		as_load vld.as -m vld -w 16 -n 200K
		as_load vld.idle -m vld -w 16 -n 200K -U 1000 -i 900
		stop
	done
	row 8 "VLD-CNF, 16 under way / raw echo" vld.as.ops vld.echo.ops \
	    floor ">= 0.9"
	row 8 "  beside 900 sessions / without" vld.idle.ops vld.as.ops self \
	    ">= 0.9"
}

goal_9() {
	note "goal 9: 8 users at a time of 160, each for 50 second factors, as"
	note "a user gets no more codes at once; hashes of 1,000 rounds"
	accounts 2000
	for r in $(rounds 7); do
		for v in flooras as; do
			for i in 0 900; do
				start_as $v "$WORK/as.2000"
				as_load cycle.$v.$i -m cycle -c 8 -n 8000 \
				    -U 160 -i $i
				stop
			done
		done
	done
	row 9 "second factors, 8 users" cycle.as.0.ops cycle.flooras.0.ops \
	    floor ">= 0.95"
	row 9 "  beside 900 sessions / without" cycle.as.900.ops \
	    cycle.as.0.ops self ">= 0.8"
	row 9 "  the same, flooras" cycle.flooras.900.ops \
	    cycle.flooras.0.ops floor -
}

# Others, whose passwords are known already, use second factors meanwhile.
goal_10() {
	run "$T/fillas" "$WORK/as.full" 1200 100000
	for r in $(rounds 1); do
		start_as as "$WORK/as.full"
		as_load others.idle -m session -n 500 -u 1000 -U 100 -d
		"$T/asload" -l cold -m login -U 1000 $AS_PORT \
		    >"$WORK/cold" &
		cold=$!
		"$T/asload" -l others.vld -m vld -u 1100 -n 1M -t 12 \
		    $AS_PORT >"$WORK/vld" &
		vld=$!
		as_load others.busy -m session -n 5000 -t 12 -u 1000 -U 100 -d
		wait $vld
		kill -0 $cold 2>/dev/null ||
		    note "goal 10: the logins ended before the others"
		wait $cold
		cat "$WORK/cold" "$WORK/vld" >>"$WORK/log"
		as_load warm -m login -U 1000
		stop
	done
	row 10 "1,000 logins at once, warm / cold" warm.ops cold.ops self \
	    ">= 100"
	row 10 "others' whole sessions, p99" others.busy.p99 - none "<= 50"
	row 10 "others' VLD-CNF, p99" others.vld.p99 - none "<= 50"
}

memory_of_programs() {
	new_dir
	head -c 268435456 /dev/zero >"$DIR/mem.dat"
	start_as as "$DIR/as"
	start_fs fs "$DIR/fs" $AS_PORT
	run "$T/drive" memory.user put 10000 "$DIR/mem.dat" 256M $AS_PORT \
	    "$BIN/user" -p $AS_PORT -q $FS_PORT 2>>"$WORK/out"
	{ echo "reg 10001 abcd1234"; sleep 2; } | "$BIN/pd" 127.0.0.1 \
	    -d $((PEER_PORT + 91)) -n 127.0.0.1 -p $AS_PORT >>"$WORK/out" 2>&1 &
	PID=$! PIDS="$! $PIDS"
	run "$T/watch" -m memory.pd "$PID" sleep 1
	stop
}

goal_11() {
	note "goal 11: a program's own resident set, or the sum of its and its"
	note "helpers' shares, whichever is more; 950 sessions: 992 is the most"
	accounts 2000
	start_as as "$WORK/as.2000"
	run "$T/watch" -m memory.as "$PID" "$T/asload" -l skip -m vld -n 50K \
	    -U 1000 -i 950 $AS_PORT
	stop
	new_dir
	start_fs fs "$DIR"
	file_load skip -o put -n 15 -s 20M
	run "$T/watch" -m memory.fs "$PID" "$T/hold" 450 2 $FS_PORT
	stop
	memory_of_programs
	row 11 "memory, AS with 950 sessions" memory.as.mem - none "<= 4"
	row 11 "memory, FS with 450 transfers" memory.fs.mem - none "<= 6"
	row 11 "memory, user" memory.user.mem - none "<= 2"
	row 11 "memory, pd" memory.pd.mem - none "<= 2"
}
