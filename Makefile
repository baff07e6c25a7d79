# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := .ci/constraints.txt
# The better face detector is small; torch comes only where there is an NVIDIA GPU to use.
EXTRAS ?= [yunet$(shell command -v nvidia-smi >/dev/null 2>&1 && echo ',torch')]
DATA ?= ../shared/data/fer2013
# `make model` trains the bundled models: all stages of the recipe, or STAGES and those that they need.
RECIPE ?= fer7
STAGES ?=
PROCESSES ?= 2
# For every stage; TRAINING_OPTIONS="--limit 512 --epochs 1 --small-epochs 0" makes it a rehearsal.
TRAINING_OPTIONS ?=

.PHONY: run test quick package check format model evaluate clean

run: $(VENV)/.run
	$(BIN)/fer-desktop

# Each test once: the quick part on the built wheel, the rest in the checkout.
test: check package
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow or development" --ignore tests/test_imports.py

# What to run while working.
quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

# The built wheel, in an environment without this checkout.
package: $(VENV)/.dev
	$(BIN)/python .ci/package.py

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_imports.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

model: $(VENV)/.dev
	$(BIN)/python -m trainer recipe $(RECIPE) --data $(DATA) --processes $(PROCESSES) \
		$(if $(STAGES),--stages $(STAGES)) $(TRAINING_OPTIONS)

evaluate: $(VENV)/.dev
	$(BIN)/python -m trainer evaluate --data $(DATA)

$(VENV)/bin/python:
	sh .ci/system-libraries
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml $(CONSTRAINTS)
	$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.$(EXTRAS)'
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml $(CONSTRAINTS)
	$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]'
	touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) .venv-package build dist .mypy_cache .pytest_cache .ruff_cache
