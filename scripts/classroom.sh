#!/bin/sh
# classroom.sh N - N users with their devices, all at the same time.
#
# Starts AS and FS and, for each user, pd and user; everybody registers, logs
# in, uploads a file, lists it and leaves.  One line a user, then a summary;
# ends with status 0 when all went through.
case $#:$1 in
1:*[!0-9]* | 1: | 1:0*) count= ;;
1:*) count=$1 ;;
*) count=20 ;;
esac
if [ $# -gt 1 ] || [ -z "$count" ] || [ "$count" -gt 400 ]; then
	echo "usage: classroom.sh [N]   (1 to 400 users; 20)" >&2
	exit 2
fi
. "$(dirname "$0")/stage.sh"

student() { # UID: the whole of a lesson
	uid=$1 dir=$dir/$1
	pass=pw${uid}x
	mkdir "$dir" && cd "$dir" || exit 1
	clean_up_at_the_end
	echo "the notes of $uid" >notes.txt
	start_pd
	pd "reg $uid $pass" 'Registered*'
	start_user "$fs_port"
	user "login $uid $pass" 'Logged in*'
	confirm U notes.txt
	user 'upload notes.txt' 'Uploaded notes.txt*'
	confirm L
	user 'list' '1 notes.txt 19'
	stop_user
	echo exit >&4
	pd_says 'Unregistering*'
	pd_says 'Unregistered*'
	echo "user $uid: registered, logged in, uploaded and listed notes.txt"
}

start_as
start_fs FS
students=
i=0
while [ "$i" -lt "$count" ]; do
	i=$((i + 1))
	(student $((10000 + i))) &
	started="$started $!"
	students="$students $!"
done
passed=0
for pid in $students; do
	wait "$pid" && passed=$((passed + 1))
	started=$(echo "$started " | sed "s/ $pid / /")
done
echo "classroom: $count users, $passed went through, $((count - passed)) failed"
[ "$passed" -eq "$count" ]
