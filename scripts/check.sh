#!/bin/sh
# check.sh - what must be clean before a change is offered (make check).
#
# One line a check: ok, FAILED with what was found, or skipped, aloud, where
# the tool is not installed.  Exits 1 if any failed.
cd "$(dirname "$0")/.." || exit 2
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT
passed=0 failed=0 skipped=0

sources=$(find src -name '*.c' | sort)
ours=$(find src include tests -name '*.[ch]' | sort)
flags='-std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -Iinclude'

check() { # NAME COMMAND...: it passes when it succeeds and says nothing
	name=$1
	shift
	if "$@" >"$out/log" 2>&1 && ! [ -s "$out/log" ]; then
		echo "ok       $name"
		passed=$((passed + 1))
	else
		echo "FAILED   $name"
		sed 's/^/    /' "$out/log" | head -40
		failed=$((failed + 1))
	fi
}

check_with() { # TOOL NAME COMMAND...
	tool=$1
	shift
	if command -v "$tool" >/dev/null 2>&1; then
		check "$@"
	else
		echo "skipped  $1: $tool is not installed"
		skipped=$((skipped + 1))
	fi
}

build() { # COMPILER FLAGS: the four programs, without a word
	make -s BUILD="$out/build" CC="$1" CFLAGS="$2 -Werror" \
	    "$out/build/AS" "$out/build/FS" "$out/build/pd" "$out/build/user"
	status=$?
	rm -rf "$out/build"
	return $status
}

# A group's number is decimal, whatever zeros lead it; another is refused.
group_numbers() {
	for n in 0:0 00:0 042:42 08:8 009:9 99:99; do
		make -pn GN="${n%:*}" 2>/dev/null |
		    grep -qx "GN := ${n#*:}" || echo "GN=${n%:*}"
	done
	for n in 100 10000 x 4x -1 ''; do
		make -n GN="$n" >/dev/null 2>"$out/gn" && echo "GN=$n"
		grep -q '0 to 99' "$out/gn" || cat "$out/gn"
	done
}

# make install is the same whatever the umask; what a packager sets is used.
packagers() {
	(umask 077 && make -s BUILD="$out/build" DESTDIR="$out/dest" install)
	find "$out/dest" ! -type l ! -perm 755 ! -perm 644
	find "$out/dest" -type d ! -perm 755
	make -n V=1 BUILD="$out/none" CPPFLAGS=-DMARK LDFLAGS=-Wl,-MARK >"$out/n"
	grep -q 'DMARK.* src/ui/line.c' "$out/n" || echo 'CPPFLAGS unused'
	grep -q 'Wl,-MARK -o.*none/user' "$out/n" || echo 'LDFLAGS unused'
	rm -rf "$out/build"
}

# The scripts for people run from anywhere.
from_anywhere() {
	make -s all
	for script in demo two-fs 'classroom 2'; do
		(cd / && sh "$OLDPWD/scripts/${script%% *}.sh" \
		    ${script#"${script%% *}"}) >"$out/said" || cat "$out/said"
	done
}

# What depends on FILES_MAX follows from it: the messages of another value.
other_files_max() {
	for n in 5 18 99; do
		make -s BUILD="$out/build" CFLAGS="-O1 -Werror -DFILES_MAX=$n" \
		    "$out/build/tests/unit/test_wire" "$out/build/FS" &&
		    "$out/build/tests/unit/test_wire" >"$out/wire" ||
		    cat "$out/wire"
		rm -rf "$out/build"
	done
}

# The demonstration with each program under valgrind, which says nothing.
under_valgrind() {
	make -s all || return 1
	mkdir "$out/valgrind"
	for p in AS FS pd user; do
		printf '#!/bin/sh\nexec valgrind -q --error-exitcode=99 %s "$@"\n' \
		    "--leak-check=full --trace-children=yes $(pwd)/$p" \
		    >"$out/valgrind/$p"
	done
	chmod +x "$out"/valgrind/*
	BIN=$out/valgrind sh scripts/demo.sh >"$out/demo" ||
	    tail -5 "$out/demo"
}

each_source() { # COMMAND...: on every file, two at a time
	echo "$sources" | xargs -P 2 -n 1 "$@"
}

tidy() {
	echo "$sources" | xargs -P 2 -I % sh -c "clang-tidy --quiet % \
	    -- $flags 2>/dev/null"
}

function_sizes() {
	ctags -x --_xformat='%F %N %n %e' --kinds-C=f $ours |
	    awk '{ n = $4 - $3 + 1
		if (n > 50) print $1 ": " $2 " has " n " lines" }'
}

forbidden() { # calls that this project does without
	! grep -nE '\b(rand|srand|strcpy|strcat|sprintf|gets|atoi|strtok|system|popen|malloc|calloc|realloc|free)\(' \
	    $sources include/*.h include/*/*.h
}

check 'layers' sh scripts/layers.sh
check_with ctags 'functions of at most 50 lines' function_sizes
check 'no heap, no unbounded calls' forbidden
check_with clang-format 'formatting' clang-format --dry-run -Werror $ours
for level in -O0 -O1 -O2 -O3 '-O2 -D_FORTIFY_SOURCE=3'; do
	check_with gcc "gcc $level without a warning" build gcc "$level"
done
check_with clang 'clang without a warning' build clang -O2
check_with musl-gcc 'musl-gcc without a warning' build musl-gcc -O2
if echo 'int main(void) { return 0; }' |
    gcc -m32 -x c -o "$out/m32" - 2>/dev/null; then
	check 'gcc -m32 without a warning' build gcc '-O2 -m32'
else
	echo 'skipped  gcc -m32: its libraries are not installed'
	skipped=$((skipped + 1))
fi
check 'the benchmark builds' make -s bench-built
check 'other numbers of files a user' other_files_max
check 'crypto gives the same from every compiler' sh scripts/crypto.sh same
if echo '#include <valgrind/memcheck.h>' | cc -E - >/dev/null 2>&1; then
	check_with valgrind 'secrets decide no branch and no address' \
	    sh scripts/crypto.sh secrets
else
	echo 'skipped  secrets: valgrind/memcheck.h is not installed'
	skipped=$((skipped + 1))
fi
check 'numbers of groups' group_numbers
check 'what packagers need' packagers
check 'scripts from anywhere' from_anywhere
check_with valgrind 'valgrind finds nothing' under_valgrind
# It takes a vector's lanes for its width, so it gets the lines without vectors.
check_with gcc 'gcc -fanalyzer' each_source \
    gcc $flags -DPORTABLE -O1 -fanalyzer -Werror -S -o /dev/null
check_with clang-tidy 'clang-tidy' tidy
check_with cppcheck 'cppcheck' cppcheck --quiet --error-exitcode=1 --std=c11 \
    --enable=warning,performance,portability --inline-suppr \
    -Iinclude -D_POSIX_C_SOURCE=200809L src include
check_with mandoc 'manuals' sh -c 'for m in man/*; do
    mandoc -Tlint -Wstyle "$m"; done'
for script in $(git ls-files '*.sh' .ci/run 2>/dev/null); do
	check "sh -n $script" sh -n "$script"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
