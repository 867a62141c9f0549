# Everything a fresh machine with Python 3.11+ and make needs. `make help` lists the targets.
PYTHON ?= python3
TOOLS := .tools
UV := $(TOOLS)/bin/uv
WORLD ?= faulty
Q ?=
JOBS ?= auto

export Q WORLD

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-full check format lint types arch bench conversations clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cloudprobe needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check uv

.venv/.ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --all-extras --python $(TOOLS)/bin/python --no-python-downloads
	@touch $@

setup: .venv/.ready ## install everything into .venv

demo: setup ## inspect the embedded account; Q="question" WORLD=name ask something else
	@.venv/bin/cloudprobe demo --world "$$WORLD" $(if $(Q),--question "$$Q")

test: setup ## all tests but the long suites
	@.venv/bin/pytest -n $(JOBS) -m "not full and not e2e" --cov --cov-report=term:skip-covered --cov-fail-under=90 $(ARGS)

test-full: setup ## every test that needs no AWS account
	@.venv/bin/pytest -n $(JOBS) -m "not e2e" $(ARGS)

check: format lint types arch ## what CI runs before the tests

format: setup ## formatting
	@.venv/bin/ruff format --check .

lint: setup ## ruff
	@.venv/bin/ruff check .

types: setup ## mypy --strict
	@.venv/bin/mypy

arch: setup ## the import rule
	@.venv/bin/lint-imports --no-cache

bench: setup ## benchmarks, as ratios within one run
	@.venv/bin/python -m benchmarks

conversations: setup ## record the conversations with a model anew, after a prompt has changed
	@.venv/bin/python -m tests.evals.conversing $(NAMES)

clean: ## remove what setup made
	rm -rf .venv $(TOOLS)
