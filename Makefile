# The course's commands. A newcomer needs two: `make lab` and `make test`.

PYTHON ?= python3
# The lock, as constraints. CONSTRAINTS= (nothing) installs the newest versions that pyproject.toml allows.
CONSTRAINTS ?= -c requirements.txt
# Tests to leave out, by their markers: NOT=lock, NOT="lock or browser".
NOT ?=

# The environment is completed when what it is made from changes: the lock and the ranges, by their contents and not
# by their dates, which a zip sets as it likes.
MADE_FROM := $(shell cat pyproject.toml requirements.txt | cksum | tr -c '0-9\n' '-')
FOR_LAB := .venv/ready-for-lab-$(MADE_FROM)

BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif

.PHONY: help environment lab test check test-long lint notebooks exercises student site epub pdf bench format lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/' | expand -t 14

environment: $(FOR_LAB)  ## make the environment, without opening anything

lab: $(FOR_LAB)  ## lay out work/ and open the lessons in JupyterLab
	$(BIN)/python -m helpers.lab

FOR_TEST := .venv/ready-for-test-$(MADE_FROM)
# Two workers share the processor: threads of their own would only get into each other's way.
test check test-long: export OMP_NUM_THREADS = 1
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadscope
# nbval runs every cell of a lesson and compares each text output with the stored one, strictly.
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout 120 --nbval-sanitize-with tests/nbval.cfg
test: lint  ## every check but the long ones: lint, unit tests, every cell of every lesson
	$(PYTEST) -rs -m "not (long$(if $(NOT), or $(NOT)))" $(NBVAL) tests notebooks

check: lint  ## the quick part, for daily work
	$(PYTEST) -m "not slow and not long" tests

test-long: lint  ## what takes too long for every day, an hour on 2 cores: simulated processors, and the long tests
	$(PYTEST) -rs -m long tests
	$(BIN)/python tools/processors.py $(PYTEST) $(NBVAL) tests/test_exercises.py tests/test_parity.py notebooks

lint: $(FOR_TEST)  ## what can be seen without running anything
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/python tools/lint.py

notebooks: $(FOR_TEST)  ## run every lesson in a fresh kernel and store it, normalised
	$(BIN)/python tools/notebooks.py notebooks/*.ipynb
	$(BIN)/python tools/readme_picture.py

exercises: $(FOR_TEST)  ## release exercises/ from solutions/
	$(BIN)/python -m grader.release

student: exercises  ## the zip for students, without answers: build/downhill.zip
	$(BIN)/python -m grader.bundle

site: $(FOR_TEST)  ## the course as a site, to be read without installing anything: build/site
	$(BIN)/python website/course_site.py

epub: $(FOR_TEST)  ## the same as a book: build/downhill.epub
	$(BIN)/python website/course_site.py --epub

pdf: $(FOR_TEST)  ## its lessons and the sheet of rules as PDF, printed by Chromium: build/pdf
	$(BIN)/python website/course_site.py --pdf

bench: $(FOR_TEST)  ## speed, as ratios measured in one run
	$(BIN)/python -m bench

format: $(FOR_TEST)  ## lay out code and cells
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format .

lock: $(FOR_TEST)  ## resolve requirements.txt again from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --all-extras --no-annotate --upgrade \
		--custom-compile-command "make lock" --output-file requirements.txt pyproject.toml

clean:  ## drop the environment; work/ stays
	rm -rf .venv

# The environment: made once.
.venv/made:
	@test -w . || { echo "You may not write in this folder. Copy it to a place of your own and run make there."; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" || \
		{ echo "The course needs Python 3.11 to 3.13, and $(PYTHON) is not. Name one: make PYTHON=python3.12 lab"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

$(FOR_LAB): | .venv/made
	@echo "Installing the course's environment in .venv; this takes some minutes, once."
	$(BIN)/python -m pip install --quiet $(CONSTRAINTS) -e ".[frameworks]"
	@rm -f .venv/ready-for-* && touch $@

$(FOR_TEST): | .venv/made
	@echo "Installing the course's environment in .venv, with what the checks need; this takes some minutes, once."
	$(BIN)/python -m pip install --quiet $(CONSTRAINTS) -e ".[frameworks,dev,instructor,site,spread]"
	@rm -f .venv/ready-for-* && touch $(FOR_LAB) $@
