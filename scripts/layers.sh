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
	done
	includes crypto | grep -v ' crypto/' |
	    sed 's/$/: crypto knows only itself/'
	circles | sed 's/$/: a circle of headers/'
	# The business decides and stores; it never touches a connection.
	for business in as/accounts as/people as/tickets \
	    fs/files fs/replay fs/user_dir fs/workdir fs/disk_ops; do
		grep -HE '^#include "(net/|sys/(pool|ready))' \
		    "src/$business.c" "include/$business.h" |
		    sed 's/$/: business knows of no connection/'
	done
	grep -HnE '#include <(unistd|fcntl|time|errno|sys/|stdlib)' \
	    src/proto/*.c src/crypto/*.c |
	    sed 's/$/: messages and crypto touch nothing/'
	grep -HnE '\b(printf|fprintf|puts|putchar|exit|abort|perror)\(' \
	    $(for f in $floors; do ls src/"$f"/*.c 2>/dev/null; done) |
	    grep -vE '^src/(sys/(log|pool)|ui/(terminal|options))\.c:' |
	    sed 's/$/: the floors neither print nor exit/'
)
[ -z "$wrong" ] && exit 0
echo "$wrong"
exit 1
