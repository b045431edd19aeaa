# Two commands: `make run` and `make test`. Both do all the set-up on a machine with Python 3.11+, make and git.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test check breaks sweep bench format docs clean python-found

python-found:
	@test -n "$(PYTHON)" || { echo "Careward needs Python 3.11 or newer. Install it and run this again."; exit 1; }

.venv/run: requirements/run.txt tools/set_up.py pyproject.toml | python-found
	@$(PYTHON) tools/set_up.py run

.venv/dev: requirements/dev.txt requirements/run.txt tools/set_up.py pyproject.toml | python-found
	@$(PYTHON) tools/set_up.py dev

.venv/assets: package.json package-lock.json tools/assets.py tools/set_up.py .venv/run
	@$(BIN)/python tools/set_up.py assets

run: .venv/run .venv/assets
	@$(BIN)/careward demonstrate --port $(PORT)

test: .venv/dev .venv/assets
	@$(BIN)/python tools/run_tests.py

check: .venv/dev .venv/assets
	@$(BIN)/python tools/check.py

breaks: .venv/dev .venv/assets
	@$(BIN)/python -m tools.breaks $(ONLY)

sweep: .venv/dev .venv/assets
	@$(BIN)/python tools/sweep.py $(ONLY)

bench: .venv/run .venv/assets
	@$(BIN)/careward bench

docs: .venv/dev
	@$(BIN)/python -m tools.write_docs && $(BIN)/python -m tools.write_schema

format: .venv/dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean:
	rm -rf .venv node_modules careward/web/static/nhsuk
