# ddbmock: `make` builds, `make demo` shows, `make test` proves; `make help` lists the rest.
#
# Sources are found, not listed: a new file under preload/, engine/ or http/ is built, a new tests/unit/<room>/test_*.c is
# run. SANITIZE=address,undefined or SANITIZE=thread builds everything in a directory of its own. What needs packages that
# may be missing installs them first and then starts make anew (`again`), because this file looks at what is installed
# while it is read. Tests, demo and bench are in tests/tests.mk, the keeping of the house in tests/quality.mk.

VERSION := 0.5.0

# What is built is told in short; V=1 shows the commands.
ifeq ($(V),)
MAKEFLAGS += --silent
say = @echo " $(1) $(@:$(BUILD)/%=%)"
endif

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

# The storage backend for PostgreSQL is an object of its own, made where libpq-dev is installed: what it links is for those who
# ask for it alone (docs/storage.md).
postgres_header := $(firstword $(wildcard $(addsuffix /libpq-fe.h,\
                       $(shell pkg-config --variable=includedir libpq 2>/dev/null) /usr/include/postgresql /usr/include)))
postgres_sources := $(wildcard engine/storage/postgres*.c)
postgres_objects := $(postgres_sources:%.c=$(BUILD)/%.o) $(BUILD)/engine/storage/gate.o $(BUILD)/engine/storage/owner.o
postgres := $(if $(postgres_header),$(BUILD)/libddbmock-postgres.so)

shim_sources := $(wildcard preload/*.c) http/hosts.c
engine_sources := $(filter-out $(postgres_sources),$(shell find engine http -name '*.c' 2>/dev/null))
command_sources := $(wildcard preload/command/*.c) http/hosts.c \
                   $(addprefix preload/,addresses.c config.c environment.c network.c process.c regions.c session.c)

shim_objects := $(shim_sources:%.c=$(BUILD)/%.o)
engine_objects := $(engine_sources:%.c=$(BUILD)/%.o)
command_objects := $(command_sources:%.c=$(BUILD)/%.o)

# The engine object takes its libraries in whole, so that no host program's json_object_get or SSL_read is mistaken for ours.
# Debian's archives of jansson and LMDB are not PIC, but only in their references to stdin and stderr, which we never
# reach (no json_loadf; mdb_env_set_assert never returns): renamed, they link. docs/architecture.md tells more.
static_libs := $(BUILD)/lib/libjansson.a $(BUILD)/lib/liblmdb.a $(BUILD)/lib/libsqlite3.a \
               $(libdir)/libssl.a $(libdir)/libcrypto.a $(libdir)/libz.a $(libdir)/libdeflate.a

# The Debian packages that each thing needs; "command=package" is there once the command is.
build_packages := cc=gcc libc6-dev objcopy=binutils libjansson-dev uthash-dev libssl-dev zlib1g-dev libdeflate-dev \
                  liblmdb-dev libsqlite3-dev libbsd-dev $(if $(llhttp_libs),,node-llhttp)
again = +@$(MAKE) --no-print-directory

all: buildable
	+@$(MAKE) --no-print-directory build

build: $(BUILD)/libddbmock.so $(BUILD)/libddbmock-engine.so $(BUILD)/ddbmock $(postgres)

# `make` installs nothing: it says what to do.
buildable:
	@tests/packages --check $(build_packages) >/dev/null || { \
	    echo "ddbmock: missing packages: $$(tests/packages --check $(build_packages))"; \
	    echo "ddbmock: run 'make deps' (as root, or with sudo), then make again"; exit 1; } >&2

deps:
	@tests/packages $(build_packages)

$(BUILD)/%.o: %.c
	$(call say,cc  )
	@mkdir -p $(@D)
	$(CC) $(cflags) $(pic) $(llhttp_cflags) -MMD -MP -c -o $@ $<

$(BUILD)/llhttp/%.o: /usr/share/llhttp/%.c
	$(call say,cc  )
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(llhttp_cflags) $(pic) $(CFLAGS) -w -c -o $@ $<

$(BUILD)/lib/lib%.a: $(libdir)/lib%.a
	@mkdir -p $(@D)
	objcopy --redefine-sym stdin=ddbmock_no_stream --redefine-sym stderr=ddbmock_no_stderr $< $@

# LMDB opens its data file without O_CLOEXEC, closes numbers that may be a host program's by then, and does not tell where its
# map is; engine/storage/lmdb_files.c does these three for it.
$(BUILD)/lib/liblmdb.a: $(libdir)/liblmdb.a Makefile
	@mkdir -p $(@D)
	objcopy --redefine-sym stderr=ddbmock_no_stderr --redefine-sym open=ddbmock_lmdb_open \
	    --redefine-sym close=ddbmock_lmdb_close --redefine-sym mmap=ddbmock_lmdb_mmap $< $@

# SQLite's mathematical functions, which no statement of ours calls, are not to bring libm into every host program: they stay
# unresolved. Its list of open files gets a name, so that a child of fork can forget it (engine/storage/sqlite_system.c).
sqlite_math := acos acosh asin asinh atan atan2 atanh cos cosh exp fmod log log10 log2 pow sin sinh sqrt tan tanh trunc ceil floor
$(BUILD)/lib/libsqlite3.a: $(libdir)/libsqlite3.a Makefile
	@mkdir -p $(@D)
	objcopy $(foreach name,$(sqlite_math),--redefine-sym $(name)=ddbmock_no_$(name) --weaken-symbol=ddbmock_no_$(name)) \
	    --redefine-sym inodeList=ddbmock_sqlite_inodes --globalize-symbol=ddbmock_sqlite_inodes $< $@

# The shim: what it exports is preload/hooks.def, and nothing else.
$(BUILD)/preload/exports.map: preload/exports.map.in preload/hooks.def
	@mkdir -p $(@D)
	$(CC) -E -P -undef -I. -x c -o $@ $<

$(BUILD)/libddbmock.so: $(shim_objects) $(BUILD)/preload/exports.map
	$(call say,link)
	$(CC) -shared $(sanitize) $(LDFLAGS) -o $@.new $(shim_objects) -Wl,--version-script=$(BUILD)/preload/exports.map \
	    -Wl,-soname,libddbmock.so -Wl,-z,nodelete -Wl,-z,noseparate-code $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) -ldl -lpthread
	@mv $@.new $@ # at once: programs may be running under the old one

# Which build an engine object is of: `build` of http/gateway.h.
revision := $(shell git rev-parse --short HEAD 2>/dev/null)
$(BUILD)/http/gateway.o: cflags += -DDDBMOCK_BUILD='"$(VERSION)$(if $(revision), ($(revision)))"'

# What the shim's own tests run it with: copies of it, one beside an engine that gives fixed answers, one without any.
shim_equipment := $(addprefix $(BUILD)/tests/preload/,fake/libddbmock.so fake/libddbmock-engine.so alone/libddbmock.so \
                  fake/asker.so fake/hidden/asked.so fake/early.so)
run-test run-sanitized: $(shim_equipment)

$(BUILD)/tests/preload/fake/libddbmock.so $(BUILD)/tests/preload/alone/libddbmock.so: $(BUILD)/libddbmock.so
	@mkdir -p $(@D)
	cp --remove-destination $< $@

$(BUILD)/tests/preload/fake/libddbmock-engine.so: tests/preload/fake_engine.c
	@mkdir -p $(@D)
	$(CC) $(cflags) $(pic) -MMD -MP -shared -o $@ $<

$(BUILD)/tests/preload/fake/asker.so $(BUILD)/tests/preload/fake/hidden/asked.so: tests/preload/asker.c
	@mkdir -p $(@D)
	$(CC) $(cflags) -fPIC -shared -Wl,--enable-new-dtags,-rpath,'$$ORIGIN/hidden' -o $@ $<

# Taken in by the assembler, which tells nobody.
$(BUILD)/engine/stats/embedded.o: engine/stats/report.html engine/stats/prices.json

$(BUILD)/tests/preload/fake/early.so: tests/preload/early.c
	@mkdir -p $(@D)
	$(CC) $(cflags) -fPIC -shared -o $@ $<

$(BUILD)/libddbmock-engine.so: $(engine_objects) $(llhttp_objects) $(static_libs) http/exports.map
	$(call say,link)
	$(CC) -shared $(sanitize) $(LDFLAGS) -o $@.new $(engine_objects) $(llhttp_objects) $(static_libs) $(llhttp_libs) \
	    -Wl,-soname,libddbmock-engine.so -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,-z,text -Wl,--gc-sections \
	    -Wl,--version-script,http/exports.map -Wl,-z,nodelete \
	    $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) -lpthread -ldl
	@mv $@.new $@

$(postgres_sources:%.c=$(BUILD)/%.o): cflags += -isystem $(dir $(postgres_header))
$(BUILD)/libddbmock-postgres.so: $(postgres_objects) engine/storage/postgres.map
	$(call say,link)
	$(CC) -shared $(sanitize) $(LDFLAGS) -o $@.new $(postgres_objects) -Wl,-soname,libddbmock-postgres.so -Wl,-Bsymbolic \
	    -Wl,--version-script,engine/storage/postgres.map -Wl,-z,nodelete $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) \
	    -lpq -lpthread
	@mv $@.new $@

$(BUILD)/ddbmock: $(command_objects)
	$(call say,link)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ $(libdir)/libjansson.a -lresolv -lpthread -ldl

include tests/tests.mk tests/quality.mk

# Installed: the command in bin, the two objects side by side in lib/ddbmock, the manual pages, and the headers of the library
# (docs/library.md), of plugins (docs/plugins.md) and of storage backends from outside (docs/storage.md).
bindir := $(DESTDIR)$(PREFIX)/bin
objectdir := $(DESTDIR)$(PREFIX)/lib/ddbmock
mandir := $(DESTDIR)$(PREFIX)/share/man
includedir := $(DESTDIR)$(PREFIX)/include/ddbmock
manuals := $(wildcard docs/man/*.[1-8])
pkgconfigdir := $(DESTDIR)$(PREFIX)/lib/pkgconfig
public_headers := ddbmock.h ddbmock_plugin.h
storage_headers := engine/slice.h engine/storage/storage.h

install: all
	install -d $(bindir) $(objectdir)
	install -m 755 $(BUILD)/ddbmock $(bindir)/ddbmock
	install -m 644 $(BUILD)/libddbmock.so $(BUILD)/libddbmock-engine.so $(postgres) $(objectdir)
	install -d $(includedir) $(pkgconfigdir)
	install -m 644 $(addprefix engine/,$(public_headers)) $(includedir)
	for header in $(storage_headers); do install -D -m 644 $$header $(includedir)/$$header || exit 1; done
	sed 's|@prefix@|$(PREFIX)|; s|@version@|$(VERSION)|' engine/ddbmock.pc.in >$(pkgconfigdir)/ddbmock.pc
	for page in $(manuals); do \
	    install -d $(mandir)/man$${page##*.} && install -m 644 $$page $(mandir)/man$${page##*.} || exit 1; done

uninstall:
	rm -f $(bindir)/ddbmock $(addprefix $(objectdir)/libddbmock,.so -engine.so -postgres.so)
	rm -f $(pkgconfigdir)/ddbmock.pc $(addprefix $(includedir)/,$(public_headers))
	for page in $(notdir $(manuals)); do rm -f $(mandir)/man$${page##*.}/$$page; done
	for header in $(storage_headers); do rm -f $(includedir)/$$header; done
	-rmdir $(objectdir) $(includedir)/engine/storage $(includedir)/engine $(includedir) 2>/dev/null

clean:
	rm -rf build

help:
	@echo 'make             build build/libddbmock.so, build/libddbmock-engine.so and build/ddbmock'
	@echo 'make demo        install what is missing, build, and run an unmodified boto3 program under the shim'
	@echo 'make test        install what the tests need and run them all (ONLY=word: those whose name has the word)'
	@echo 'make deps        install the Debian packages that a build needs, only those that are missing'
	@echo 'make install     into PREFIX (/usr/local), below DESTDIR; make uninstall takes it away'
	@echo 'make clean       remove build/'
	@echo
	@echo 'make unit        the unit tests alone'
	@echo 'make clients     the matrix of real SDKs, each with LD_PRELOAD and with ddbmock run (installs them; ONLY=go: one)'
	@echo 'make transparency  programs that live on sockets, with and without the shim (SUITE=curl: one suite)'
	@echo 'make asan        the unit and black-box tests under AddressSanitizer and UBSan; make tsan: ThreadSanitizer'
	@echo 'make property    CASES=20000 random expressions against a plain evaluator, from SEED on'
	@echo 'make differential  COUNT=5000 random requests to ddbmock and DynamoDB Local; differences must be explained'
	@echo 'make fuzz        the fuzz targets, each for FUZZ_SECONDS (60)'
	@echo 'make soak        eight writing processes, killed at random, for SOAK_SECONDS (600) on SOAK_STORAGE (lmdb)'
	@echo 'make bench       the figures, beside the bars that they are held to'
	@echo 'make bench-snapshots  what snapshots cost at SNAPSHOT_COUNTS items, beside copies'
	@echo 'make bench-state what state costs: backends, processes, sizes up to STATE_ITEMS_MAX, other DynamoDBs'
	@echo 'make fresh       demo and test in a fresh Debian 12 (debootstrap; root)'
	@echo 'make lint        static checks; make format: clang-format, make format-check: only look'

.PHONY: all build buildable deps install uninstall clean help
.SECONDARY:
-include $(shell find $(BUILD)/preload $(BUILD)/engine $(BUILD)/http $(BUILD)/tests -name '*.d' -type f 2>/dev/null)
