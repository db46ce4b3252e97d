# run.sh - measure the performance goals of the readme, all or some, and print how far
# they are reached: BIN=build/gn0 sh tests/bench/run.sh [GOAL...]
#
#   ROUNDS    how often each variant runs, in turn (A B A B); each goal has a
#             default of its own
#   BENCHDIR  where to work, on the disk to measure (default /tmp): 25 GiB
#   MEMDIR    where to keep 1,500,000 small files (default /dev/shm): 10 GiB
#   PORTS     the first of the ports that are taken (default 27100)
#
# Everything stays on 127.0.0.1.  Numbers are of this hour and this machine:
# the ratios count.
here=${0%/*}
BIN=${BIN:-build/gn0}
WORK=${BENCHDIR:-/tmp}/rc2fa-bench.$$
MEM=${MEMDIR:-/dev/shm}
DIR= count=0

. "$here/lib.sh"
. "$here/peers/peers.sh"
. "$here/big.sh"
. "$here/small.sh"
. "$here/second.sh"
. "$here/scale.sh"
. "$here/secure.sh"

tidy() {
	stop
	rm -rf "$WORK" "$MEM/rc2fa-bench.$$" "$MEM/rc2fa-warm.$$"
}
trap tidy EXIT
trap 'exit 1' INT TERM HUP

mkdir -p "$WORK" || exit 1
PATH=$PATH:/usr/sbin
ulimit -n 4096 2>/dev/null
began=$(date +%s)
note "$(uname -sr), $(getconf _NPROCESSORS_ONLN) processors," \
    "load $(uptime | sed 's/.*: //')"
note "one connection an operation; clients and servers share the processors"
note_peers
head=1
for goal in ${*:-1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18}; do
	: >"$WORK/rows"
	settle
	"goal_$goal"
	stop
	awk -v head=$head -f "$here/table.awk" "$WORK/rows" "$WORK/log"
	head=
done
note "$(($(date +%s) - began)) seconds"
[ -z "$KEEPLOG" ] || cp "$WORK/log" "$KEEPLOG"
