/*
 * fuzz_tls.c once more, where nothing is sealed and every signature, tag and
 * Finished is right (tls_stub.c): all that stands behind them can be reached.
 */
#include "fuzz_tls.c"
