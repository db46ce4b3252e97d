#!/bin/sh
# run.sh BUILD SECONDS ENTRY... - each fuzz entry for so many seconds, or RUNS
# runs where that comes first, all at the same time.
#
# What they find new is kept below BUILD/fuzz, and so is an input that fails:
# replay it with BUILD/replay/ENTRY FILE.  Exit status 1 where one was found.
build=$1 seconds=$2
shift 2
mkdir -p "$build/fuzz"

cat >"$build/fuzz/probe.c" <<-'END'
	int LLVMFuzzerTestOneInput(const char *s, unsigned long n);
	int LLVMFuzzerTestOneInput(const char *s, unsigned long n)
	{
		return (int)n * (s == 0);
	}
END
if ! clang -fsanitize=fuzzer,address,undefined -o "$build/fuzz/probe" \
    "$build/fuzz/probe.c" >"$build/fuzz/probe.log" 2>&1; then
	echo 'fuzz: skipped, there is no clang with libFuzzer here'
	exit 0
fi
${MAKE:-make} -s BUILD="$build" fuzzers || exit 1

fuzz() { # ENTRY
	log=$build/fuzz/$1.log
	mkdir -p "$build/fuzz/corpus/$1"
	case $1 in
	wire) longest=700 ;;
	tls | tls_open) longest=4000 ;;
	ticket) longest=260 ;;
	x509) longest=2000 ;;
	*) longest=128 ;;
	esac
	if "$build/fuzz/$1" -max_total_time="$seconds" -entropic=0 \
	    -max_len=$longest -detect_leaks=0 -reload=0 -rss_limit_mb=0 -timeout=10 \
	    -artifact_prefix="$build/fuzz/$1-" ${RUNS:+-runs="$RUNS"} \
	    "$build/fuzz/corpus/$1" "tests/fuzz/corpus/$1" \
	    >"$log" 2>&1; then
		echo "fuzz: $1: $(tail -n 1 "$log"), 0 findings"
	else
		tail -n 40 "$log"
		echo "fuzz: $1: FAILED"
		return 1
	fi
}

pids=
for entry; do
	fuzz "$entry" &
	pids="$pids $!"
done
failed=0
for pid in $pids; do
	wait "$pid" || failed=1
done
exit $failed
