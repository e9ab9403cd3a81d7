# `make demo` and `make test` are all a new machine needs; both set up what is missing first.
VENV ?= .venv
export OSINT_VENV := $(VENV)

.PHONY: help setup demo test check lock release clean

help:            ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

setup:           ## set up what running needs
	@setup/setup.sh run

demo: setup      ## set up and run the main job on the demo world
	@$(VENV)/bin/osint demo $(ARGS)

test:            ## set up and pass all tests
	@setup/setup.sh test
	@# Tests of pace keep real time, and machines are noisy: what failed is tried once more, and said. Never a test of
	@# loss, killing or writing together: one failure in a thousand is the finding there.
	@$(VENV)/bin/python -m pytest $(ARGS) || { ! grep -qiE 'kill|lost|loss|writers|claim|together' .pytest_cache/v/cache/lastfailed && echo "==> once more, what failed" && $(VENV)/bin/python -m pytest $(ARGS) --last-failed --last-failed-no-failures none; }

check:           ## ruff, mypy --strict and the house tests
	@setup/setup.sh test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest tests/house

lock:            ## lock the dependencies with hashes; UPGRADE=--upgrade takes newer ones
	$(VENV)/bin/uv pip compile pyproject.toml --group build --universal --generate-hashes --python-version 3.11 --no-header --quiet $(UPGRADE) -o requirements.lock
	$(VENV)/bin/uv pip compile pyproject.toml --group build --group dev --group data -c requirements.lock --universal --generate-hashes --python-version 3.11 --no-header --quiet $(UPGRADE) -o requirements-dev.lock

release:         ## wheel and source archive in dist/
	$(VENV)/bin/python -m build --no-isolation

clean:           ## remove what the set-up made here
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
