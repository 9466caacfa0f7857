# The course's commands. A newcomer needs two: `make lab` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
LESSONS := $(wildcard notebooks/*.ipynb)

.PHONY: lab test check notebooks bench format lock clean

lab: .venv/ready-for-lab  ## lay out work/ and open the lessons in JupyterLab
	$(BIN)/python -m helpers.lab

test: .venv/ready-for-test  ## every check there is
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadscope --nbval --nbval-current-env \
		--nbval-cell-timeout 120 --nbval-sanitize-with tests/nbval.cfg tests notebooks

check: .venv/ready-for-test  ## the quick part: lint and unit tests, for daily work
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 -m "not slow" tests

notebooks: .venv/ready-for-test  ## run every lesson in a fresh kernel and store it, normalised
	$(BIN)/python tools/notebooks.py $(LESSONS)

bench: .venv/ready-for-test  ## speed, as ratios measured in one run
	$(BIN)/python -m bench

format: .venv/ready-for-test  ## lay out code and notebook cells
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: .venv/ready-for-test  ## resolve requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --all-extras --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.txt pyproject.toml

clean:  ## drop the environment; work/ stays
	rm -rf .venv

# The environment: made once, and again when what it is made from changes.
.venv/made:
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" || \
		{ echo "The course needs Python 3.11 to 3.13, and $(PYTHON) is another. Name one: make PYTHON=python3.12 lab"; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/ready-for-lab: .venv/made pyproject.toml requirements.txt
	$(BIN)/python -m pip install --quiet -c requirements.txt -e .
	touch $@

.venv/ready-for-test: .venv/made pyproject.toml requirements.txt
	$(BIN)/python -m pip install --quiet -c requirements.txt -e ".[dev,instructor]"
	touch .venv/ready-for-lab $@
