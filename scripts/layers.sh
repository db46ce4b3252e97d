#!/bin/sh
# layers.sh - who may know whom: prints what breaks the rule, then exits 1.
#
# A folder of src and include is a floor.  A file includes headers of its own
# floor and of the floors before it in this list; the constants in policy.h and
# version.h are everybody's.  A program includes every floor, no other program.
floors='crypto proto tls sys net ui'
programs='as fs user pd'
cd "$(dirname "$0")/.." || exit 2

includes() { # FOLDER: "file header" a line, of what is not everybody's
	grep -H '^#include "' src/"$1"/*.c include/"$1"/*.h 2>/dev/null |
	    sed 's/^\([^:]*\):#include "\(.*\)"/\1 \2/' |
	    grep -vE ' (policy|version)\.h$'
}

# Two headers of which each reaches the other.
circles() {
	grep -rH '^#include "[a-z]*/' include |
	    sed 's,^include/\([^:]*\):#include "\(.*\)",\1 \2,' |
	    tsort 2>&1 >/dev/null | grep -v ': -: input contains a loop'
}

# Two modules of a program of which each knows the other; server.h is no module,
# but what they share.
module_circles() { # PROGRAM
	grep -H "^#include \"$1/" src/"$1"/*.c include/"$1"/*.h |
	    sed 's,^[^/]*/[^/]*/\([^.]*\)\.[ch]:#include ".*/\(.*\)\.h",\1 \2,' |
	    awk '$1 != $2 && $1 != "server"' | tsort 2>&1 >/dev/null |
	    sed -n "s,^tsort: \([a-z_]*\)\$,$1/\1: in a circle of modules,p"
}

# What src/crypto and src/tls use of anybody else: nothing that could reach a
# heap, a socket, a clock, a file, or keep something between two calls.
# (__cpu_model is the compiler's.)
pure='mem(cpy|move|set|cmp|chr)|str(len|chr|str|cmp|ncmp)'
impure() { # FLOOR: "object symbol" a line
	dir=$(mktemp -d) || return
	for source in src/"$1"/*.c; do
		cc -std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude -O1 \
		    -fno-pic -fno-stack-protector -c -o "$dir/${source##*/}.o" \
		    "$source" || echo "$source: does not compile"
	done
	nm -A "$dir"/*.o | sed 's,^[^:]*/\([^:/]*\):,\1 ,' >"$dir/all"
	nm "$dir"/*.o | awk '$2 == "T" { print $3 }' >"$dir/own"
	awk '{ print $NF }' "$dir/own" |
	    cat - "$2" >"$dir/known"
	awk '$2 ~ /^[BbDdCGgSs]$/ || $3 ~ /^[BbDdCGgSs]$/ {
		print $1 ": " $NF " can change" }' "$dir/all"
	awk '$2 == "U" || $3 == "U" { print $1, $NF }' "$dir/all" |
	    grep -vE " _?_?($pure)(_chk)?\$" |
	    awk -v known="$dir/known" '
		BEGIN { while ((getline name < known) > 0) ok[name] = 1 }
		!ok[$2] && $2 != "__cpu_model" {
			print $1 ": uses " $2
		}'
	[ -n "$3" ] && cp "$dir/own" "$3"
	rm -rf "$dir"
}

wrong=$(
	below=''
	for floor in $floors; do
		below="$below $floor"
		includes "$floor" | awk -v ok="$below" '
			{ split($2, part, "/") }
			index(ok " ", " " part[1] " ") == 0 {
				print $1 ": includes " $2 ", not below it"
			}'
	done
	for program in $programs; do
		includes "$program" | awk -v ok="$below $program" '
			{ split($2, part, "/") }
			index(ok " ", " " part[1] " ") == 0 {
				print $1 ": includes " $2 " of another program"
			}'
		module_circles "$program"
	done
	# Of a peer only src/net sees the descriptor and the system's calls; the
	# pool's sockets lead to its own children.
	others=$(ls src/*/*.c include/*/*.h | grep -vE \
	    '^(src|include)/net/|^src/sys/pool\.c$')
	# An address in letters is tls's, too: certificates hold some.
	grep -nE '#include <(sys/socket|netinet/|arpa/|netdb)' $others |
	    grep -vE '^src/tls/[a-z]*\.c:1:#include <arpa/inet\.h>' |
	    sed 's/$/: sockets are the transport floor'\''s/'
	grep -nE '\b(socket|bind|connect|listen|accept|shutdown|[gs]etsockopt|send|sendto|sendmsg|recv|recvfrom|recvmsg|FD_ISSET)\(' \
	    $others | grep -vE '^src/sys/ready\.c:' |
	    sed 's/$/: sockets are the transport floor'\''s/'
	grep -nE '\b(conn|dgram|listener|udp|vlc)(\.|->)fd\b' $others |
	    sed 's/$/: the descriptor of a peer/'
	grep -nE '#include "net/socket\.h"' $others |
	    sed 's/$/: for src\/net alone/'
	includes crypto | grep -v ' crypto/' |
	    sed 's/$/: crypto knows only itself/'
	symbols=$(mktemp)
	impure crypto /dev/null "$symbols"
	impure tls "$symbols" ''
	rm -f "$symbols"
	circles | sed 's/$/: a circle of headers/'
	# The business decides and stores; it never touches a connection.
	for business in as/accounts as/failures as/pair as/people as/tickets \
	    fs/files fs/replay fs/user_dir fs/intent fs/workdir fs/disk_ops; do
		grep -HE '^#include "(net/|sys/(pool|ready))' \
		    "src/$business.c" "include/$business.h" |
		    grep -v '"net/addr\.h"' | # a plain value
		    sed 's/$/: business knows of no connection/'
	done
	grep -HnE '#include <(unistd|fcntl|time|errno|sys/|stdlib)' \
	    src/proto/*.c src/crypto/*.c src/tls/*.c |
	    sed 's/$/: messages, crypto and tls touch nothing/'
	grep -HnE '\b(printf|fprintf|puts|putchar|exit|abort|perror)\(' \
	    $(for f in $floors; do ls src/"$f"/*.c 2>/dev/null; done) |
	    grep -vE '^src/(sys/(log|pool)|ui/(terminal|options))\.c:' |
	    sed 's/$/: the floors neither print nor exit/'
)
[ -z "$wrong" ] && exit 0
echo "$wrong"
exit 1
