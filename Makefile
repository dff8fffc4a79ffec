# Two commands do everything: `make run` and `make test`. Each sets up first what is missing.

PYTHON = python3
PORT = 8000
ARGS =
# What needs a quiet machine comes last.
LAB = facts trace attack delay tabs spread signatures bench load grow
VENV = .venv

PY = $(VENV)/bin/python
PIP = $(PY) -m pip install --quiet --disable-pip-version-check
# Written when an installation is complete, so that an interrupted one is done again.
INSTALLED = $(VENV)/.installed
TOOLS_INSTALLED = $(VENV)/.tools-installed
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL = help
.PHONY: help setup run test lint format browser lab clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(INSTALLED) ## Install everything and write .env, without running anything
	@$(PY) -m authcompare.devsetup

run: setup ## Serve the site with demo users (PORT=8001 for another port)
	@$(PY) manage.py demo $(PORT)

test: $(INSTALLED) ## Run all tests (ARGS="-k refresh -x" passes arguments to pytest)
	@$(PY) -m pytest --numprocesses auto $(ARGS)

lint: setup $(TOOLS_INSTALLED) ## Check style, types, templates and migrations
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) -m djlint --lint --quiet templates
	$(PY) manage.py makemigrations --check --dry-run

format: $(TOOLS_INSTALLED) ## Format the code and fix what can be fixed by itself
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

browser: $(TOOLS_INSTALLED) ## Install what the browser tests need: Debian's Chromium, Playwright
	@command -v chromium || command -v google-chrome || { \
	  $(SUDO) apt-get update && $(SUDO) apt-get install --yes --no-install-recommends \
	    chromium chromium-sandbox fonts-liberation; }

lab: setup $(TOOLS_INSTALLED) ## Make every result of the lab from nothing, in under half an hour
	@for command in $(LAB); do echo "manage.py lab $$command"; $(PY) manage.py lab $$command --write || exit 1; done
	@$(PY) manage.py lab report

clean: ## Remove all that the other commands made, but .env, the keys and the database
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "authcompare needs Python 3.11 or newer, and $(PYTHON) is not: try PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make virtual environments: on Debian or Ubuntu, apt install python3-venv" >&2; \
	  exit 1; }
	@echo "Installing into $(VENV), which happens once ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --requirement requirements.txt
	@touch $@

$(TOOLS_INSTALLED): requirements-tools.txt $(INSTALLED)
	@echo "Installing the tools into $(VENV), which happens once ..."
	@$(PIP) --requirement requirements-tools.txt
	@touch $@
