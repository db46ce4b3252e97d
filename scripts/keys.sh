#!/bin/sh
# keys.sh [DIR [NAMES]] - keys for the four programs on this host.
#
# Makes DIR (keys) with a directory each: as, the authority, and fs, pd and
# user, issued by it.  NAMES are the host names and addresses that other hosts
# know AS and FS by, with commas: this host's name.  Here they are localhost and
# 127.0.0.1, too.  What is there already stays as it is.  For another host see
# readme.txt, section 9.
dir=${1:-keys}
names=${2:-$(uname -n)}
case $names in
*[!A-Za-z0-9.,-]*) names= ;; # no name for a host
esac
names=${names:+$names,}localhost,127.0.0.1
as=${BIN:-$(dirname "$0")/..}/AS

[ -x "$as" ] || {
	echo "keys: $as is missing: run make first" >&2
	exit 2
}
mkdir -p "$dir" || exit 1
"$as" -s "$dir/as" --name "$names" --list >/dev/null || exit 1

issue() { # CLASS WHO [OPTION...]
	class=$1
	who=$2
	shift 2
	[ -e "$dir/$who" ] ||
	    "$as" -s "$dir/as" --issue "$class" "$dir/$who" "$@" || exit 1
}

issue 2 fs --name "$names"
issue 1 pd
issue 1 user

echo "Start the four with them:"
echo "    ./AS -S $dir/as"
echo "    ./FS -S $dir/fs"
echo "    ./pd 127.0.0.1 -s $dir/pd"
echo "    ./user -s $dir/user"
