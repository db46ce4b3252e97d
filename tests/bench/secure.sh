# secure.sh - goals 15 to 18: sealed sessions, beside plain ones and peers.
#
#   SIZE   of the file of goal 16 (default 1G)
KEYS=$WORK/keys CIPHERS=ECDHE-ECDSA-CHACHA20-POLY1305
SIZE=${SIZE:-1G}

secure_keys() {
	[ -d "$KEYS/user" ] || BIN=$BIN sh "$here/../../scripts/keys.sh" \
	    "$KEYS" >>"$WORK/out" 2>&1 || note "failed: keys.sh"
}

# As start_as and start_fs.  The AS serves plain text, too, for the device of
# drive; the FS refuses it.
secure_as() { # DIRECTORY
	launch "$BIN/AS" -p $AS_PORT -d "$1" -s "$KEYS/as"
	"$T/ready" $AS_PORT
}

secure_fs() { # DIRECTORY [AS_PORT]
	[ -n "$2" ] || launch "$T/stubas" $STUB_PORT "$KEYS/as"
	launch "$BIN/FS" -q $FS_PORT -p "${2:-$STUB_PORT}" -d "$1" \
	    -S "$KEYS/fs"
	"$T/ready" $FS_PORT
}

# The figures of tls.sh, which has a line for each kind and side.
goal_15() {
	command -v openssl >/dev/null ||
	    note "goal 15: openssl is not installed, there is no peer"
	for r in $(rounds 3); do
		sh "$here/tls.sh" "$BIN" >"$WORK/tls" 2>>"$WORK/out" ||
		    note "failed: tls.sh"
		awk -f "$here/tls.awk" "$WORK/tls" >>"$WORK/log"
	done
	for kind in full resumed psk; do
		for side in server client; do
			[ $kind.$side = psk.client ] ||
			    row 15 "handshake $kind, $side" \
			    hand.ours.$kind.$side hand.openssl.$kind.$side \
			    peer "<= 2"
		done
	done
	for how in stream datagrams; do
		row 15 "resumed / full, CPU, $how" hand.$how.resumed.cpu \
		    hand.$how.full.cpu self "<= 0.2"
		row 15 "resumed / full, bytes, $how" hand.$how.resumed.bytes \
		    hand.$how.full.bytes self "<= 0.5"
		row 15 "psk / full, CPU, $how" hand.$how.psk.cpu \
		    hand.$how.full.cpu self -
	done
}

# user, sealed or plain, with OPTIONS, up and down: start, login and second
# factor included, and each file durable.
moved_by_user() { # NAME OPTIONS...
	name=$1
	shift
	for way in up down; do
		calm
		case $way in
		up) what="put 10000 $WORK/big.dat" ;;
		down) what="get 10000 big.dat" ;;
		esac
		( cd "$WORK/home" && run "$T/drive" sealed.$name.$way $what \
		    $SIZE $AS_PORT "$BIN/user" -p $AS_PORT "$@" \
		    2>>"$WORK/out"; rm -f big.dat )
	done
}

sealed_ours() { # BESIDE
	new_dir fresh
	secure_as "$DIR/as"
	secure_fs "$DIR/fs" $AS_PORT
	moved_by_user beside.$1 -q $FS_PORT -s "$KEYS/user"
	stop
}

sealed_plain() {
	new_dir fresh
	start_as as "$DIR/as"
	start_fs fs "$DIR/fs" $AS_PORT
	moved_by_user plain -q $FS_PORT
	stop
}

# moved NAME WAY COMMAND...: a peer's client, which syncs nothing; what it gets,
# home/big, is synced after, for a second figure
moved() {
	name=$1 way=$2
	shift 2
	calm
	began_at=$(date +%s.%N)
	"$@" >>"$WORK/out" 2>&1 || {
		note "failed: $name $way"
		return
	}
	moved_rate sealed.$name.$way
	[ $way = up ] || {
		"$T/flush" skip "$WORK/home/big" >/dev/null
		moved_rate sealed.$name.durable
	}
}

moved_rate() { # NAME
	figure $1.rate "$(date +%s.%N | awk -v t="$began_at" -v mib="$mib" \
	    '{ print mib / ($1 - t) }')" MiB/s
}

# peer_starts NAME COMMAND...: at PEER_PORT, within 10 s
peer_starts() {
	who=$1
	shift
	launch "$@"
	"$T/ready" $PEER_PORT 2>>"$WORK/out" || {
		note "skipped: $who does not start"
		stop
		return 1
	}
}

# Where root's sshd misses its directory it gets one in a /run of its own.
sealed_sftp() {
	new_dir fresh
	P=$WORK/peers
	sshd_conf >"$P/sshd.conf"
	inside=
	if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
		inside='mount -t tmpfs none /run && mkdir -m 755 /run/sshd &&'
		set -- unshare -m
	else
		set --
	fi
	peer_starts sshd "$@" sh -c \
	    "$inside exec /usr/sbin/sshd -D -e -f '$P/sshd.conf'" || return
	CIPHER=chacha20-poly1305@openssh.com
	moved sftp up sftp_do "put $WORK/big.dat $DIR/big"
	moved sftp down sftp_do "get $DIR/big $WORK/home/big"
	CIPHER=
	rm -f "$WORK/home/big"
	stop
}

certificate() {
	[ -s "$WORK/peers/cert.pem" ] || openssl req -x509 -nodes -days 2 \
	    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=127.0.0.1 \
	    -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/peers/key.pem" \
	    -out "$WORK/peers/cert.pem" >>"$WORK/out" 2>&1
}

sealed_curl() {
	curl -sSf --cacert "$P/cert.pem" --tls-max 1.2 --ciphers $CIPHERS "$@"
}

sealed_nginx() {
	certificate || return
	new_dir fresh
	P=$WORK/peers
	ssl="ssl_certificate $P/cert.pem; ssl_certificate_key $P/key.pem;"
	ssl="$ssl ssl_protocols TLSv1.2; ssl_ciphers $CIPHERS;"
	nginx_conf "$DIR" | sed "s,backlog=1024;,backlog=1024 ssl; $ssl," \
	    >"$P/tls.conf"
	peer_starts nginx nginx -p "$P" -c "$P/tls.conf" -e "$P/nginx.err" ||
	    return
	moved nginx up sealed_curl -T "$WORK/big.dat" \
	    "https://127.0.0.1:$PEER_PORT/big"
	moved nginx down sealed_curl -o "$WORK/home/big" \
	    "https://127.0.0.1:$PEER_PORT/big"
	rm -f "$WORK/home/big"
	stop
}

stunnel_conf() {
	cat <<-E
	foreground = yes
	pid =
	sslVersion = TLSv1.2
	ciphers = $CIPHERS
	[server]
	accept = 127.0.0.1:$PEER_PORT
	connect = 127.0.0.1:$FS_PORT
	cert = $P/cert.pem
	key = $P/key.pem
	[client]
	client = yes
	accept = 127.0.0.1:$((PEER_PORT + 5))
	connect = 127.0.0.1:$PEER_PORT
	verifyPeer = yes
	CAfile = $P/cert.pem
	E
}

# The plain programs with a stunnel at both ends, one process.
sealed_stunnel() {
	certificate || return
	new_dir fresh
	P=$WORK/peers
	start_as as "$DIR/as"
	start_fs fs "$DIR/fs" $AS_PORT
	stunnel_conf >"$P/stunnel.conf"
	peer_starts stunnel4 stunnel4 "$P/stunnel.conf" || return
	moved_by_user stunnel -q $((PEER_PORT + 5))
	stop
}

# What each needs: it is told what is missing.
is_there() { # NAME
	case $1 in
	sftp) set -- /usr/sbin/sshd sftp ssh-keygen ;;
	nginx) set -- nginx curl openssl ;;
	stunnel) set -- stunnel4 openssl ;;
	plain) set -- ;;
	esac
	for p in "$@"; do
		command -v "$p" >/dev/null || {
			note "skipped: $p is not installed"
			return 1
		}
	done
}

goal_16() {
	note "goal 16: $SIZE; ours and stunnel's are durable, sftp's and" \
	    "nginx's are not"
	mib=$(($(echo "$SIZE" | sed 's/G$/*1024/; s/M$//')))
	BIN=$(cd "$BIN" && pwd) T=$BIN/tests/bench
	secure_keys
	mkdir -p "$WORK/home" "$WORK/peers"
	head -c $((mib * 1048576)) /dev/urandom >"$WORK/big.dat"
	there=
	for v in sftp nginx stunnel plain; do
		! is_there $v || there="$there $v"
	done
	for r in $(rounds 5); do
		for v in $there; do
			sealed_ours $v # right before, so that the hour is one
			sealed_$v
		done
	done
	rm -f "$WORK/big.dat"
	new_dir fresh
	for way in up down; do
		w="UPL $SIZE, sealed"
		[ $way = up ] || w="RTV $SIZE, sealed"
		for peer in "sftp >= 1.5" "nginx >= 0.5" "stunnel >= 1.0"; do
			row 16 "$w" sealed.beside.${peer%% *}.$way.rate \
			    sealed.${peer%% *}.$way.rate peer "${peer#* }"
		done
		row 16 "  the same / plain" sealed.beside.plain.$way.rate \
		    sealed.plain.$way.rate self -
	done
	for peer in sftp nginx; do
		row 16 "  RTV, the peer's file synced, too" \
		    sealed.beside.$peer.down.rate sealed.$peer.durable.rate peer -
	done
}

# sealed_memory NAME OPTIONS...: of the server PID, while secload holds them;
# and NAME.most, when they begin and end, too
sealed_memory() {
	name=$1
	shift
	run "$T/watch" -m "memory.$name.most" "$PID" "$T/secload" "$@" \
	    "$T/watch" -m "memory.$name" "$PID" sleep 1
	stop
}

memory_of_as() {
	secure_as "$WORK/as.2000"
	sealed_memory sealed.as -m sessions -n 950 -s "$KEYS" $AS_PORT
	start_as as "$WORK/as.2000"
	sealed_memory plain.as -m sessions -n 950 $AS_PORT
	secure_as "$WORK/as.2000"
	sealed_memory sealed.udp -m datagrams -n 2048 -s "$KEYS" $AS_PORT
}

memory_of_fs() {
	new_dir
	run "$T/fillfs" "$DIR" 0 1 15 20M
	secure_fs "$DIR"
	sealed_memory sealed.fs -m transfers -n 450 -s "$KEYS" $FS_PORT
	start_fs fs "$DIR"
	sealed_memory plain.fs -m transfers -n 450 $FS_PORT
}

memory_of_sealed_programs() {
	new_dir
	head -c 268435456 /dev/zero >"$DIR/mem.dat"
	secure_as "$DIR/as"
	secure_fs "$DIR/fs" $AS_PORT
	run "$T/drive" memory.sealed.user put 10000 "$DIR/mem.dat" 256M \
	    $AS_PORT "$BIN/user" -p $AS_PORT -q $FS_PORT -s "$KEYS/user" \
	    2>>"$WORK/out"
	{ echo "reg 10001 abcd1234"; sleep 2; } | "$BIN/pd" 127.0.0.1 \
	    -d $((PEER_PORT + 91)) -n 127.0.0.1 -p $AS_PORT -s "$KEYS/pd" \
	    >>"$WORK/out" 2>&1 &
	PID=$! PIDS="$! $PIDS"
	run "$T/watch" -m memory.sealed.pd "$PID" sleep 1
	stop
}

goal_17() {
	note "goal 17: as goal 11"
	accounts 2000
	secure_keys
	for r in $(rounds 3); do
		memory_of_as
		memory_of_fs
		memory_of_sealed_programs
	done
	row 17 "memory, AS, 950 sealed sessions" memory.sealed.as.mem - none \
	    "<= 9"
	row 17 "  the same, plain" memory.plain.as.mem - none "<= 4"
	row 17 "memory, AS, 2,048 associations" memory.sealed.udp.mem - none \
	    "<= 8"
	row 17 "memory, FS, 450 sealed transfers" memory.sealed.fs.mem - \
	    none "<= 16"
	row 17 "  and when all end at once" memory.sealed.fs.most.mem - \
	    none -
	row 17 "  the same, plain" memory.plain.fs.mem - none "<= 6"
	row 17 "memory, user, sealed" memory.sealed.user.mem - none "<= 2.5"
	row 17 "memory, pd, sealed" memory.sealed.pd.mem - none "<= 2.5"
}

# A device that was registered over DTLS stays so: accounts of their own.
goal_18() {
	note "goal 18: as goal 9, with clients of the programs' own layers"
	accounts 2000
	secure_keys
	cp -r "$WORK/as.2000" "$WORK/as.sealed"
	for r in $(rounds 7); do
		secure_as "$WORK/as.sealed"
		run "$T/secload" -m cycle -n 8000 -l cycle.sealed \
		    -s "$KEYS" $AS_PORT
		stop
		start_as as "$WORK/as.2000"
		run "$T/secload" -m cycle -n 8000 -l cycle.plain $AS_PORT
		stop
	done
	row 18 "second factors, 8 users, sealed" cycle.sealed.ops \
	    cycle.plain.ops self ">= 0.6"
}
