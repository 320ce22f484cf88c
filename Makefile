# SPDX-License-Identifier: Apache-2.0
# The front door. CMake does the work; CMakePresets.json says how each kind of build is made.
#
#     make             build/palate, build/libpalate.so and build/libpalate.a, optimized
#     make demo        the blackboard examples and planted tastes, explained as they run
#     make test        every test
#     make install     PREFIX=/usr/local, DESTDIR=
#     make python      the Python package: its wheel, built, installed into a clean virtual environment, and tested there
#     make python-asan what reaches from Python into the library, under the sanitizers; after make python
#     make wheel       that wheel alone, in build/python/dist: with all it stands on, for any Linux as new as this one
#     make site        the documentation as a site, in build/site
#     make bench       speed beside other programs; minutes
#     make bench-accuracy  accuracy beside other programs, into docs/accuracy.md; some 45 minutes
#     make bench-purity   what factors tell of genres beside other programs, into docs/howto/factors.md; minutes
#     make check-metrics   metrics beside those of other programs (PyPI) on the same input
#     make format      clang-format on all sources
#     make lint        clang-format, clang-tidy and shellcheck, changing nothing
#     make coverage    lines the tests reach: build/coverage/html/index.html
#     make clean       remove build/
#
# PRESET=asan-ubsan make test: the tests of another build.

PREFIX ?= /usr/local
PRESET ?= dev
JOBS ?= $(shell nproc)
SOURCES = $(shell find include src cli tests fuzz examples -name '*.[ch]' -o -name '*.inc')
SCRIPTS = $(shell find cmake demo tests bench python -name '*.sh') .ci/run

.PHONY: all
all: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)

# What is missing of the packages needed, by apt; see cmake/deps.sh.
.PHONY: deps deps-test deps-lint
deps:
	@cmake/deps.sh build
deps-test:
	@cmake/deps.sh build test
deps-lint:
	@cmake/deps.sh build test lint

.PHONY: test
test: deps-test
	@echo "== building the tests (preset $(PRESET), in build/$(PRESET))"
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS)
	@echo "== running every test: library, command, readers on hostile files, fuzz corpora, documentation, installation"
	@ctest --test-dir build/$(PRESET) -j $(JOBS) --output-on-failure

.PHONY: demo
demo: deps
	@echo "== building palate"
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) -- --quiet
	@demo/demo.sh build/palate

.PHONY: install
install: all
	@cmake --install build --prefix $(PREFIX)

.PHONY: wheel
wheel: deps
	@cmake/deps.sh python
	@python/wheel.sh

.PHONY: python-asan
python-asan: deps
	@cmake --preset asan-ubsan >/dev/null
	@cmake --build --preset asan-ubsan -j $(JOBS) --target palate_shared
	@python/asan.sh

.PHONY: python
python: deps
	@cmake/deps.sh python
	@python/test.sh

.PHONY: site
site: all
	@cmake/deps.sh python
	@cmake/site.sh

.PHONY: bench
bench: all
	@cmake/deps.sh python
	@bench/run.py

.PHONY: bench-purity
bench-purity: all
	@cmake/deps.sh python
	@bench/purity.py --write-docs

.PHONY: bench-accuracy
bench-accuracy: all
	@cmake/deps.sh python
	@bench/accuracy.py --write-docs

.PHONY: check-metrics
check-metrics: all
	@cmake/deps.sh python
	@bench/check_metrics.py

.PHONY: format
format: deps-lint
	@clang-format -i $(SOURCES)

.PHONY: format-check
format-check: deps-lint
	@clang-format --dry-run -Werror $(SOURCES)

.PHONY: lint
lint: deps-lint format-check
	@shellcheck $(SCRIPTS)
	@cmake --preset dev >/dev/null
	@run-clang-tidy -quiet -j $(JOBS) -p build/dev '$(CURDIR)/(src|cli)/.*' >build/dev/tidy.log 2>/dev/null \
	    || { grep -A8 -E 'warning:|error:' build/dev/tidy.log; exit 1; }
	@echo "lint: clean"

.PHONY: coverage
coverage: deps-test
	@cmake/deps.sh coverage
	@$(MAKE) --no-print-directory test PRESET=coverage
	@cmake/coverage.sh build/coverage

.PHONY: clean
clean:
	@rm -rf build
