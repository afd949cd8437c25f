# What keeps the house in order: sanitizers, fuzzers, formatting, static checks. Included by the Makefile.

lint_packages := $(build_packages) cppcheck shellcheck git
format_packages := clang-format git
fuzz_packages := $(build_packages) clang libclang-rt-14-dev

# The unit tests (not those under ThreadSanitizer: Criterion and it do not go together), the black-box programs and the fuzz
# corpora, with everything of ours compiled under a sanitizer.
asan tsan:
	@tests/packages $(test_packages)
	+@$(MAKE) --no-print-directory run-sanitized SANITIZE=$(if $(filter asan,$@),address$(comma)undefined,thread)

run-sanitized: build $(if $(filter thread,$(SANITIZE)),,$(unit_programs)) $(host_programs) $(replay_programs)
	@SANITIZED=$(SANITIZE) tests/run $(BUILD) $(ONLY)

# `make fuzz` looks for new inputs with libFuzzer; what breaks a target is to be added to its corpus.
fuzz_programs := $(fuzz_targets:%=$(BUILD)/fuzz-%)
FUZZ_SECONDS ?= 60

fuzz:
	@tests/packages $(fuzz_packages)
	+@$(MAKE) --no-print-directory run-fuzz CC=clang SANITIZE=address,undefined BUILD=build/fuzz \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link'

run-fuzz: $(fuzz_programs)
	@for target in $(fuzz_targets); do \
	    echo "== $$target"; mkdir -p $(BUILD)/found/$$target tests/fuzz/corpus/$$target; \
	    $(BUILD)/fuzz-$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=10 -print_final_stats=1 \
	        -verbosity=0 -artifact_prefix=$(BUILD)/found/$$target- \
	        $(BUILD)/found/$$target tests/fuzz/corpus/$$target || exit 1; done

$(BUILD)/fuzz-%: $(BUILD)/tests/fuzz/%.o $(engine_objects) $(llhttp_objects) $(static_libs)
	$(call say,link)
	$(CC) -fsanitize=fuzzer $(sanitize) -o $@ $^ $(llhttp_libs) -lpthread -ldl

$(BUILD)/tests/fuzz/test_%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(engine_objects) $(llhttp_objects) $(static_libs)
	$(call say,link)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ $(llhttp_libs) -lpthread -ldl

# Formatting: .clang-format over our C files; format-check only looks.
format format-check:
	@tests/packages $(format_packages)
	@git ls-files '*.c' '*.h' | xargs clang-format $(if $(filter format,$@),-i,--dry-run -Werror)

# Static checks: warnings as errors, cppcheck, shellcheck, and the facts of tests/checks. Of cppcheck some things are not
# asked: macros of libbsd that it does not know, its guess that a pointer which was compared with NULL once may be NULL ever
# after, its dislike of an early return inside a loop, alloca in the exec hooks, which may not allocate, and one variable that
# it does not see being set.
lint:
	@tests/packages $(lint_packages)
	+@$(MAKE) --no-print-directory run-lint BUILD=build/lint CFLAGS='-O2 -Werror'

run-lint: build format-check
	@for check in tests/checks/test_*; do echo $$check; $$check $(BUILD) || exit 1; done
	cppcheck -q -j2 --std=c11 --language=c --error-exitcode=1 --inline-suppr --enable=warning,portability,performance \
	    --library=posix,gnu --suppress=unknownMacro --suppress=nullPointerRedundantCheck --suppress=identicalInnerCondition \
	    --suppress=allocaCalled:preload/exec.c \
	    --suppress=uninitvar:preload/sockopt.c --suppress=missingIncludeSystem -I. -D_GNU_SOURCE -D__linux__ \
	    preload engine http
	shellcheck -x -S warning tests/run tests/packages tests/bench/others tests/clients/run tests/clients/install tests/clients/matrix tests/*/*.sh tests/*/*/*.sh tests/transparency/suite_curl tests/transparency/suite_git \
	    tests/transparency/suite_nginx tests/transparency/suite_postgresql tests/storage/postgres-server tests/demo/run tests/fresh/run .ci/run

# The README's two commands in a Debian 12 that has nothing; COMMAND="make demo" runs that instead.
fresh:
	@tests/packages debootstrap git
	@tests/fresh/run $(BUILD)/fresh $(COMMAND)

.PHONY: fresh asan tsan run-sanitized fuzz run-fuzz format format-check lint run-lint
