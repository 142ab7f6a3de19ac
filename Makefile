# Two commands do everything: make demo, make test. They need Python 3.11 or later, make, and a
# package index; .venv makes itself when it is missing or older than requirements.lock.

BIN := .venv/bin
PROOFS := tests/restart tests/page tests/webhook
READY := .venv/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo up stop doctor test proof soak check docs pictures lock clean

help:
	@echo 'make demo   the whole bot against a sandbox, in this terminal'
	@echo 'make up     the proxy and the bot for real, with the settings of .env'
	@echo 'make stop   stop all trading at once'
	@echo 'make doctor look whether all is well, and say what to do where it is not'
	@echo 'make test   the tests, in about three minutes'
	@echo 'make proof  the long ones: every restart, the page in chromium, all by webhook'
	@echo 'make soak   whether anything grows: ten minutes of work, MINUTES=10'
	@echo 'make check  style, types, architecture, migrations'
	@echo 'make docs   write the tables of README.md and docs/ anew'
	@echo 'make pictures  draw docs/pictures anew (needs chromium)'
	@echo 'make lock   pin all packages anew (needs uv)'
	@echo 'make clean  remove .venv and caches'

demo: $(READY)
	@$(BIN)/piggybot demo $(DEMO)

up: $(READY)
	@$(BIN)/piggybot up

doctor: $(READY)
	@$(BIN)/piggybot doctor

# Without waiting for anything to be made.
stop:
	@$(BIN)/piggybot stop

# More workers than two cores: stories wait as long as they work. Empty, the variable lets pytest
# keep the tests that it has rewritten, and the houses that tests start be compiled.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses 4 --dist worksteal
test: $(READY)
	@$(PYTEST)

proof: $(READY)
	@$(PYTEST) $(PROOFS)

MINUTES := 10
soak: $(READY)
	@$(BIN)/python -m bench.soak $(MINUTES)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict piggybot proxy migrations
	$(BIN)/python -m pytest tests/test_architecture.py
	$(BIN)/alembic -n bot check
	$(BIN)/alembic -n proxy check

docs: $(READY)
	$(BIN)/python -m tests.docs

pictures: $(READY)
	$(BIN)/python -m bench.pictures
	$(BIN)/python -m bench.page_pictures

$(READY): requirements.lock
	@python="$$(sh .ci/python)" && \
	  echo "Making .venv with $$python (once; a minute or two)" && \
	  "$$python" -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps -e .
	@touch $@

# --universal: one lock for every Python from 3.11 on and every platform.
lock:
	uv pip compile pyproject.toml --quiet --group dev --all-extras --universal --generate-hashes \
	  --python-version 3.11 --no-header -o requirements.lock.new
	(echo '# Every package that runs, pinned with its hashes. Made anew by: make lock'; \
	  cat requirements.lock.new) > requirements.lock
	rm requirements.lock.new

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
