# make              the four programs, here
# make GN=42        the same for group 42: ports 57042, 58042, 59042
# make demo         one user's whole story, shown
# make test         unit tests, then the programs over real sockets and disks
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

test: $(PROGRAMS:%=$(BUILD)/%) $(TOOLS:%=$(BUILD)/%) unit
	@BIN=$(BUILD) sh tests/system/run.sh

demo: all
	@sh scripts/demo.sh

check:
	@sh scripts/check.sh

clean:
	rm -rf build $(PROGRAMS) proj_*.zip proj_*.tar.gz

.PHONY: all objects unit test demo check clean
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
