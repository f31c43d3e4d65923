# A fresh machine needs Python 3.10 or newer with its venv module, and make. Each target sets up what it needs, once.
# Set-up speaks on stderr and only when there is something to do, so `make consult` can be fed through a pipe.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
JOBS ?= auto
FILE ?=
ARGS ?=
comma := ,

.PHONY: help consult test test-long check bench bench-against test-all fuzz clean

help: ## List what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "%-13s %s\n", $$1, $$2 }'

consult: $(VENV)/.run ## Start a consultation; FILE=patient.yaml starts from a file
	@$(PY) cli.py consult $(FILE)

test: $(VENV)/.dev ## Run every test, the worked cases among them; ARGS="-k word" narrows, JOBS=0 runs one by one
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: $(VENV)/.dev ## Lint, type-check, hold the rooms apart, and check the knowledge base and its layout
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo --cache-dir $(VENV)/.imports
	@$(PY) cli.py fmt --check
	@$(PY) cli.py check

bench: $(VENV)/.bench ## Measure speed and memory against the other engines; writes docs/performance.md
	@$(PY) -m benchmarks $(ARGS)

# `make bench-against HEAD~3`: the revision is the second goal, and no target of its own.
ifeq (bench-against,$(firstword $(MAKECMDGOALS)))
REVISION := $(or $(word 2,$(MAKECMDGOALS)),HEAD)
$(eval $(wordlist 2,9,$(MAKECMDGOALS)):;@:)
endif

bench-against: $(VENV)/.dev ## Run the same commands beside an older revision, as in: make bench-against HEAD~3
	@$(PY) -m benchmarks.against $(REVISION) $(ARGS)

test-long: $(VENV)/.dev ## Run the tests that try random patients at their full sizes; CI tries a tenth
	@OSTEOLOGIC_LONG=1 $(PY) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

test-all: ## Run the suite on each supported Python; fails naming those it did not find
	@.ci/test-all $(ARGS)

fuzz: $(VENV)/.dev ## Run the property tests at length, from a new seed each time
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup -m hypothesis --hypothesis-profile=fuzz $(ARGS)

clean: ## Remove everything the other targets made
	@rm -rf $(VENV) .venv-3.* .against build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each set of packages; a change of setup.cfg makes all of them old.
define install
	@.ci/install "$(PYTHON)" "$(VENV)" "$(1)" >&2 </dev/null
	@touch $@
endef

$(VENV)/.run: setup.cfg pyproject.toml
	$(call install,.)

$(VENV)/.dev: setup.cfg pyproject.toml
	$(call install,.[dev$(comma)proof$(comma)tables$(comma)editor])

$(VENV)/.bench: setup.cfg pyproject.toml
	$(call install,.[dev$(comma)proof$(comma)tables$(comma)editor$(comma)bench])

