# make              the four programs, here
# make GN=42        the same for group 42: ports 57042, 58042, 59042
# make demo         one user's whole story, shown (SECURE=1: sealed, and recorded)
# make test         unit tests, then the programs over real sockets and disks
# make check        what must be clean before a change is offered
# make SAN=1 ...    the same with the address and undefined sanitizers
# make soak         every promise of the readme at its full figure: minutes
# make fuzz         each fuzz entry for a minute (SECONDS=n)
# make mutants     small changes of src: does a test notice? (MUTANTS=pattern)
# make coverage     which lines of src the tests run
# make bench        the performance goals, all or some (GOAL="4 5")
# make install      programs, manuals and units (DESTDIR=, PREFIX=)
# make uninstall    takes them away again
# make dist         proj_GN.zip, which unpacks here and builds with plain make
# make clean
#
# How the tests are built and run stands in tests/rules.mk.

GN     ?= 0
override GN := $(or $(shell expr 'X$(GN)' : 'X0*\([0-9]\{1,2\}\)$$'),\
    $(error GN=$(GN): the number of a group is 0 to 99))
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
FLOORS   = ui net sys tls proto crypto
objects  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
LIB      = $(FLOORS:%=$(BUILD)/%.a)
# Bound at the start: at its first call the loader would put what registers
# hold, and that may be a password, on the stack.
BIND     = -Wl,-z,now
LINK     = $(SAY_LINK)$(CC) $(STD) $(CFLAGS) $(BIND) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# One short line a file; V=1 shows the commands.
ifndef V
.SILENT:
SAY_CC   = echo "  CC    $<";
SAY_AR   = echo "  AR    $@";
SAY_LINK = echo "  LINK  $@";
endif
ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
SAY_CC =
SAY_AR =
SAY_LINK =
endif

# Each kind of build keeps its own objects; the last one made stands here.
all: $(PROGRAMS:%=$(BUILD)/%)
	@for p in $(PROGRAMS); do \
	    cmp -s $(BUILD)/$$p $$p || cp -f $(BUILD)/$$p $$p || exit 1; done

$(PROGRAMS): all

$(BUILD)/AS:    $(BUILD)/as.a $(LIB)
$(BUILD)/FS:    $(BUILD)/fs.a $(LIB)
$(BUILD)/pd:    $(BUILD)/pd.a $(LIB)
$(BUILD)/user:  $(BUILD)/user.a $(LIB)

$(PROGRAMS:%=$(BUILD)/%):
	$(LINK)

# A folder of src is an archive, whatever is in the folder.
define archive
$(BUILD)/$(1).a: $(call objects,src/$(1)/*.c)
	$$(SAY_AR)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach folder,$(FLOORS) as fs pd user,$(eval $(call archive,$(folder))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY_CC)$(CC) $(STD) $(CPPFLAGS) $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

objects: $(call objects,src/*/*.c)

demo: all $(if $(SECURE)$(RECORD),$(BUILD)/record)
	@SECURE=$(SECURE) RECORD=$(RECORD) TOOLS=$(BUILD) sh scripts/demo.sh

check:
	@sh scripts/check.sh

clean:
	rm -rf build $(PROGRAMS) proj_*.zip proj_*.tar.gz

# What install puts below DESTDIR and PREFIX, and uninstall takes away again.
MANDIR    = share/man
UNITDIR   = lib/systemd/system
OURDIRS   = bin sbin $(MANDIR)/man1 $(MANDIR)/man5 $(MANDIR)/man7 \
            $(MANDIR)/man8 $(UNITDIR)
INSTALLED = bin/pd bin/user sbin/AS sbin/FS \
            $(MANDIR)/man1/pd.1 $(MANDIR)/man1/user.1 \
            $(MANDIR)/man5/rc2fa-keys.5 \
            $(MANDIR)/man7/rc2fa.7 $(MANDIR)/man8/AS.8 $(MANDIR)/man8/FS.8 \
            $(UNITDIR)/rc2fa-as.service $(UNITDIR)/rc2fa-fs.service
DEST      = $(DESTDIR)$(PREFIX)

install: all
	umask 022; \
	    for d in $(OURDIRS); do mkdir -p "$(DEST)/$$d" || exit 1; done
	install -m 755 pd user "$(DEST)/bin"
	install -m 755 AS FS "$(DEST)/sbin"
	install -m 644 man/pd.1 man/user.1 "$(DEST)/$(MANDIR)/man1"
	install -m 644 man/rc2fa-keys.5 "$(DEST)/$(MANDIR)/man5"
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

.PHONY: all objects demo check install uninstall dist clean
.SECONDARY:

include tests/rules.mk
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
