#!/bin/sh
# two-hosts.sh - promises 18 to 20 with two FS on a distributed file system.
#
# Makes a replicated GlusterFS volume of two bricks on this host alone, mounts
# it twice, as two hosts would, and has the rows of make soak whose words are
# about the disk run there: killed at every step (18), a removal (19), uploads
# through two FS at once (20), the second FS by the second mount.  Needs root,
# /dev/fuse, GlusterFS and a built suite (make && make promises); says so and
# ends with 0 where something is missing.  All that it made is gone afterwards.
set -u
cd "$(dirname "$0")/.." || exit 2

skip() {
	echo "two-hosts: skipped, $*"
	exit 0
}

[ "$(id -u)" -eq 0 ] || skip 'it is for root'
[ -c /dev/fuse ] || skip 'there is no /dev/fuse'
for program in glusterd gluster mount.glusterfs; do
	command -v $program >/dev/null || skip "$program is not installed"
done
pidof glusterd >/dev/null && skip 'a glusterd is at work already'
bin=${BIN:-build/gn0}
[ -x "$bin/soak" ] || skip "$bin/soak is missing: make promises builds it"

dir=$(mktemp -d) || exit 2
volume=rc2fa$$
daemon=

finish() {
	trap - EXIT HUP INT TERM
	umount "$dir/one" "$dir/two" 2>/dev/null
	gluster --mode=script volume stop $volume force >/dev/null 2>&1
	gluster --mode=script volume delete $volume >/dev/null 2>&1
	[ -z "$daemon" ] || kill "$daemon"
	wait
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# try WHAT COMMAND...: what the file system says where it does not work here
try() {
	what=$1
	shift
	timeout 60 "$@" >"$dir/said" 2>&1 ||
	    skip "$what does not work here: $(tail -n 1 "$dir/said")"
}

mkdir "$dir/brick1" "$dir/brick2" "$dir/one" "$dir/two"
glusterd -N -l "$dir/glusterd.log" 2>/dev/null &
daemon=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	gluster volume list >/dev/null 2>&1 && break
	sleep 1
done
host=$(hostname)
try 'a volume' gluster --mode=script volume create $volume replica 2 \
    "$host:$dir/brick1" "$host:$dir/brick2" force
try 'its start' gluster --mode=script volume start $volume
for mount in one two; do
	try 'the mount' mount -t glusterfs "$host:/$volume" "$dir/$mount"
done

echo "GlusterFS $(glusterd --version | sed -n '1s/glusterfs //p'), replica 2:"
TMPDIR=$dir/one FIRST_HOST=$dir/one SECOND_HOST=$dir/two \
    BIN=$bin QUICK=$bin-policy TOOLS=$bin JOBS=1 \
    sh tests/soak/run.sh small 18 19 20
