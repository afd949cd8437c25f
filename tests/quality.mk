# What keeps the house in order: sanitizers, fuzzers, formatting, static checks. Included by the Makefile.

lint_packages := $(build_packages) clang-format clang-tidy cppcheck
fuzz_packages := $(build_packages) clang
