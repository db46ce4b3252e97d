#!/bin/sh
# crypto.sh - what must hold of src/crypto whatever compiler made it:
#
#	crypto.sh same		every compiler and level gives the same results
#	crypto.sh secrets	secrets decide no branch and no address (valgrind)
#
# Says nothing and exits 0 when it holds.  Compilers that do not work here are
# left out; gcc or cc is always among them.
cd "$(dirname "$0")/.." || exit 2
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT
status=0

fail() {
	echo "$@"
	status=1
}

works() { # COMPILER FLAGS: makes programs that run here
	command -v "$1" >/dev/null 2>&1 &&
	    echo 'int main(void) { return 0; }' |
	    $1 $2 -x c -o "$out/works" - 2>/dev/null && "$out/works"
}

built() { # COMPILER FLAGS TARGET...: below $out/build
	compiler=$1 flags=$2
	shift 2
	rm -rf "$out/build"
	make -s BUILD="$out/build" CC="$compiler" CFLAGS="$flags -Werror" \
	    LDFLAGS= $(printf "$out/build/%s " "$@") >"$out/log" 2>&1 ||
	    fail "$compiler $flags: $(head -5 "$out/log")"
}

same() {
	tests='vectors aead curve hash'
	for with in 'gcc -O0' 'gcc -O1' 'gcc -O2' 'gcc -O3' 'gcc -O3 -march=native' \
	    'gcc -m32 -O2' 'clang -O0' 'clang -O2' 'clang -O3' 'clang -m32 -O2' \
	    'musl-gcc -O2'; do
		compiler=${with%% *} flags=${with#* }
		works "$compiler" "$flags" || continue
		built "$compiler" "$flags" $(printf 'tests/unit/test_%s ' $tests)
		for t in $tests; do
			"$out/build/tests/unit/test_$t" >"$out/log" 2>&1 ||
			    fail "$with: $(tail -5 "$out/log")"
		done
	done
}

# Where libc cannot be watched as it is (gcc -m32) the program is static, and
# only its own word counts.
secrets() {
	for with in 'gcc -O2' 'gcc -O3' 'clang -O2' 'clang -O3' \
	    'gcc -m32 -static -O2' 'gcc -m32 -static -O3'; do
		compiler=${with%% *} flags=${with#* }
		works "$compiler" "$flags" || continue
		built "$compiler" "$flags" secret portable/secret
		for s in secret portable/secret; do
			valgrind -q "$out/build/$s" >"$out/said" 2>"$out/log" ||
			    fail "$with $s: $(cat "$out/said")" \
				"$(tail -20 "$out/log")"
			valgrind -q "$out/build/$s" leak 2>/dev/null |
			    grep -q 'leak tells' ||
			    fail "$with $s: a leak is not found"
		done
	done
}

case $1 in
same | secrets)
	"$1"
	;;
*)
	echo 'usage: crypto.sh same | secrets' >&2
	exit 2
	;;
esac
exit $status
