# What runs the product: the demo, the tests, the bench. Included by the Makefile; paths are from the repo's root.

test_packages := $(build_packages) libcriterion-dev liburing-dev python3 curl openssl strace netbase pkg-config libpq-dev postgresql python3-boto \
                 faketime libjemalloc2
client_packages := python3 python3-venv awscli curl jq node=nodejs npm=npm mvn=maven javac=openjdk-17-jdk-headless \
                   ruby php=php-cli php-curl perl libio-socket-ssl-perl libwww-perl c++=g++ curl-config=libcurl4-openssl-dev
matrix_packages := $(client_packages) go=golang-go cargo=cargo
browser_packages := chromium
demo_packages := $(build_packages) python3 python3-boto3 strace unshare=util-linux
bench_packages := $(test_packages) valgrind

# A room whose tests/unit/<room> has a test_*.c has a program of unit tests.
unit_rooms := $(notdir $(patsubst %/,%,$(dir $(wildcard tests/unit/*/test_*.c))))
unit_programs := $(sort $(unit_rooms:%=$(BUILD)/unit-%))

# A fuzz target is tests/fuzz/NAME.c with LLVMFuzzerTestOneInput; its corpus, tests/fuzz/corpus/NAME/, is replayed as a test.
fuzz_targets := $(patsubst tests/fuzz/%.c,%,$(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)))
replay_programs := $(fuzz_targets:%=$(BUILD)/tests/fuzz/test_%)

demo:
	@tests/packages $(demo_packages)
	$(again) run-demo

run-demo: build
	@tests/demo/run $(BUILD)

test:
	@tests/packages $(test_packages)
	$(again) run-test

# The runner builds nothing: everything that it finds is built here. Black-box tests are programs of one file,
# tests/AREA/test_*.c, and scripts, tests/AREA/test_*; the runner knows no list of them.
host_sources := $(filter-out tests/unit/%,$(wildcard tests/*/test_*.c))
host_programs := $(host_sources:%.c=$(BUILD)/%)

run-test: build $(unit_programs) $(host_programs) $(replay_programs) client-deps
	@tests/run $(BUILD) $(ONLY)

$(BUILD)/tests/preload/test_transfer: LDLIBS += -luring

$(host_programs): $(BUILD)/tests/%: tests/%.c
	$(call say,cc  )
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -I. -D_GNU_SOURCE $(warnings) $(CFLAGS) -MMD -MP -o $@ $< $(LDLIBS) -lpthread -ldl

# The SDKs of the clients' stories, pinned in tests/clients, installed below build/clients.
client-deps:
	@tests/packages $(client_packages) $(browser_packages) || true
	@tests/clients/install $(BUILD)

# The matrix of clients, of which `make test` runs those whose libraries are installed in seconds: each by LD_PRELOAD alone and by
# `ddbmock run --`. ONLY=go: those whose name has the word; else the table in docs/clients.md is replaced when nothing failed.
clients: build
	@tests/packages $(matrix_packages) || true
	@tests/clients/install $(BUILD) all
	@tests/clients/matrix $(BUILD) $(if $(ONLY),--only $(ONLY),--write docs/clients.md)

# Unit tests: one Criterion program a room (tests/unit/<room>/*.c), linked with the whole engine.

.SECONDEXPANSION:
$(BUILD)/unit-%: $$(patsubst $$(percent).c,$(BUILD)/$$(percent).o,$$(wildcard tests/unit/*.c tests/unit/$$*/*.c)) \
                 $(BUILD)/tests/unit/harness.o $(engine_objects) \
                 $(llhttp_objects) $(static_libs)
	$(call say,link)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ $(llhttp_libs) -lcriterion -lpthread -ldl
percent := %

# Storage backends from outside: the example of docs/storage.md, which the contract suite loads, and some that are refused.
$(BUILD)/unit-storage: | $(postgres) $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/storage/*_backend.c))
$(BUILD)/tests/storage/%.so: tests/storage/%.c engine/storage/storage.h
	$(call say,cc  )
	@mkdir -p $(@D)
	$(CC) $(cflags) -fPIC -shared -o $@ $<

unit: $(unit_programs)
	@for program in $(unit_programs); do echo "== $$program"; $$program -j2 || exit 1; done

.PHONY: demo run-demo test run-test client-deps clients unit

# Programs that live on sockets, without the shim and under it: two columns, which are to be the same. About 40 minutes, most of them
# CPython's own tests. SUITE=curl: that one alone; else the table is put into docs/transparency.md when nothing differs.
transparency_packages := $(build_packages) libpython3.11-testsuite curl openssl git nginx=nginx-light postgresql \
                         postgresql-client node=nodejs procps

transparency:
	@tests/packages $(transparency_packages)
	$(again) run-transparency

run-transparency: build
	@tests/transparency/run $(BUILD) $(SUITE) --write docs/transparency.md

.PHONY: transparency run-transparency

# The figures that matter beside the bars that they are held to, then what a transaction of each storage backend costs in stores of
# two sizes. ROUNDS=40 of the former, COUNT=100000 items in the latter.
bench:
	@tests/packages $(bench_packages) $(client_packages)
	$(again) run-bench

run-bench: build client-deps $(BUILD)/tests/bench/worker $(BUILD)/tests/bench/storage
	@tests/bench/run $(BUILD) $(ROUNDS)
	@$(BUILD)/tests/bench/storage $(COUNT)

$(BUILD)/tests/bench/worker: tests/bench/worker.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(warnings) $(CFLAGS) -o $@ $< -lssl -lcrypto

$(BUILD)/tests/bench/storage $(BUILD)/tests/bench/snapshots: $(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(engine_objects) $(llhttp_objects) $(static_libs)
	$(call say,link)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ $(llhttp_libs) -lpthread -ldl

# What snapshots cost, beside copies. SNAPSHOT_COUNTS="10000 1000000" items.
bench-snapshots:
	@tests/packages $(bench_packages)
	$(again) run-bench-snapshots

run-bench-snapshots: $(BUILD)/tests/bench/snapshots
	@$< $(SNAPSHOT_COUNTS)

.PHONY: bench run-bench bench-snapshots run-bench-snapshots

# What state costs: docs/performance.md. Each backend, processes that write, tables of up to STATE_ITEMS_MAX (1000000) items, snapshots,
# and other DynamoDBs, which are installed below the build where their tools are there. STATE_ROUNDS=20.
bench-state:
	@tests/packages $(bench_packages) node=nodejs npm=npm mvn=maven java=openjdk-17-jre-headless
	$(again) run-bench-state

run-bench-state: build $(BUILD)/tests/bench/worker $(BUILD)/tests/bench/snapshots
	@tests/bench/others $(BUILD)
	@tests/bench/state $(BUILD) $(STATE_ROUNDS)

export STATE_ITEMS_MAX

.PHONY: bench-state run-bench-state

# Eight processes of mixed operations on one session for SOAK_SECONDS while random ones are killed, on each of SOAK_STORAGE; then every
# acknowledged write is checked. SEED=n: the same operations again, though never at the same moments.
SOAK_SECONDS ?= 600
SOAK_STORAGE ?= lmdb

soak: build
	@tests/packages $(build_packages) python3
	@tests/soak/run $(BUILD) $(SOAK_SECONDS) $(SOAK_STORAGE)

.PHONY: soak

# Random items, expressions, parameters of before expressions and tables against what tests/conformance knows of them, CASES from SEED
# on and a quarter as many in the other cohort of wording (`make test` has 1,000 and 250, always the same), and what a twentieth
# as many tables' lives show and consume.
CASES ?= 20000
SEED ?= $(shell date +%s)

property: build
	@tests/packages $(test_packages)
	@tests/conformance/test_property.py $(BUILD) $(CASES) $(SEED)
	@tests/conformance/test_lives.py $(BUILD) $$(($(CASES) / 20)) $(SEED)

.PHONY: property

# COUNT random requests, from SEED on, to ddbmock and to DynamoDB Local: whatever they answer differently must be explained in
# docs/compatibility.md.
differential: build
	@tests/packages $(test_packages) mvn=maven java=openjdk-17-jdk-headless
	@mvn -q -B -f tests/differential/pom.xml dependency:copy-dependencies -DoutputDirectory=$(abspath $(BUILD))/differential
	@cd $(BUILD)/differential && python3 $(CURDIR)/tests/differential/run.py $(abspath $(BUILD)) . $(or $(COUNT),5000) $(SEED)

.PHONY: differential
