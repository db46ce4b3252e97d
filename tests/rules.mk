# rules.mk - how the tests are built and run; the Makefile includes it.

TOOLS = talk lossy record
UNIT  = $(basename $(wildcard tests/unit/test_*.c))
BENCH = $(addprefix tests/bench/,asload crypto drive durable echo fileload fillas \
        flush fillfs flooras floorfs hold ready secload stubas tls watch)
PEER  = tests/tls/peer

test: $(PROGRAMS:%=$(BUILD)/%) $(TOOLS:%=$(BUILD)/%) unit policy interop
	@BIN=$(BUILD) TOOLS=$(BUILD) QUICK=$(BUILD)-policy \
	    sh tests/system/run.sh
	@$(MAKE) -s --no-print-directory promises

# What unit tests, transcripts, promises and benchmark share: tests/lib.
$(BUILD)/tests/lib.a: $(call objects,tests/lib/*.c)
	$(SAY_AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/talk:  $(call objects,tests/tools/talk*.c) $(BUILD)/tests/lib.a
	$(LINK)

$(BUILD)/lossy: $(call objects,tests/tools/lossy.c)
	$(LINK)

$(BUILD)/record: $(call objects,tests/tools/record.c)
	$(LINK)

# A unit test or a measuring tool is linked with the archives of the folders
# whose headers it includes.
$(BUILD)/tests/bench.a: $(filter-out $(BENCH:%=$(BUILD)/%.o), \
    $(call objects,tests/bench/*.c tests/bench/peers/*.c))
	$(SAY_AR)rm -f $@ && $(AR) rcs $@ $^

programs = $(filter as fs pd user,$(shell sed -n \
           's,^\#include "\(../../src/\)*\([a-z]*\)/.*,\2,p' $(1).c))
define linked
$(BUILD)/$(1): $(BUILD)/$(1).o $(if $(filter $(PEER),$(1)), \
    $(BUILD)/tests/tls/certs.o) $(if $(filter tests/bench/%,$(1)), \
    $(BUILD)/tests/bench.a) \
    $(BUILD)/tests/lib.a $(patsubst %,$(BUILD)/%.a,$(sort $(call \
    programs,$(1)))) $(LIB)
	$$(LINK)
endef
$(foreach tool,$(UNIT) $(BENCH) $(PEER),$(eval $(call linked,$(tool))))

# What tests crypto runs once more without the compiler's vectors and 128-bit
# integers: the same results to the bit.
PORTABLE  = $(patsubst %,$(BUILD)/portable/test_%,vectors aead curve)
$(PORTABLE): $(BUILD)/portable/%: $(BUILD)/portable/tests/unit/%.o \
    $(BUILD)/portable/crypto.a
	$(LINK)

$(BUILD)/portable/crypto.a: $(patsubst %.c,$(BUILD)/portable/%.o, \
    $(wildcard src/crypto/*.c))
	$(SAY_AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/portable/%.o: %.c
	@mkdir -p $(@D)
	$(SAY_CC)$(CC) $(STD) -DPORTABLE $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

unit: $(UNIT:%=$(BUILD)/%) $(PORTABLE)
	@for t in $(UNIT:%=$(BUILD)/%) $(PORTABLE); do $$t || exit 1; done

# What shows that no secret decides a branch or an address: under valgrind.
$(BUILD)/secret: $(BUILD)/tests/tools/secret.o $(BUILD)/crypto.a
	$(LINK)

$(BUILD)/portable/secret: $(BUILD)/portable/tests/tools/secret.o \
    $(BUILD)/portable/crypto.a
	$(LINK)

interop: $(BUILD)/$(PEER)
	@sh tests/tls/interop.sh $(BUILD)/$(PEER)

# The fuzz entries: whole programs, or the messages alone, on a machine in memory
# (tests/fuzz/world.h, put in front of each source); an entry has some sources
# in it as text.  Replayed over their corpora by promise 25; fuzzed by make fuzz.
ENTRIES   = wire as fs pd user tls tls_open ticket x509
WORLD     = -include tests/fuzz/world.h -DKDF_ROUNDS=1 -DDISK_STRETCH=16
NOT_FUZZED = src/%/main.c src/as/accounts.c src/as/lock.c src/as/failures.c \
             src/fs/files.c src/sys/clock.c src/sys/pool.c src/sys/random.c \
             src/ui/terminal.c src/net/signals.c
MACHINE   = $(patsubst %,tests/fuzz/%.c,world sockets tree disk machine \
             refused)
FUZZ      = -fsanitize=address,undefined -fno-sanitize-recover=all
IN_wire     = $(wildcard src/proto/*.c) src/crypto/secret.c
IN_tls      = tests/lib/tls_world.c $(wildcard src/tls/*.c src/crypto/*.c)
IN_tls_open = tests/lib/tls_world.c tests/fuzz/tls_stub.c \
              $(wildcard src/tls/*.c) src/crypto/sha256.c src/crypto/hmac.c
IN_ticket   = $(IN_tls_open)
IN_x509     = $(IN_tls_open)
fuzzed    = tests/fuzz/fuzz_$(1).c $(or $(IN_$(1)),$(filter-out $(NOT_FUZZED), \
            $(wildcard src/$(1)/*.c $(FLOORS:%=src/%/*.c))))
machine   = $(if $(IN_$(1)),,$(MACHINE))
define fuzz_rule
$(BUILD)/replay/$(1): $(patsubst %.c,$(BUILD)/replay/%.o, \
    $(call fuzzed,$(1)) $(call machine,$(1))) $(BUILD)/tests/fuzz/replay.o
	@sh tests/fuzz/calls.sh $(patsubst %.c,$(BUILD)/replay/%.o, \
	    $(call fuzzed,$(1)) -- $(call machine,$(1)))
	$$(LINK)
$(BUILD)/fuzz/$(1): $(patsubst %.c,$(BUILD)/fuzz/%.o, \
    $(call fuzzed,$(1)) $(call machine,$(1)))
	clang $(FUZZ) -fsanitize=fuzzer -o $$@ $$^
endef
$(foreach entry,$(ENTRIES),$(eval $(call fuzz_rule,$(entry))))

$(BUILD)/replay/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(CPPFLAGS) $(WARN) $(CFLAGS) $(WORLD) -MMD -MP -c -o $@ $<

# Time is for what is looked into: not for the machine, nor for the hash.
PLAIN     = $(patsubst %.c,$(BUILD)/fuzz/%.o,$(MACHINE) $(wildcard src/crypto/*.c))
$(PLAIN): COVER =
$(BUILD)/fuzz/%.o: COVER = $(FUZZ) -fsanitize=fuzzer-no-link \
    -fno-sanitize-coverage=trace-cmp
$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang $(STD) -O2 -g $(COVER) $(WORLD) -MMD -MP -c -o $@ $<

fuzzers: $(ENTRIES:%=$(BUILD)/fuzz/%)

SECONDS ?= 60
fuzz:
	@MAKE="$(MAKE)" sh tests/fuzz/run.sh $(BUILD) $(SECONDS) $(ENTRIES)

replays: $(ENTRIES:%=$(BUILD)/replay/%)
replay: replays
	@for e in $(ENTRIES); do \
	    $(BUILD)/replay/$$e tests/fuzz/corpus/$$e/* || exit 1; done

# The promises, each with its figure: tests/soak/run.sh.  Some rows need codes
# that die within seconds and hashes that are cheap: a build of their own.
POLICY    = -DKDF_ROUNDS=100 -DVC_LIFE=10000 -DTID_LIFE=10000 \
            -DORPHAN_TIME=1500 -DLINE_TIME=4000 -DSTALL_TIME=4000
PROMISES  = $(PROGRAMS:%=$(BUILD)/%) $(TOOLS:%=$(BUILD)/%) $(BUILD)/soak \
            $(BUILD)/shim_fault.so $(BUILD)/shim_clock.so replays policy
IN_SOAK   = BIN=$(BUILD) QUICK=$(BUILD)-policy TOOLS=$(BUILD)

$(BUILD)/soak: $(call objects,tests/soak/*.c) $(BUILD)/tests/lib.a
	$(LINK) -pthread

$(BUILD)/shim_%.so: tests/tools/shim_%.c tests/tools/shim_%.h
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) $(CFLAGS) -shared -fPIC \
	    -o $@ $< -ldl

policy:
	@$(MAKE) -s BUILD=$(BUILD)-policy CFLAGS="$(CFLAGS) $(POLICY)" \
	    $(BUILD)-policy/AS $(BUILD)-policy/FS

# Small changes of the source, each of which a test must notice: minutes each.
tests-built: $(PROMISES) $(UNIT:%=$(BUILD)/%)

bench-built: $(BENCH:%=$(BUILD)/%)

mutants:
	@nice sh tests/mutants/run.sh $(if $(MUTANTS),'$(MUTANTS)')

promises: $(PROMISES)
	@$(IN_SOAK) SAN=$(SAN) sh tests/soak/run.sh small

soak: $(PROMISES) fuzzers
	@$(IN_SOAK) sh tests/soak/run.sh full

# A worker that ends must leave its counts behind, which _exit() would not.
coverage:
	@rm -rf build/coverage
	@$(MAKE) -s BUILD=build/coverage \
	    CFLAGS='-O0 -g --coverage -D_exit=exit' test
	@sh scripts/coverage.sh

bench: $(PROGRAMS:%=$(BUILD)/%) $(BENCH:%=$(BUILD)/%) $(BUILD)/$(PEER)
	@BIN=$(BUILD) sh tests/bench/run.sh $(GOAL)

bench_tls: $(BUILD)/tests/bench/tls $(BUILD)/$(PEER)
	@sh tests/bench/tls.sh $(BUILD)

.PHONY: tests-built bench-built mutants test unit interop bench_tls fuzz fuzzers replay \
    replays policy promises soak coverage bench
