# demo: the main job in one command; test: everything that can be tested here; check: what gates a landing; bench: speed, as ratios.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check bench catalogue install clean

install: $(VENV)/.installed

# The demo needs the station only; tests and checks add the development tools.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: install
	$(BIN)/loa demo --output build/demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/meta

bench: $(VENV)/.installed-dev
	set -e; for bench in tests/benchmarks/bench_*.py; do echo "== $$bench"; $(BIN)/python "$$bench"; done

# After a text was added, changed or taken out: brings loa.po and loa.mo in step and names what is to be translated.
catalogue: $(VENV)/.installed-dev
	$(BIN)/python tests/meta/catalogue.py

clean:
	rm -rf build $(VENV)
