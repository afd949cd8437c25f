# What runs the product: the demo, the tests, the bench. Included by the Makefile; paths are from the repo's root.

test_packages := $(build_packages) libcriterion-dev python3 curl strace
client_packages := python3 python3-venv awscli curl node=nodejs npm=npm mvn=maven javac=openjdk-17-jdk-headless
demo_packages := $(build_packages) python3 python3-boto3 strace unshare=util-linux
bench_packages := $(test_packages) valgrind

demo:
	@tests/packages $(demo_packages)
	$(again) run-demo

run-demo: build
	@tests/demo/run $(BUILD)

test:
	@tests/packages $(test_packages) $(client_packages)
	$(again) run-test

# Everything that tests/run finds is built first; the runner builds nothing.
run-test: build $(test_programs) client-deps
	@tests/run $(BUILD) $(ONLY)

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
