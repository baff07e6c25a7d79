# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := .ci/constraints.txt
# The better face detector is small; torch comes only where there is an NVIDIA GPU to use.
EXTRAS ?= [yunet$(shell command -v nvidia-smi >/dev/null 2>&1 && echo ',torch')]
DATA ?= ../shared/data/fer2013
# The stages of the bundled models, each from some before it; a stage that was stopped goes on.
STAGES := fer7-start fer7-middle fer7-late fer7-lite2 fer7-views fer7-faces fer7-fifth fer7-faces-late \
	fer7-sixth fer7-hard fer7-seventh fer7 fer7-original-second fer7-original-third fer7-original-faces \
	fer7-original-fourth fer7-original-hard fer7-original-fifth fer7-original-second-hard fer7-original
PROCESSES ?= 2
# Of every stage; TRAINING_OPTIONS="--limit 512 --epochs 1 --small-epochs 0" rehearses them in less than an hour.
TRAINING_OPTIONS ?=

.PHONY: run test quick package check format model evaluate clean

run: $(VENV)/.run
	$(BIN)/fer-desktop

# Each test once: the quick part on the built wheel, the rest in the checkout.
test: check package
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow or development"

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
	set -e; for stage in $(STAGES); do \
		OMP_NUM_THREADS=1 $(BIN)/python -m torch.distributed.run --standalone --nproc-per-node $(PROCESSES) \
			-m trainer train --data $(DATA) --config trainer/presets/$$stage.json --output runs/$$stage $(TRAINING_OPTIONS); \
	done

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
