#!/bin/sh
# dist.sh GN - pack this project as proj_GN.zip (make dist).
#
# The archive opens into the current directory and is built there with plain
# make, for group GN.  It holds what git tracks or, without git, the source
# tree.  Where zip is not installed it is proj_GN.tar.gz.
cd "$(dirname "$0")/.." || exit 2
here=$(pwd)
gn=${1:-0}
case $gn in
*[!0-9]*)
	echo "usage: dist.sh GN   (a number)" >&2
	exit 2
	;;
esac

tree() { # what may belong to it; no programs, no data, no .git
	for f in Makefile LICENSE *.txt *.md .ci .clang* .gitignore include man \
	    scripts src tests; do
		[ ! -e "$f" ] || find "$f" -type f
	done
}

files=$([ -e .git ] && git ls-files 2>/dev/null)
if [ -z "$files" ]; then
	files=$(tree)
else
	git ls-files --others --exclude-standard |
	    sed 's/^/dist: left out, since git does not know it: /' >&2
fi

stage=$(mktemp -d) || exit 1
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' INT TERM
for f in $files; do
	[ -f "$f" ] || continue
	mkdir -p "$stage/$(dirname "$f")" && cp "$f" "$stage/$f" || exit 1
done
sed "s/^\(GN *?= *\).*/\1$gn/" Makefile >"$stage/Makefile.new" &&
    mv -f "$stage/Makefile.new" "$stage/Makefile" || exit 1
chmod -R u+w "$stage"

rm -f "proj_$gn.zip" "proj_$gn.tar.gz"
cd "$stage" || exit 1
if command -v zip >/dev/null; then
	archive=proj_$gn.zip
	zip -q -r -X "$here/$archive" . || exit 1
else
	archive=proj_$gn.tar.gz
	tar -cf - . | gzip -9 >"$here/$archive" || exit 1
fi
echo "$archive: $(find . -type f | wc -l | tr -d ' ') files"
