# Needs Python 3.11 or newer and make. Everything else is installed into .venv, pinned with hashes.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input

NEW_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
FIND_PYTHON = for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done
PYTHON ?= $(shell $(FIND_PYTHON))

.PHONY: help sandbox run test heavy coverage chaos bench lint audit image check format golden lock clean
.DELETE_ON_ERROR:

help:
	@echo 'make sandbox   the bridge with a local hh.ru and a local Telegram, in the browser'
	@echo 'make run       the bridge itself, with the settings of .env'
	@echo 'make test      all tests that take little time, several at once'
	@echo 'make heavy     the others: crowds on a cluster and behind Sentinel, a storm, small measurements'
	@echo 'make coverage  both, measuring which branches they take'
	@echo 'make chaos     200 processes killed under traffic, and what was lost or doubled (5 minutes)'
	@echo 'make bench     measures cost and speed on this machine: deploy/PERFORMANCE.md (20 minutes)'
	@echo 'make lint      ruff and mypy'
	@echo 'make audit     looks the dependencies up in an index of advisories'
	@echo 'make image     carries out the Dockerfile without Docker, weighs and starts what comes out (as root)'
	@echo 'make check     lint and coverage'
	@echo 'make format    lets ruff mend what it can'
	@echo 'make golden    writes anew how every screen looks (tests/chat/golden)'
	@echo 'make lock      pins the newest allowed dependencies, with hashes'
	@echo 'make clean     removes .venv and what tools left behind'

sandbox: $(VENV)/runtime.stamp
	@$(BIN)/hh-bridge sandbox

run: $(VENV)/runtime.stamp
	@$(BIN)/hh-bridge run

# Each process that runs tests compiles them anew where the environment forbids Python to keep what it compiled.
test heavy coverage: export PYTHONDONTWRITEBYTECODE =

PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal

test: $(VENV)/dev.stamp
	$(PYTEST) -m 'not heavy' $(COVER)

heavy: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m heavy $(COVER)

coverage:
	$(MAKE) test COVER='--cov --cov-report= --cov-fail-under=0'
	$(MAKE) heavy COVER='--cov --cov-append'

chaos: $(VENV)/dev.stamp
	$(BIN)/python -m tests.chaos.run $(STORM)

# What only a measurement needs, each in a virtual environment of its own: rivals want other versions.
BENCH := $(patsubst requirements/bench/%.in,%,$(wildcard requirements/bench/*.in))

bench: $(VENV)/dev.stamp $(VENV)/bench/deployed.stamp $(BENCH:%=$(VENV)/bench/%.stamp)
	$(BIN)/python -m tests.bench.run $(ONLY)

define BENCH_VENV
	$(BIN)/python -m venv $(basename $@)
	$(basename $@)/bin/python -m pip --disable-pip-version-check --quiet --no-input install \
		--require-hashes --no-deps -r $<
	@touch $@
endef

$(VENV)/bench/%.stamp: requirements/bench/%.txt | $(BIN)/pip
	$(BENCH_VENV)

# Only what a deployed bridge has: redis-py imports OpenTelemetry, and httpx its command line, where they are.
$(VENV)/bench/deployed.stamp: requirements/runtime.txt | $(BIN)/pip
	$(BENCH_VENV)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# pip-audit wants to be new rather than pinned, and lives apart from what it audits.
audit: $(BIN)/pip
	@test -x $(VENV)/audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)/audit && \
		$(VENV)/audit/bin/pip --disable-pip-version-check --quiet --no-input install pip-audit; } || \
		echo 'audit: pip-audit could not be installed'
	@$(BIN)/python .ci/audit.py $(VENV)/audit/bin/pip-audit requirements/runtime.txt requirements/dev.txt

image: $(BIN)/pip
	@$(BIN)/python .ci/image.py

check: lint coverage

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

golden: $(VENV)/dev.stamp
	$(BIN)/python -m tests.chat.golden_files

$(BIN)/pip:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'Python 3.11 or newer with venv is needed (on Debian: apt install python3 python3-venv).' >&2; exit 1; fi
	@rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements/build.txt requirements/runtime.txt pyproject.toml | $(BIN)/pip
	$(PIP) install --require-hashes --no-deps -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	$(PIP) install --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# What checks deploy/ beyond make test: see requirements/deploy.in.
$(VENV)/deploy.stamp: requirements/deploy.txt $(VENV)/dev.stamp
	$(PIP) install --require-hashes --no-deps -r requirements/deploy.txt
	@touch $@

# Run it with the oldest Python: newer ones need nothing more, older ones do. The settings of this machine's
# pip are left out, so that no address of a local index gets into the files.
LOCK := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/lock/bin/pip-compile --quiet --upgrade --generate-hashes \
	--allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: $(BIN)/pip
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "make lock needs PYTHON=python3.11")'
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip --quiet install pip-tools
	$(LOCK) --all-build-deps --only-build-deps --output-file requirements/build.txt pyproject.toml
	$(LOCK) --output-file requirements/runtime.txt pyproject.toml
	$(LOCK) --output-file requirements/tracing.txt requirements/tracing.in
	$(LOCK) --output-file requirements/dev.txt requirements/dev.in
	$(LOCK) --output-file requirements/deploy.txt requirements/deploy.in
	for name in $(BENCH); do $(LOCK) --output-file requirements/bench/$$name.txt requirements/bench/$$name.in; done

clean:
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
