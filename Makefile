# make              the four programs, here
# make GN=42        the same for group 42: ports 57042, 58042, 59042
# make demo         one user's whole story, shown
# make test         unit tests, then the programs over real sockets and disks
# make fuzz        each fuzz entry for a minute (SECONDS=n)
# make bench        the goals of performance measured, all or some (GOAL="4 5")
# make soak         every promise at its full figure: takes minutes
# make check        what must be clean before a change is offered
# make SAN=1 ...    the same with the address and undefined sanitizers
# make install      programs, manuals and units (DESTDIR=, PREFIX=)
# make uninstall    takes them away again
# make dist         proj_GN.zip, which unpacks here and builds with plain make
# make clean

GN     ?= 0
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
WARN    = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual \
          -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wformat=2 -Wundef -Wvla
STD     = -std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 \
          -DGN=$(GN) -Iinclude
BUILD   = build/gn$(GN)$(if $(SAN),-san)
ifdef SAN
STD    += -fsanitize=address,undefined -fno-sanitize-recover=all
endif

PROGRAMS = AS FS pd user
TOOLS    = talk lossy
objects  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
LIB      = $(call objects,src/lib/*.c)
UNIT     = $(basename $(notdir $(wildcard tests/unit/test_*.c)))
LINK     = $(CC) $(STD) $(CFLAGS) $(LDFLAGS) -o $@ $^

# Each kind of build keeps its own objects; the last one made stands here.
all: $(PROGRAMS:%=$(BUILD)/%)
	@for p in $(PROGRAMS); do \
	    cmp -s $(BUILD)/$$p $$p || cp -f $(BUILD)/$$p $$p || exit 1; done

$(BUILD)/AS:    $(call objects,src/as/*.c) $(LIB)
$(BUILD)/FS:    $(call objects,src/fs/*.c) $(LIB)
$(BUILD)/pd:    $(call objects,src/pd/*.c) $(LIB)
$(BUILD)/user:  $(call objects,src/user/*.c) $(LIB)
$(BUILD)/talk:  $(call objects,tests/tools/talk*.c)
$(BUILD)/lossy: $(call objects,tests/tools/lossy.c)

$(addprefix $(BUILD)/,$(PROGRAMS) $(TOOLS)):
	$(LINK)

# A unit test names the program's sources that it wants in a comment:
# /* with: src/as/tickets.c src/as/people.c */
with = $(shell sed -n 's,^/\* with: \(.*\) \*/$$,\1,p' tests/unit/$(1).c)
define unit_rule
$(BUILD)/tests/unit/$(1): $(BUILD)/tests/unit/$(1).o \
    $(patsubst %.c,$(BUILD)/%.o,$(call with,$(1))) $(LIB)
	$$(LINK)
endef
$(foreach test,$(UNIT),$(eval $(call unit_rule,$(test))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

objects: $(call objects,src/*/*.c)

unit: $(UNIT:%=$(BUILD)/tests/unit/%)
	@for t in $(UNIT); do $(BUILD)/tests/unit/$$t || exit 1; done

# The fuzz entries: whole programs, or the messages alone, on a machine in memory
# (tests/fuzz/world.h, put in front of each source); an entry has some sources
# in it as text.  Replayed over their corpora by test; fuzzed by make fuzz.
ENTRIES   = wire as fs pd user
WORLD     = -include tests/fuzz/world.h -DKDF_ROUNDS=1 -DSYNC_EVERY=16
NOT_FUZZED = src/%/main.c src/as/accounts.c src/fs/files.c \
             src/lib/clock.c src/lib/pool.c src/lib/random.c src/lib/terminal.c
MACHINE   = $(patsubst %,tests/fuzz/%.c,world sockets tree disk machine)
FUZZ      = -fsanitize=address,undefined -fno-sanitize-recover=all
fuzzed    = tests/fuzz/fuzz_$(1).c $(if $(filter wire,$(1)), \
            src/lib/wire.c src/lib/field.c, $(filter-out $(NOT_FUZZED), \
            $(wildcard src/$(1)/*.c src/lib/*.c)))
machine   = $(if $(filter-out wire,$(1)),$(MACHINE))
define fuzz_rule
$(BUILD)/replay/$(1): $(patsubst %.c,$(BUILD)/replay/%.o, \
    $(call fuzzed,$(1)) $(call machine,$(1))) $(BUILD)/tests/fuzz/replay.o
	$$(LINK)
$(BUILD)/fuzz/$(1): $(patsubst %.c,$(BUILD)/fuzz/%.o, \
    $(call fuzzed,$(1)) $(call machine,$(1)))
	clang $(FUZZ) -fsanitize=fuzzer -o $$@ $$^
endef
$(foreach entry,$(ENTRIES),$(eval $(call fuzz_rule,$(entry))))

$(BUILD)/replay/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(CFLAGS) $(WORLD) -MMD -MP -c -o $@ $<

# Time is for what is looked into: not for the machine, nor for the hash.
PLAIN     = $(MACHINE:%.c=$(BUILD)/fuzz/%.o) $(BUILD)/fuzz/src/as/pbkdf2.o
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

replay: $(ENTRIES:%=$(BUILD)/replay/%)
	@for e in $(ENTRIES); do \
	    $(BUILD)/replay/$$e tests/fuzz/corpus/$$e/* || exit 1; done

test: $(PROGRAMS:%=$(BUILD)/%) $(TOOLS:%=$(BUILD)/%) unit replay
	@BIN=$(BUILD) TOOLS=$(BUILD) sh tests/system/run.sh
	@$(MAKE) -s --no-print-directory promises

# The promises, each with its figure: tests/soak/run.sh.  Some rows need codes
# that die within seconds and hashes that are cheap: a build of their own.
POLICY    = -DKDF_ROUNDS=100 -DVC_LIFE=3000 -DTID_LIFE=3000
PROMISES  = $(PROGRAMS:%=$(BUILD)/%) $(TOOLS:%=$(BUILD)/%) $(BUILD)/soak \
            $(BUILD)/shim_fault.so $(BUILD)/shim_clock.so policy
IN_SOAK   = BIN=$(BUILD) QUICK=$(BUILD)-policy TOOLS=$(BUILD) FUZZ=$(BUILD)/fuzz

$(BUILD)/soak: $(call objects,tests/soak/*.c) $(BUILD)/tests/tools/talk_body.o
	$(LINK) -pthread

$(BUILD)/shim_%.so: tests/tools/shim_%.c tests/tools/shim_fault.h
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) $(CFLAGS) -shared -fPIC \
	    -o $@ $< -ldl

policy:
	@$(MAKE) -s BUILD=$(BUILD)-policy CFLAGS="$(CFLAGS) $(POLICY)" \
	    $(BUILD)-policy/AS $(BUILD)-policy/FS

promises: $(PROMISES)
	@$(IN_SOAK) SAN=$(SAN) sh tests/soak/run.sh small

soak: $(PROMISES) fuzzers
	@$(IN_SOAK) sh tests/soak/run.sh full

# The benchmarks; a tool names what it is linked with as a unit test does.
BENCH     = asload drive durable echo fileload fillas fillfs flooras floorfs \
            hold ready stubas watch
bench_with = $(shell sed -n 's,^/\* with: \(.*\) \*/$$,\1,p' \
               tests/bench/$(1).c)
define bench_rule
$(BUILD)/tests/bench/$(1): $(BUILD)/tests/bench/$(1).o \
    $(patsubst %.c,$(BUILD)/%.o,$(call bench_with,$(1))) $(LIB)
	$$(LINK)
endef
$(foreach tool,$(BENCH),$(eval $(call bench_rule,$(tool))))

bench: $(PROGRAMS:%=$(BUILD)/%) $(BENCH:%=$(BUILD)/tests/bench/%)
	@BIN=$(BUILD) sh tests/bench/run.sh $(GOAL)

demo: all
	@sh scripts/demo.sh

check:
	@sh scripts/check.sh

clean:
	rm -rf build $(PROGRAMS) proj_*.zip proj_*.tar.gz

# What install puts below DESTDIR and PREFIX, and uninstall takes away again.
MANDIR    = share/man
UNITDIR   = lib/systemd/system
OURDIRS   = bin sbin $(MANDIR)/man1 $(MANDIR)/man7 $(MANDIR)/man8 $(UNITDIR)
INSTALLED = bin/pd bin/user sbin/AS sbin/FS \
            $(MANDIR)/man1/pd.1 $(MANDIR)/man1/user.1 \
            $(MANDIR)/man7/rc2fa.7 $(MANDIR)/man8/AS.8 $(MANDIR)/man8/FS.8 \
            $(UNITDIR)/rc2fa-as.service $(UNITDIR)/rc2fa-fs.service
DEST      = $(DESTDIR)$(PREFIX)

install: all
	for d in $(OURDIRS); do mkdir -p "$(DEST)/$$d" || exit 1; done
	install -m 755 pd user "$(DEST)/bin"
	install -m 755 AS FS "$(DEST)/sbin"
	install -m 644 man/pd.1 man/user.1 "$(DEST)/$(MANDIR)/man1"
	install -m 644 man/rc2fa.7 "$(DEST)/$(MANDIR)/man7"
	install -m 644 man/AS.8 man/FS.8 "$(DEST)/$(MANDIR)/man8"
	for u in as fs; do f="$(DEST)/$(UNITDIR)/rc2fa-$$u.service"; \
	    sed 's,/usr/local/sbin,$(PREFIX)/sbin,' scripts/$$u.service \
	    >"$$f" && chmod 644 "$$f" || exit 1; done

# Empty directories go with the files, but for those that a system has anyway.
uninstall:
	[ ! -d "$(DEST)" ] || (cd "$(DEST)" && rm -f $(INSTALLED))
ifneq ($(DESTDIR)$(filter-out /usr /usr/local,$(PREFIX)),)
	@cd "$(or $(DESTDIR),$(PREFIX))" 2>/dev/null && rmdir -p 2>/dev/null \
	    $(addprefix .$(if $(DESTDIR),$(PREFIX))/,$(OURDIRS)) || true
endif

dist:
	@sh scripts/dist.sh $(GN)

.PHONY: all objects unit fuzz fuzzers replay test bench soak promises policy demo check install \
        uninstall dist clean
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
