#!/bin/sh
# hosts.sh BIN - addresses that only two hosts show: two network namespaces.
#
# The AS has two addresses, A (the first) and B; a device on the other host
# knows B alone, believes nobody else, and gets its code.  Then that host's
# address changes under a pd and an FS that run: the FS goes on.
# One line a failure; exit status 1, or 77 where namespaces cannot be made.
set -u
bin=$1
work=$(mktemp -d) || exit 2
as_net=rc2fa-as-$$ far_net=rc2fa-far-$$
pids=

finish() {
	trap - EXIT HUP INT TERM
	# shellcheck disable=SC2086 # none, or several
	[ -z "$pids" ] || kill $pids 2>/dev/null
	ip netns del "$as_net" 2>/dev/null
	ip netns del "$far_net" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

{
	ip netns add "$as_net" && ip netns add "$far_net" &&
	    ip -n "$as_net" link add name near0 type veth \
	    peer name far0 netns "$far_net" &&
	    ip -n "$as_net" addr add 10.9.0.1/24 dev near0 &&
	    ip -n "$as_net" addr add 10.9.0.2/24 dev near0 &&
	    ip -n "$far_net" addr add 10.9.0.9/24 dev far0 &&
	    ip -n "$as_net" link set near0 up && ip -n "$far_net" link set far0 up &&
	    ip -n "$as_net" link set lo up && ip -n "$far_net" link set lo up
} 2>/dev/null || exit 77

# await FILE TEXT: a program has said it, within 30 s.
await() {
	for _ in $(seq 300); do
		grep -q "$2" "$1" 2>/dev/null && return
		sleep 0.1
	done
	echo "hosts.sh: no \"$2\" in: $(cat "$1")"
	exit 1
}

ip netns exec "$as_net" "$bin/AS" -p 58000 -d "$work/as" >"$work/as.out" 2>&1 &
pids=$!
await "$work/as.out" listening
ip netns exec "$far_net" "$bin/FS" -q 59000 -n 10.9.0.2 -d "$work/fs" >"$work/fs.out" 2>&1 &
pids="$pids $!"
await "$work/fs.out" listening
mkfifo "$work/pd.in" "$work/user.in"
ip netns exec "$far_net" "$bin/pd" 10.9.0.9 -n 10.9.0.2 <"$work/pd.in" >"$work/pd.out" 2>&1 &
pids="$pids $!"
exec 8>"$work/pd.in"
echo 'reg 12345 abcd1234' >&8
await "$work/pd.out" Registered

# The user is at the AS's other address: the code comes from B all the same.
ip netns exec "$as_net" "$bin/user" -n 10.9.0.1 -m 10.9.0.9 <"$work/user.in" \
    >"$work/user.out" 2>&1 &
pids="$pids $!"
exec 9>"$work/user.in"
echo 'login 12345 abcd1234' >&9
echo 'req L' >&9
await "$work/pd.out" 'VC=.* list'
vc=$(sed -n 's/^VC=\([0-9]*\) list.*/\1/p' "$work/pd.out" | tail -n 1)
await "$work/user.out" 'Code sent'
echo "val $vc" >&9
await "$work/user.out" 'TID='
echo list >&9
await "$work/user.out" 'no files'

# After a restart the AS knows no more where it was registered at: the code
# comes all the same, the second sending from where the user has found it.
# shellcheck disable=SC2086 # the first
set -- $pids
kill "$1"
wait "$1" 2>/dev/null
ip netns exec "$as_net" "$bin/AS" -p 58000 -d "$work/as" >"$work/as.out" 2>&1 &
pids="$pids $!"
await "$work/as.out" listening
echo 'exit' >&9
exec 9>&-
mkfifo "$work/again.in"
ip netns exec "$as_net" "$bin/user" -n 10.9.0.2 -m 10.9.0.7 <"$work/again.in" \
    >"$work/user.out" 2>&1 &
pids="$pids $!"
exec 9>"$work/again.in"
echo 'login 12345 abcd1234' >&9
echo 'req D a.txt' >&9
await "$work/pd.out" 'VC=.* delete a.txt'

# The far host's address changes: its FS asks the AS from the new one, and its
# pd as well.
ip -n "$far_net" addr del 10.9.0.9/24 dev far0
ip -n "$far_net" addr add 10.9.0.7/24 dev far0
vc=$(sed -n 's/^VC=\([0-9]*\) delete.*/\1/p' "$work/pd.out" | tail -n 1)
await "$work/user.out" 'Code sent'
echo "val $vc" >&9
await "$work/user.out" 'TID='
echo 'delete a.txt' >&9
await "$work/user.out" 'a.txt'
grep -q 'INV\|not valid\|refused the TID' "$work/user.out" &&
    echo "hosts.sh: $(cat "$work/user.out")" && exit 1
echo exit >&8
exec 8>&-
await "$work/pd.out" 'Unregistered'
exit 0
