#!/bin/sh
# interop.sh PEER - talks with OpenSSL and GnuTLS, in both roles, over TCP and
# UDP: what was expected of both ends' output is there, or a line says FAILED.
#
# Their known limits: OpenSSL 3.0's DTLS server knows no Ed25519, so it speaks
# with a pre-shared key alone; gnutls-cli 3.7 crashes on pre-shared keys.  What
# is not installed is skipped, aloud.  Each talk has a directory of its own; up
# to 6 run at once, since most of their time they wait.
set -u
P=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
D=$(mktemp -d) || exit 2
trap 'rm -rf "$D"' EXIT
cd "$D" || exit 2

KEY=sesame-sesame-16
HEX=$(printf %s "$KEY" | od -An -tx1 | tr -d ' \n')
T12=NORMAL:-VERS-ALL:+VERS-TLS1.2
D12=NORMAL:-VERS-ALL:+VERS-DTLS1.2
OURS="-c $D/our-chain.pem -k $D/our-leaf-key.pem"
US="-c $D/our-client.pem -k $D/our-client-key.pem"
ROOT="-r $D/our-root.pem -n localhost"
OURPSK="-psk device-7:$KEY"
THEIRS="-cert $D/our-leaf.pem -key $D/our-leaf-key.pem"
THEIRS="$THEIRS -cert_chain $D/our-middle.pem"
CONNECT='-4 -connect 127.0.0.1:$port'
ACCEPT='-4 -accept 127.0.0.1:$port'
TRUSTED="-CAfile $D/our-root.pem -verify_return_error"

# Certificates of OpenSSL's making, for a server and for a client.
openssl_certs() {
	openssl req -x509 -newkey ed25519 -nodes -keyout o-root-key.pem \
	    -out o-root.pem -subj "/CN=OpenSSL root" -days 3650
	for who in leaf:localhost:serverAuth client:oclient:clientAuth; do
		f=o-${who%%:*} rest=${who#*:}
		openssl req -newkey ed25519 -nodes -keyout "$f-key.pem" \
		    -out "$f.csr" -subj "/CN=${rest%:*}"
		printf '%s\n' basicConstraints=critical,CA:FALSE \
		    keyUsage=digitalSignature "extendedKeyUsage=${rest#*:}" \
		    "subjectAltName=DNS:${rest%:*}" >ext
		openssl x509 -req -in "$f.csr" -CA o-root.pem -CAkey \
		    o-root-key.pem -CAcreateserial -extfile ext -days 365 \
		    -out "$f.pem"
	done
}

await() { # FILE PATTERN: it is there within 20 s
	tries=400
	until grep -q "$2" "$1" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

# An input that says hello, and does not end.
open_input() {
	mkfifo in && exec 9<>in && echo hello >&9
}

# Their client, on $port, which goes when we do, or is told to.
we_serve() { # OPTIONS COMMAND [COMMAND]
	timeout 60 "$P" server 0 $1 >ours 2>&1 &
	server=$!
	await ours '^PORT' || return
	port=$(sed -n 's/^PORT //p' ours)
	open_input
	if [ -n "${3-}" ]; then
		eval "timeout 50 $2" <in >theirs 2>&1
		shift
	fi
	eval "exec timeout 50 $2" <in >>theirs 2>&1 &
	client=$!
	wait $server
	tries=40
	while kill -0 $client 2>/dev/null && [ $tries -gt 0 ]; do
		sleep 0.05
		tries=$((tries - 1))
	done
	kill $client 2>/dev/null
	wait $client 2>/dev/null
}

they_serve() { # OPTIONS COMMAND [PATTERN]: our client; what they say then
	port=$("$P" port | sed 's/PORT //')
	open_input
	eval "exec timeout 60 $2" <in >theirs 2>&1 &
	server=$!
	timeout 50 "$P" client "$port" $1 >ours 2>&1
	[ -z "${3-}" ] || await theirs "$3"
	kill $server 2>/dev/null
	wait $server 2>/dev/null
}

told() { # NAME FILE PATTERN...: each pattern is in its file
	name=$1 result=ok
	shift
	while [ $# -gt 0 ]; do
		grep -qE "$2" "$1" || result=FAILED
		shift 2
	done
	{
		echo "$result $name"
		[ $result = ok ] || tail -n 15 ours theirs
	} >result
}

running=0 count=0
talk() { # NAME "ours PATTERN..." HOW ARGUMENTS: in the background
	count=$((count + 1))
	mkdir "$count"
	(
		cd "$count" || exit 2
		name=$1 patterns=$2 how=$3
		shift 3
		$how "$@"
		eval "told \"$name\" $patterns"
	) &
	running=$((running + 1))
	if [ $running -ge 6 ]; then
		wait
		running=0
	fi
}

with_openssl() { # VERSION OURS
	v=$1 u=$2
	talk "s_client $v, their certificate" "ours READY theirs '^hello'" \
	    we_serve "$u -c $D/o-leaf.pem -k $D/o-leaf-key.pem" \
	    "openssl s_client $CONNECT -$v -CAfile $D/o-root.pem \
	    -verify_return_error"
	talk "s_client $v, our chain" "ours READY theirs '^hello'" \
	    we_serve "$u $OURS" "openssl s_client $CONNECT -$v $TRUSTED"
	talk "s_client $v, both certified" \
	    "ours 'certified.*oclient' theirs '^hello'" \
	    we_serve "$u $OURS -r $D/o-root.pem -require 1" \
	    "openssl s_client $CONNECT -$v $TRUSTED -cert $D/o-client.pem \
	    -key $D/o-client-key.pem"
	talk "s_client $v, no certificate where one is required" \
	    "ours 'FAILED, alert 40 ours'" \
	    we_serve "$u $OURS -r $D/o-root.pem -require 1" \
	    "openssl s_client $CONNECT -$v $TRUSTED </dev/null"
	talk "s_client $v, psk" "ours 'psk.*device-7' theirs '^hello'" \
	    we_serve "$u $OURPSK" "openssl s_client $CONNECT -$v \
	    -psk $HEX -psk_identity device-7 -cipher PSK"
	[ $v = dtls1_2 ] || # where it is dropped, and waited for long
	talk "s_client $v, psk, wrong key" "ours 'FAILED, alert .* ours'" \
	    we_serve "$u $OURPSK" "openssl s_client $CONNECT -$v \
	    -psk 00$HEX -psk_identity device-7 -cipher PSK </dev/null"
	talk "s_server $v, psk" "ours 'READY.*psk' theirs xxxxx" \
	    they_serve "$u $OURPSK -mute 1" "openssl s_server $ACCEPT -$v \
	    -nocert -psk $HEX -psk_identity device-7 \
	    -cipher ECDHE-PSK-CHACHA20-POLY1305" xxxxx
}

with_openssl_tcp() {
	client="openssl s_client $CONNECT -tls1_2 -CAfile $D/our-root.pem"
	server="openssl s_server $ACCEPT -tls1_2"
	talk "s_client -reconnect, tickets" "ours RESUMED theirs '^Reused'" \
	    we_serve "$OURS -N 6" "$client -reconnect"
	talk "s_client -reconnect, session ids" \
	    "ours RESUMED theirs '^Reused'" \
	    we_serve "$OURS -N 6 -noticket 1 -cache 1" "$client -reconnect"
	talk "s_client -maxfraglen 512" "ours 'limit 512' theirs '^hello'" \
	    we_serve "$OURS" "$client -maxfraglen 512"
	talk "s_client of any version" "ours READY theirs '^hello'" \
	    we_serve "$OURS" "openssl s_client $CONNECT $TRUSTED"
	talk "s_client tls1_1: refused" "ours 'FAILED, alert 70 ours'" \
	    we_serve "$OURS" "openssl s_client $CONNECT -tls1_1 \
	    -cipher ALL:@SECLEVEL=0 </dev/null"
	talk "s_server, tickets" "ours 'RESUMED certified'" \
	    they_serve "$ROOT -N 2" "$server $THEIRS -rev"
	talk "s_server, session ids" "ours 'RESUMED certified'" \
	    they_serve "$ROOT -N 2" "$server -no_ticket $THEIRS -rev"
	talk "s_server, 1 MB both ways" "ours '1000000 bytes heard'" \
	    they_serve "$ROOT -b 1000000" "$server $THEIRS -rev"
	talk "s_server, records of 2 KiB" "ours '100000 bytes heard'" \
	    they_serve "$ROOT -b 100000 -in 2069" "$server $THEIRS -rev"
	talk "s_server, both certified" "ours READY theirs 'client.test'" \
	    they_serve "-r $D/o-root.pem -n localhost $US" "$server \
	    -cert $D/o-leaf.pem -key $D/o-leaf-key.pem -Verify 2 \
	    -verify_return_error -CAfile $D/our-root.pem -rev"
	talk "s_server, a name it has not" "ours 'FAILED, alert 46 ours'" \
	    they_serve "-r $D/our-root.pem -n other.test" \
	    "$server $THEIRS -rev"
	talk "s_server, a root it has not" "ours 'FAILED, alert 48 ours'" \
	    they_serve "-r $D/o-root.pem -n localhost" "$server $THEIRS -rev"
}

with_openssl_udp() {
	client="openssl s_client $CONNECT -dtls1_2 -CAfile $D/our-root.pem"
	talk "s_client dtls1_2, -sess_out and -sess_in" \
	    "ours RESUMED theirs '^Reused'" we_serve "-u 1 $OURS -N 2" \
	    "$client -sess_out sess </dev/null" "$client -sess_in sess"
	talk "s_server dtls1_2, Ed25519: its own limit" \
	    "theirs 'no shared cipher'" they_serve "-u 1 $ROOT -mute 1" \
	    "openssl s_server $ACCEPT -dtls1_2 $THEIRS"
}

with_gnutls() { # PRIORITY OURS THEIRS
	v=$1 u=$2 g=$3
	end="-p \$port --priority $v"
	trusted="--x509cafile $D/our-root.pem"
	talk "gnutls-cli $g, resumed" "ours RESUMED theirs 'resumed session'" \
	    we_serve "$u $OURS -N 2" "gnutls-cli $g -r $end $trusted localhost"
	talk "gnutls-cli $g, both certified" \
	    "ours 'certified.*oclient' theirs '^hello'" \
	    we_serve "$u $OURS -r $D/o-root.pem -require 1" \
	    "gnutls-cli $g $end $trusted --x509certfile $D/o-client.pem \
	    --x509keyfile $D/o-client-key.pem localhost"
	talk "gnutls-serv $g, both certified, resumed" "ours RESUMED" \
	    they_serve "$u $ROOT -N 2 -c $D/o-client.pem \
	    -k $D/o-client-key.pem" "gnutls-serv $g $end --echo \
	    --x509certfile $D/our-chain.pem --x509keyfile $D/our-leaf-key.pem \
	    --require-client-cert --verify-client-cert \
	    --x509cafile $D/o-root.pem"
	talk "gnutls-serv $g, psk" "ours 'READY.*psk'" \
	    they_serve "$u $OURPSK" "gnutls-serv $g --echo -p \$port \
	    --pskpasswd $D/psk.txt --priority $v:-KX-ALL:+ECDHE-PSK"
}

with_gnutls_tcp() {
	end="-p \$port --priority $T12"
	talk "gnutls-serv, records of 2 KiB" "ours '50000 bytes heard'" \
	    they_serve "$ROOT -b 50000 -in 2069" "gnutls-serv $end --echo \
	    --x509certfile $D/our-chain.pem --x509keyfile $D/our-leaf-key.pem"
	talk "gnutls-cli, records of 2 KiB" \
	    "ours 'ENDED, alert 0.* [0-9]{5,} bytes heard'" \
	    we_serve "$OURS -in 2069 -b 100000" \
	    "gnutls-cli $end --x509cafile $D/our-root.pem localhost <$D/long"
}

"$P" certs . || exit 1
cat our-leaf.pem our-middle.pem >our-chain.pem
echo "device-7:$HEX" >psk.txt
awk 'BEGIN { for (i = 0; i < 10000; i++) print "123456789" }' >long

if command -v openssl >/dev/null 2>&1; then
	openssl_certs >certs.log 2>&1
	mkdir verify
	(
		cd verify || exit 2
		openssl verify -x509_strict -CAfile ../our-root.pem \
		    -untrusted ../our-middle.pem -purpose sslserver \
		    ../our-leaf.pem >ours 2>&1
		openssl pkey -in ../our-leaf-key.pem -noout -text >theirs 2>&1
		told "openssl verifies our chain and reads our key" \
		    ours ': OK' theirs 'ED25519'
	)
	with_openssl tls1_2 ""
	with_openssl dtls1_2 "-u 1"
	with_openssl_tcp
	with_openssl_udp
else
	echo "interop: OpenSSL skipped, openssl is not installed"
fi
if command -v gnutls-cli >/dev/null 2>&1 &&
    command -v gnutls-serv >/dev/null 2>&1 &&
    command -v openssl >/dev/null 2>&1; then
	with_gnutls "$T12" "" ""
	with_gnutls "$D12" "-u 1" --udp
	with_gnutls_tcp
else
	echo "interop: GnuTLS skipped, it is not installed (gnutls-bin)"
fi
wait
[ -z "${VERBOSE-}" ] || cat verify/result [0-9]*/result
cat verify/result [0-9]*/result 2>/dev/null | grep -v '^ok'
good=$(cat verify/result [0-9]*/result 2>/dev/null | grep -c '^ok')
bad=$(cat verify/result [0-9]*/result 2>/dev/null | grep -c '^FAILED')
echo "interop: $good talks with other people's peers as they should, $bad not"
[ "$bad" = 0 ]
