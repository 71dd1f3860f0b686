# fcfi: everything for a checkout, on a machine with Python 3.11 (or later), pip and make.
#   make demo   install the prediction half (no torch), segment a bundled photograph and open the annotation page
#   make test   install the requirements of the tests and run them
# Settings: PYTHON (interpreter that makes .venv), PYTEST_ARGS (for example PYTEST_ARGS="-k geometry"), WORKERS (of the
# tests, for example WORKERS=0 for one process, in which a debugger works), ARGS (for the page of make demo, for example
# ARGS=--no-browser or ARGS="--port 9000"), FCFI_CHROMIUM (browser of make e2e).

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
PYTEST_ARGS ?=
WORKERS ?= auto
# A worker takes up to 2 GB.  The tests of a file stay together, because they share slow fixtures.
PARALLEL := -n $(WORKERS) --maxprocesses=4 --dist=loadfile
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TORCH := torch==2.13.0
# Committed, but generated from other files.
GENERATED := web/src/api/schema.d.ts fcfi/server/static

.DEFAULT_GOAL := help
.PHONY: help release-check demo test fuzz kills oracles peers quick lint format docs bench web web-types web-check e2e clean

help: ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

# The page is served until Ctrl+C.  A script without a terminal does not wait for that: it gets the masks and a hint how to
# start the page; with ARGS=--no-browser the page is also served there.
demo: $(VENV)/.use ## segment a photograph, then open the page on the bundled ones (on servers: make demo ARGS=--no-browser)
	@mkdir -p demo-out/photos
	$(BIN)/fcfi segment examples/images/astronaut.jpg $(DEMO_CLICKS) -o demo-out/mask.png --overlay demo-out/overlay.png
	@echo "Mask:    $(CURDIR)/demo-out/mask.png"
	@echo "Overlay: $(CURDIR)/demo-out/overlay.png"
	@cp -p examples/images/*.jpg demo-out/photos/
	@if [ -t 0 ] || [ -t 1 ] || [ -n "$(ARGS)" ]; then \
		echo "$(BIN)/fcfi annotate demo-out/photos $(DEMO_LABELS) $(ARGS)"; \
		exec $(BIN)/fcfi annotate demo-out/photos $(DEMO_LABELS) $(ARGS); \
	else \
		echo "Page:    make demo ARGS=--no-browser serves it at http://127.0.0.1:8017/ (there is no terminal to stop it from here)"; \
	fi

DEMO_LABELS := --labels person,cat,cup,rocket
DEMO_CLICKS := --click 169,341 --click 322,295 --click 188,95

# Tests write and read names and texts in UTF-8, whatever the locale's encoding.
test quick fuzz kills oracles: export PYTHONUTF8 := 1

test: $(VENV)/.test ## run all tests (CPU, no network)
	$(BIN)/python -m pytest -q $(PARALLEL) $(PYTEST_ARGS)

# Not a deterministic test: each run draws new examples, and each fault becomes a separate test.
# FUZZ_ARGS: for example FUZZ_ARGS="--seed 7 --only 'import coco'", as printed with a fault to repeat it.
fuzz: $(VENV)/.test ## damage files of every kind for ten minutes, then draw many more examples than the tests do
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)
	FCFI_TEST_FUZZ=1 $(BIN)/python -m pytest -q $(PARALLEL) -m "hypothesis and not slow" --ignore=tests/training $(PYTEST_ARGS)

oracles: .venv-oracles/.made ## let other tools read our files and drive our function: supervision, datumaro, cvat-cli and others
	@.venv-oracles/bin/python -W ignore -c "import cvat_cli, cvat_sdk, datumaro, label_studio_sdk, labelme, pycocotools, supervision"
	.venv-oracles/bin/python -m pytest -q -p no:cacheprovider -W default tests/formats/test_oracles.py tests/serving/test_cvat_driver.py

kills: $(VENV)/.test ## kill annotation, import, export, batch and training 200 times, and compare what they leave
	$(BIN)/python -m pytest -q tests/kills/quick_kills.py
	$(BIN)/python -m tests.kills $(KILLS_ARGS)

# Its page is used in Chromium, so Node is needed as well.
peers: .venv-peers/.made $(VENV)/.test web/node_modules/.package-lock.json ## click in the page of a real Label Studio, with fcfi behind it (1 GB, minutes; needs Node and Chromium)
	$(BIN)/python -m tools.peers .venv-peers/bin/label-studio

.venv-peers/.made:
	@echo "Installing Label Studio into .venv-peers ..."
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install "label-studio==1.23.2"
	@touch $@

.venv-oracles/.made: pyproject.toml $(VENV)/.made
	@echo "Installing other annotation tools into .venv-oracles ..."
	@$(PYTHON) -m venv .venv-oracles >/dev/null 2>&1 || \
		{ $(PYTHON) -m venv --without-pip .venv-oracles && $(PYTHON) -m pip --quiet --python .venv-oracles/bin/python install pip; }
	@.venv-oracles/bin/python -m pip --disable-pip-version-check --quiet install -e ".[oracles]"
	@touch $@

quick: $(VENV)/.test ## run the tests that take milliseconds
	$(BIN)/python -m pytest -q $(PARALLEL) -m "not slow" $(PYTEST_ARGS)

lint: $(VENV)/.test ## style, types and layers: ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test ## let ruff put the source in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs ## build the documentation into build/docs and fail on any warning; it is read without the internet
	$(BIN)/sphinx-build -b html -E -W --keep-going -q docs build/docs
	@echo "Documentation: $(CURDIR)/build/docs/index.html"

bench: $(VENV)/.test ## measure the time of a click on this machine, beside the reference, into docs/explanation/speed.md (10 minutes)
	$(BIN)/python -m benchmarks.latency $(BENCH_ARGS)
	$(BIN)/python -m benchmarks.tables

web: web/node_modules/.package-lock.json ## check, test and build the annotation page into fcfi/server/static (needs Node 20.19 or later)
	cd web && npm run lint && npm run check && npm test && npm run build

web-types: $(VENV)/.use web/node_modules/.package-lock.json ## write the page's types from the server's description
	cd web && PYTHON=$(CURDIR)/$(BIN)/python npm run types

web-check: web-types web ## write the page's types, build the page, and fail if either is not what is committed
	@test -z "$$(git status --porcelain -- $(GENERATED))" || { git status --short -- $(GENERATED); \
		echo "these files are made from others: commit what 'make web-types web' wrote there" >&2; exit 1; }

e2e: $(VENV)/.test web/node_modules/.package-lock.json ## use the page in a real browser, as people do (needs Node and Chromium)
	@for browser in "$$FCFI_CHROMIUM" chromium chromium-browser google-chrome-stable google-chrome; do \
		command -v "$$browser" >/dev/null && exit 0; done; \
		echo "The end-to-end tests need Chromium: install it (Debian: apt-get install chromium), or set FCFI_CHROMIUM" >&2; exit 1
	cd web && npm run e2e

web/node_modules/.package-lock.json: web/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
		2>/dev/null && command -v npm >/dev/null || { \
		echo "To build and test the page, Node 20.19 or later with npm is needed: install it" >&2; exit 1; }
	cd web && npm ci
	@touch $@

release-check: $(VENV)/.release ## build wheel and source distribution into dist/, install the wheel into an empty environment, use it
	$(BIN)/python -m tools.release_check dist

clean: ## remove the environment and everything made by the other commands
	rm -rf $(VENV) .venv-oracles .venv-peers demo-out build dist web/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find fcfi tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Some distributions ship venv without ensurepip: then the system's pip installs into the environment.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "fcfi needs Python 3.11 or later; '$(PYTHON)' is older or missing: set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || \
		{ $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }
	@touch $@

$(VENV)/.use: pyproject.toml | $(VENV)/.made
	@echo "Installing fcfi into $(VENV) ..."
	@$(PIP) install -e .
	@touch $@

# torch is installed first and alone, so that pip keeps this build (CPU or CUDA, by package index) for everything else.
$(VENV)/.test: pyproject.toml | $(VENV)/.made
	@echo "Installing fcfi and what its tests need into $(VENV) ..."
	@$(PIP) install $(TORCH)
	@$(PIP) install -e ".[train,test]"
	@touch $@ $(VENV)/.use

$(VENV)/.release: pyproject.toml | $(VENV)/.made
	@$(PIP) install "build>=1.2" "twine>=6.1" "check-wheel-contents>=0.6" "cyclonedx-bom>=5"
	@touch $@

# The reference is generated from the docstrings of all modules, including the training half.
$(VENV)/.docs: pyproject.toml $(VENV)/.test
	@echo "Installing what the documentation needs into $(VENV) ..."
	@$(PIP) install -e ".[docs]"
	@touch $@
