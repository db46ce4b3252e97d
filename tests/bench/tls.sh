#!/bin/sh
# tls.sh BUILD [CONNECTIONS] - what a handshake costs here and at OpenSSL, in
# one run: first both sides in one process, then over TCP, the CPU time of a
# process (user and system) for each connection, against the same peer.
build=$1 count=${2:-1000}
P=$(cd "$build" && pwd)/tests/tls/peer
"$build/tests/bench/tls" || exit 1
command -v openssl >/dev/null 2>&1 || {
	echo 'beside OpenSSL: skipped, openssl is not installed'
	exit 0
}
D=$(mktemp -d) || exit 2
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; rm -rf "$D"' EXIT
cd "$D" || exit 2
"$P" certs . || exit 1
cat our-leaf.pem our-middle.pem >our-chain.pem
SUITE=ECDHE-ECDSA-CHACHA20-POLY1305
KEY=sesame-sesame-16
PSK="-psk device-7:$KEY"
HEX=$(printf %s "$KEY" | od -An -tx1 | tr -d ' \n')

# s_server sends what comes from its stdin: nothing does, and it has no end.
mkfifo silence
exec 9<>silence

cpu_of() { # PID: clock ticks of the process so far
	awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

serve_ours() { # [OPTION...]
	[ $# -gt 0 ] || set -- -c our-chain.pem -k our-leaf-key.pem
	"$P" server 0 "$@" -N 1000000 -quiet 1 >port 2>/dev/null &
	server=$!
	until grep -q PORT port || ! kill -0 $server; do sleep 0.02; done
	port=$(sed -n 's/^PORT //p' port)
}

serve_theirs() { # [OPTION...]
	[ $# -gt 0 ] || set -- -cert our-leaf.pem -cert_chain our-middle.pem \
	    -key our-leaf-key.pem
	port=$("$P" port | sed 's/PORT //')
	openssl s_server -quiet -4 -accept "127.0.0.1:$port" -tls1_2 \
	    "$@" >/dev/null 2>&1 <&9 &
	server=$!
	until "$P" client "$port" -r our-root.pem -n localhost $PSK -mute 1 \
	    >/dev/null 2>&1; do sleep 0.1; done
}

ours() { # OPTION...
	"$P" client "$port" -r our-root.pem -n localhost -mute 1 -quiet 1 \
	    -N "$count" "$@"
}

# s_time stops by the clock: it says how many connections there were.
theirs() { # -new | -reuse
	openssl s_time -connect "127.0.0.1:$port" -tls1_2 -cipher $SUITE \
	    -CAfile our-root.pem -verify 3 -time 3 "$1" 2>/dev/null |
	    awk '/connections in [0-9]+ real/ { print $1 }'
}

row() { # NAME CONNECTIONS TICKS
	awk -v name="$1" -v n="$2" -v t="$3" -v hz="$(getconf CLK_TCK)" \
	    'BEGIN { printf "%-34s %7.1f us CPU (%d connections)\n",
		name, t / hz / n * 1e6, n }'
}

client_row() { # NAME COMMAND...: its connections on stdout, or $count
	name=$1
	shift
	before=$(awk '{ sub(/.*\) /, ""); print $14 + $15 }' /proc/$$/stat)
	n=$("$@")
	after=$(awk '{ sub(/.*\) /, ""); print $14 + $15 }' /proc/$$/stat)
	row "$name" "${n:-$count}" $((after - before))
}

for kind in full resumed; do
	case $kind in
	full) mine='-new 1' other=-new ;;
	resumed) mine='' other=-reuse ;;
	esac
	for who in ours theirs; do
		serve_$who
		before=$(cpu_of $server)
		n=$(theirs $other)
		row "$kind, server: $who" "$n" $(($(cpu_of $server) - before))
		kill $server
		wait $server 2>/dev/null
	done
	serve_theirs
	client_row "$kind, client: ours" ours $mine
	client_row "$kind, client: theirs" theirs $other
	kill $server
	wait $server 2>/dev/null
done

# s_time cannot use such a key, so the client is ours here.
for who in ours theirs; do
	case $who in
	ours) serve_ours $PSK ;;
	theirs) serve_theirs -nocert -psk "$HEX" \
	    -cipher ECDHE-PSK-CHACHA20-POLY1305 ;;
	esac
	before=$(cpu_of $server)
	ours $PSK -new 1 >/dev/null
	row "psk, server: $who" "$count" $(($(cpu_of $server) - before))
	kill $server
	wait $server 2>/dev/null
done
server=
