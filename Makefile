PYTHON ?= python3
BIN := .venv/bin
# Of an editable installation setuptools warns each time.
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-all soak consumers lint clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/installed ## make a LLaVA dataset from the bundled sample, and a report of it
	@rm -rf demo
	$(BIN)/mmgen generate coco2017 --data-dir builders/sample/coco --recipe grounded --out demo/run
	$(BIN)/mmgen check demo/run
	$(BIN)/mmgen export demo/run --format llava --out demo/llava
	$(BIN)/mmgen report demo/run
	@echo
	$(BIN)/mmgen show demo/run --number 2
	@echo "The dataset is demo/llava: llava.json, and the pictures it names under images/."
	@echo "To look at it, open demo/run/report.html in a browser."

test: lint ## check style and types, then run the tests
	$(BIN)/pytest --numprocesses auto -m "not slow"

test-all: lint ## the same with the slow tests
	$(BIN)/pytest --numprocesses auto

soak: .venv/tested ## try hundreds of schedules of faults, kills and restarts
	$(BIN)/python -m tests.soak --schedules 200

consumers: .venv/tested ## train a tiny model with LLaMA-Factory, ms-swift and TRL on exports
	$(BIN)/python -m scripts.consumers

lint: .venv/tested
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

clean: ## remove what was made
	rm -rf .venv demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than 3.11; name another: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) pip
	@touch $@

.venv/installed: .venv/created pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

.venv/tested: .venv/installed
	$(PIP) --group dev --group models --group servers --group consumers --editable '.[hf,motion,speech]'
	@# It compiles for minutes; pip keeps what comes out, so only once on a machine.
	$(PIP) --editable '.[llama-cpp]' || echo "make: no llama-cpp-python: it needs a C++ compiler" \
	  "and cmake; tests of llama-cpp are skipped"
	@touch $@
