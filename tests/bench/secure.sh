# secure.sh - goals 15 to 18: sealed sessions, beside plain ones and peers.

KEYS=$WORK/keys SUITE=ECDHE-ECDSA-CHACHA20-POLY1305

secure_keys() {
	[ -d "$KEYS/user" ] || BIN=$BIN sh "$here/../../scripts/keys.sh" \
	    "$KEYS" >>"$WORK/out" 2>&1 || note "failed: keys.sh"
}

# secure_as DIRECTORY, secure_fs DIRECTORY [AS_PORT]: as start_as and start_fs
secure_as() {
	launch "$BIN/AS" -p $AS_PORT -d "$1" -s "$KEYS/as"
	"$T/ready" $AS_PORT
}

secure_fs() {
	[ -n "$2" ] || launch "$T/stubas" $STUB_PORT "$KEYS/as"
	launch "$BIN/FS" -q $FS_PORT -p "${2:-$STUB_PORT}" -d "$1" \
	    -S "$KEYS/fs"
	"$T/ready" $FS_PORT
}

# sealed_memory NAME OPTIONS...: of the server PID, while secload holds them
sealed_memory() {
	name=$1
	shift
	run "$T/watch" -m "memory.$name" "$PID" "$T/secload" "$@"
	stop
}

# What a server takes with N of them, sealed and plain.
memory_of_servers() {
	secure_as "$WORK/as.2000"
	sealed_memory sealed.as -m sessions -n 950 -s "$KEYS" $AS_PORT
	start_as as "$WORK/as.2000"
	sealed_memory plain.as -m sessions -n 950 $AS_PORT
	secure_as "$WORK/as.2000"
	sealed_memory sealed.udp -m datagrams -n 2048 -s "$KEYS" $AS_PORT
	new_dir
	for kind in sealed plain; do
		case $kind in
		sealed) secure_fs "$DIR" ;;
		plain) start_fs fs "$DIR" ;;
		esac
		fs=$PID
		[ $kind = plain ] || sealed_files
		PID=$fs
		sealed_memory $kind.fs -m transfers -n 450 \
		    $([ $kind = plain ] || echo -s "$KEYS") $FS_PORT
	done
}
