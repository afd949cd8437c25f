# ddbmock: `make` builds, `make demo` shows, `make test` proves; `make help` lists the rest.
#
# Sources are found, not listed: a new file under preload/, engine/ or http/ is built, a new tests/unit/<room>/test_*.c is
# run. SANITIZE=address,undefined or SANITIZE=thread builds everything in a directory of its own.

VERSION := 0.5.0

CC ?= cc
CFLAGS ?= -O2 -g
SANITIZE ?=
BUILD ?= build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))
PREFIX ?= /usr/local
DESTDIR ?=

comma := ,
empty :=
space := $(empty) $(empty)

warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wundef -Wvla \
            -Wno-missing-field-initializers
sanitize := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
cflags = -std=gnu11 -I. -D_GNU_SOURCE -DDDBMOCK_VERSION='"$(VERSION)"' $(warnings) $(sanitize) $(CFLAGS)
pic := -fPIC -fvisibility=hidden

multiarch := $(shell $(CC) -print-multiarch 2>/dev/null)
libdir := /usr/lib/$(multiarch)

# llhttp: the library where pkg-config knows it, else Debian's C sources of it (package node-llhttp).
ifeq ($(shell pkg-config --exists libllhttp 2>/dev/null && echo yes),yes)
llhttp_cflags := $(shell pkg-config --cflags libllhttp)
llhttp_libs := $(shell pkg-config --libs libllhttp)
else
llhttp_cflags := -isystem /usr/share/include/llhttp
llhttp_sources := $(wildcard /usr/share/llhttp/*.c)
llhttp_objects := $(llhttp_sources:/usr/share/llhttp/%.c=$(BUILD)/llhttp/%.o)
endif

shim_sources := $(wildcard preload/*.c) http/hosts.c
engine_sources := $(shell find engine http -name '*.c' 2>/dev/null)
command_sources := $(wildcard preload/command/*.c)

shim_objects := $(shim_sources:%.c=$(BUILD)/%.o)
engine_objects := $(engine_sources:%.c=$(BUILD)/%.o)
command_objects := $(command_sources:%.c=$(BUILD)/%.o)

# The engine object takes its libraries in whole, so that no host program's json_object_get or SSL_read is mistaken for ours.
# Debian's archives of jansson and LMDB are not PIC, but only in their references to stdin and stderr, which we never
# reach (no json_loadf; mdb_env_set_assert never returns): renamed, they link. docs/architecture.md tells more.
static_libs := $(BUILD)/lib/libjansson.a $(BUILD)/lib/liblmdb.a \
               $(libdir)/libssl.a $(libdir)/libcrypto.a $(libdir)/libz.a

all: $(BUILD)/libddbmock.so $(BUILD)/libddbmock-engine.so $(BUILD)/ddbmock

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(cflags) $(pic) $(llhttp_cflags) -MMD -MP -c -o $@ $<

$(BUILD)/llhttp/%.o: /usr/share/llhttp/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(llhttp_cflags) $(pic) $(CFLAGS) -w -c -o $@ $<

$(BUILD)/lib/lib%.a: $(libdir)/lib%.a
	@mkdir -p $(@D)
	objcopy --redefine-sym stdin=ddbmock_no_stream --redefine-sym stderr=ddbmock_no_stderr $< $@

$(BUILD)/libddbmock.so: $(shim_objects)
	$(CC) -shared $(sanitize) $(LDFLAGS) -o $@ $^ -Wl,-z,defs -Wl,-soname,libddbmock.so -ldl -lpthread

$(BUILD)/libddbmock-engine.so: $(engine_objects) $(llhttp_objects) $(static_libs)
	$(CC) -shared $(sanitize) $(LDFLAGS) -o $@ $(engine_objects) $(llhttp_objects) $(static_libs) $(llhttp_libs) \
	    -Wl,-soname,libddbmock-engine.so -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,-z,text -Wl,--gc-sections \
	    $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) -lpthread -ldl

$(BUILD)/ddbmock: $(command_objects)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ -ldl

# Unit tests: one Criterion program a room (tests/unit/<room>/*.c), linked with the whole engine.
unit_rooms := $(notdir $(patsubst %/,%,$(dir $(wildcard tests/unit/*/test_*.c))))
unit_programs := $(sort $(unit_rooms:%=$(BUILD)/unit-%))

.SECONDEXPANSION:
$(BUILD)/unit-%: $$(patsubst $$(percent).c,$(BUILD)/$$(percent).o,$$(wildcard tests/unit/$$*/*.c)) $(engine_objects) \
                 $(llhttp_objects) $(static_libs)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ $(llhttp_libs) -lcriterion -lpthread -ldl
percent := %

unit: $(unit_programs)
	@for program in $(unit_programs); do echo "== $$program"; $$program -j2 || exit 1; done

clean:
	rm -rf build

.PHONY: all unit clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
