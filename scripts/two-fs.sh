#!/bin/sh
# two-fs.sh - two file servers on one directory, shown on one machine.
#
# Starts one AS and two FS that share a directory, each on its own port, as two
# machines behind a balancer would (see haproxy.cfg).  What a user uploads
# through the first is listed, retrieved and refused as a duplicate through the
# second.  Ends with status 0 when everything was right.
. "$(dirname "$0")/stage.sh"

say() {
	echo "    $*"
}

start_as
say "$line"
start_fs FS1 -d files
first=$fs_port
say "$line"
start_fs FS2 -d files
second=$fs_port
say "$line"

dd if=/dev/urandom of=report.dat bs=65536 count=17 2>/dev/null
cp report.dat original.dat
start_pd
pd 'reg 12345 abcd1234' 'Registered*'

echo "Through the first, port $first:"
start_user "$first"
user 'login 12345 abcd1234' 'Logged in*'
confirm U report.dat
user 'upload report.dat' 'Uploaded report.dat*'
say "$line"
stop_user
rm report.dat

echo "Through the second, port $second:"
start_user "$second"
user 'login 12345 abcd1234' 'Logged in*'
confirm L
user 'list' '1 report.dat *'
say "$line"
confirm R report.dat
user 'retrieve report.dat' 'Retrieved report.dat*'
say "$line"
cmp original.dat report.dat || fail 'what came back is not what went there'
say 'It is, byte for byte, what was uploaded.'
confirm U report.dat
user 'upload report.dat' 'report.dat is already stored*'
say "$line"
exec 6>&- 7<&-
wait "$user_pid" # status 1: a command was refused, as it should be
started=$(echo "$started" | sed "s/ $user_pid\$//")
echo 'two-fs: both serve the same files'
