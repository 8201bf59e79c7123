# The commands of a working copy. Each is one line in `make help`.
PYTHON ?= python3
DO = $(PYTHON) -m devtools
export ARGS CMD HOST PORT YES UPGRADE

.DEFAULT_GOAL := help
.PHONY: help run test check manage shell bench stop clean lock install python

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: python ## start everything with a demonstration clinic; Ctrl-C stops it (PORT=8123, HOST=0.0.0.0)
	@$(DO) run

test: python ## run all tests (ARGS="tests/devtools -x")
	@$(DO) test

check: python ## run linters, types, floors and migrations checks, then all tests
	@$(DO) check

manage: python ## run a management command (CMD="showmigrations")
	@$(DO) manage

shell: python ## open a Python shell with the data of `make run`
	@$(DO) shell

bench: python ## measure speed on a database of its own (ARGS=…)
	@$(DO) bench

stop: python ## stop what runs from this folder, also what a killed run left behind
	@$(DO) stop

install: python ## install the Python packages only
	@$(DO) install

lock: python ## pin the packages again after a change to requirements*.in (UPGRADE=1)
	@$(DO) lock

clean: python ## delete the environment and all data of this folder, after asking (YES=1)
	@$(DO) clean

python:
	@command -v $(PYTHON) >/dev/null || { echo "casemgr: needs Python 3.11 or newer; on Debian and Ubuntu: apt-get install -y python3 python3-venv" >&2; exit 1; }
