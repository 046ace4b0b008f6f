# Every target does its own set-up: a virtual environment in .venv with the locked packages and this package in it.
# The machine needs make and Python 3.11 or newer. To choose the interpreter: PYTHON=python3.12 make test

PYTHON ?= python3

BIN := .venv/bin
VERSION := $(shell $(PYTHON) -c "import sys; print('.'.join(map(str, sys.version_info[:3])))" 2>/dev/null)
READY := .venv/ready-$(VERSION)
# Tests run in so many processes; a file of tests stays in one of them, so that what it prepares is prepared once. The files
# that take longest come first (tests/conftest.py), so that no process waits for another at the end.
PROCESSES ?= 2
TOGETHER := -n $(PROCESSES) --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo studio cluster test check-all bench bench-page docs compiled prepared lint format calibration companies claims evidence behaviour lessons industries odd influence mutants worlds studio-speed studio-pictures lock audit clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## the main job on the shipped customer file; ends with the path of the report
	$(BIN)/loyalty demo

studio: $(READY) ## the laboratory in a browser
	$(BIN)/loyalty studio

test: prepared ## style, types and the quick tests
	$(BIN)/python -m pytest $(TOGETHER)

check-all: prepared ## everything, the long tests and the speed measurements too
	$(BIN)/python -m pytest $(TOGETHER) -m "not benchmark"
	$(BIN)/python -m pytest -m benchmark

# Style and types are checked on one processor while the other compiles.
prepared: $(READY)
	@$(MAKE) --no-print-directory -j 2 lint compiled

# The core is compiled once, before several processes would each begin to: the first time takes a minute or two.
compiled: $(READY)
	@$(BIN)/python -m sim digest scenarios/telecom/today.yaml --replications 1 > /dev/null

bench: $(READY) ## speed of both engines, as ratios
	$(BIN)/loyalty bench

bench-page: $(READY) ## measure everything, ten minutes on a quiet machine, and rewrite docs/background/performance.md
	$(BIN)/python -m benchmarks --full --page docs/background/performance.md --reference tests/benchmarks/reference.json

docs: compiled ## the documentation as a site; then open build/docs/index.html
	$(BIN)/python -m sphinx -W --keep-going --quiet --fresh-env -d build/doctrees docs build/docs

lint: $(READY) ## style and types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: $(READY) ## lay the source out as the style check wants it
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

# These pages are of one setting, in which everything that nobody knows has its default.
calibration claims lessons industries influence evidence behaviour studio-pictures worlds: export LOYALTY_WORLDS = none

calibration: $(READY) ## hold the telecom scenario to its data and rewrite its tables
	$(BIN)/python tools/telecom_calibration.py
	$(BIN)/python tools/telecom_halves.py
	$(BIN)/python tools/telecom_years.py
	$(BIN)/python tools/telecom_left_open.py

companies: $(READY) ## hold ranges to two hundred true companies (hours; goes on where it was)
	$(BIN)/python tools/true_companies.py

claims: $(READY) ## measure every claim of the mission and rewrite docs/background/claims.md
	$(BIN)/python tools/claims_page.py

lessons: $(READY) ## run every lesson with many seeds and write docs/background/lessons.md
	$(BIN)/python tools/lesson_seeds.py
	$(BIN)/python tools/lessons_page.py

industries: $(READY) ## run the worlds of six industries and write docs/guides/industries.md
	$(BIN)/python tools/industries_page.py

worlds: $(READY) ## measure the evidence in hundreds of worlds, some hours, and rule out worlds by it; begun again, it goes on
	$(BIN)/python tools/world_runs.py
	$(BIN)/python tools/make_worlds.py

cluster: $(READY) ## measure threads against workers and write the tables of docs/guides/cluster.md
	$(BIN)/python tools/cluster_page.py

odd: $(READY) ## write docs/background/odd.md, the model by the ODD+D protocol
	$(BIN)/python tools/odd_page.py

influence: $(READY) ## find out which assumptions matter most, for loyalty explain --assumptions
	$(BIN)/python tools/influence.py

studio-speed: $(READY) ## measure the studio in Chromium on a quiet machine and write the table of docs/guides/studio.md
	$(BIN)/python tools/studio_speed.py

studio-pictures: $(READY) ## take the pictures of docs/guides/studio.md in Chromium
	$(BIN)/python tools/studio_pictures.py

mutants: $(READY) ## change the model's rules and steps one thing at a time, and write docs/background/mutants.md
	$(BIN)/python tools/mutants.py

evidence: $(READY) ## measure the published results again and rewrite docs/background/evidence.md
	$(BIN)/python tools/evidence_table.py

behaviour: $(READY) ## measure again what was wrong with customers in the first edition, and write docs/background/behaviour.md
	$(BIN)/python tools/behaviour_page.py

# Add UPGRADE=--upgrade to move to newer releases; otherwise a pin changes only when pyproject.toml asks for it.
lock: ## write requirements.lock from pyproject.toml
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip --disable-pip-version-check --quiet install uv
	.venv-lock/bin/uv pip compile pyproject.toml --universal --all-extras --python-version 3.11 $(UPGRADE) \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock
	rm -rf .venv-lock

audit: ## look the locked libraries up among the known vulnerabilities; exit code 1 when one is found
	rm -rf .venv-audit
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit
	@.venv-audit/bin/python .ci/audit.py .venv-audit/bin/pip-audit requirements.lock; found=$$?; rm -rf .venv-audit; exit $$found

clean: ## remove what make made; results stay
	rm -rf .venv .venv-lock .venv-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find sim tests tools benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# uv does it in a quarter of the time; where only pip knows the way to the packages, pip does it.
# The stamp carries the interpreter's version, so that another PYTHON makes the environment anew.
$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || { \
		echo "loyalty-sim needs Python 3.11 or newer, and '$(PYTHON)' is not; try PYTHON=python3.12 make ..." >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments; on Debian and Ubuntu install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (once; a minute or two)"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(PIP) install uv && $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --compile-bytecode --requirement requirements.lock \
		|| $(PIP) install --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@
