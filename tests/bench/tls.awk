# tls.awk - what tls.sh says, as figures: lines of the machine alone, then lines
# beside OpenSSL.
function tell(kind, cpu, bytes) {
	printf "hand.%s.%s.cpu %s us\n", how, kind, cpu
	printf "hand.%s.%s.bytes %s bytes\n", how, kind, bytes
}
/^(stream|datagrams)$/ { how = $1 }
/^full, and a ticket|^resumed, ticket|^pre-shared key/ {
	kind = /^full/ ? "full" : /^resumed/ ? "resumed" : "psk"
	for (i = 1; i <= NF; i++) {
		if ($i == "client") client = $(i + 1)
		if ($i == "server") server = $(i + 1)
		if ($i == "bytes") sent = $(i - 1)
		if ($i == "CPU;") { sent = $(i + 1); got = $(i + 5) }
	}
	tell(kind, client + server, sent + got)
}
/^(full|resumed|psk), (server|client): (ours|theirs) / {
	kind = substr($1, 1, length($1) - 1)
	side = substr($2, 1, length($2) - 1)
	if ($NF != 0)
		printf "hand.%s.%s.%s %s us\n",
		    $3 == "ours" ? "ours" : "openssl", kind, side, $4
}
