#!/bin/sh
# run.sh BUILD SECONDS ENTRY... - each fuzz entry for so many seconds.
#
# What they find new is kept below BUILD/fuzz, and so is an input that fails:
# replay it with BUILD/replay/ENTRY FILE.  Exit status 1 where one was found.
build=$1 seconds=$2
shift 2
log=$build/fuzz/log
mkdir -p "$build/fuzz"

cat >"$build/fuzz/probe.c" <<-'END'
	int LLVMFuzzerTestOneInput(const char *s, unsigned long n);
	int LLVMFuzzerTestOneInput(const char *s, unsigned long n)
	{
		return (int)n * (s == 0);
	}
END
if ! clang -fsanitize=fuzzer,address,undefined -o "$build/fuzz/probe" \
    "$build/fuzz/probe.c" >"$log" 2>&1; then
	echo 'fuzz: skipped, there is no clang with libFuzzer here'
	exit 0
fi
${MAKE:-make} -s BUILD="$build" fuzzers || exit 1

failed=0
for entry; do
	mkdir -p "$build/fuzz/corpus/$entry"
	case $entry in
	wire) longest=700 ;;
	*) longest=128 ;;
	esac
	if "$build/fuzz/$entry" -max_total_time="$seconds" -entropic=0 \
	    -max_len=$longest -detect_leaks=0 -rss_limit_mb=0 \
	    -artifact_prefix="$build/fuzz/$entry-" ${RUNS:+-runs="$RUNS"} \
	    "$build/fuzz/corpus/$entry" "tests/fuzz/corpus/$entry" \
	    >"$log" 2>&1; then
		echo "fuzz: $entry: $(tail -n 1 "$log"), 0 findings"
	else
		tail -n 40 "$log"
		echo "fuzz: $entry: FAILED"
		failed=1
	fi
done
exit $failed
