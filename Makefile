# The house's commands. `make demo` needs Python 3.11 or newer and nothing else; `make test` also a Debian or Ubuntu
# machine (it installs Chromium and PostgreSQL when root, and says what is missing when not).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for candidate in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$candidate"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
export SHIDRA_HOME ?= $(CURDIR)/.home
ADDRESS ?= 127.0.0.1:8000
# Tests wait for browsers, servers and clocks, so one process more than there are cores; the files with long tests come
# first in the alphabet and shall begin first.
SPREAD ?= -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist loadfile --no-loadscope-reorder

.PHONY: help demo run test check test-system test-sqlite test-postgres messages assets lock clean

help:  ## what can be made
	@sed -nE 's/^([a-z-]+):.*  ## (.*)/  make \1\t\2/p' Makefile | expand -t 24

# One virtual environment; what is in it follows from the lock files, so it is laid anew only when they change.
$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Shidra needs Python 3.11 or newer, with venv (Debian: apt install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-test.lock
	@touch $@

demo: $(VENV)/.runtime  ## the demo initiatives on this machine: web and worker, nothing else needed
	@$(BIN)/python -m shidra demo --home "$(SHIDRA_HOME)" --bind "$(ADDRESS)"

run: $(VENV)/.runtime  ## web and worker on the installation in SHIDRA_HOME
	@$(BIN)/python -m shidra serve --bind "$(ADDRESS)"

test-system:
	@scripts/install_test_system

test: $(VENV)/.test test-system  ## everything that CI runs: lint, types, contracts, tests on PostgreSQL and SQLite
	@$(MAKE) --no-print-directory check test-postgres test-sqlite

check: $(VENV)/.test  ## the quick part of it: lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-postgres: $(VENV)/.test  ## the tests that depend on the database, on a PostgreSQL of their own
	SHIDRA_TEST_DATABASE=postgres $(BIN)/python -m pytest $(SPREAD) $(PYTEST)

test-sqlite: $(VENV)/.test  ## all tests, on SQLite
	SHIDRA_TEST_DATABASE=sqlite $(BIN)/python -m pytest $(SPREAD) $(PYTEST)

messages: $(VENV)/.test  ## collect and compile the texts of all languages
	$(BIN)/python scripts/messages

assets:  ## fetch the vendored front-end files again (needs node)
	$(PYTHON) scripts/refresh_assets

lock: $(VENV)/bin/python  ## choose the newest allowed releases of all dependencies
	$(BIN)/python -m venv build/lock && build/lock/bin/pip install --quiet uv
	build/lock/bin/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade --quiet --output-file requirements.lock
	build/lock/bin/uv pip compile pyproject.toml --group build --group test --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade --constraint requirements.lock --quiet --output-file requirements-test.lock

clean:  ## the virtual environment and what tools left behind; never .home
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
