# Two things to type; each sets up what it needs from nothing, and is quick the second time.
#
#   make demo   a leaking Go service that the kernel kills, and what goom says about it
#   make test   everything that must hold before a change lands
#
# Both work as an ordinary user: Debian packages are installed only by root and only when missing,
# and where no memory cgroup can be made goom enforces the limit itself and says so.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DELETE_ON_ERROR:
.PHONY: help demo test docs clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.package
	@$(BIN)/goom lab demo

test: $(VENV)/.dev $(VENV)/.tools
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest

docs: $(VENV)/.package
	$(BIN)/goom explain --markdown > docs/causes.md
	$(BIN)/goom claims --show --markdown > docs/claims.md

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Installs a Debian package for a command that is missing, where that is possible and allowed.
define command_from_debian
	@command -v $(1) >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing Debian package $(2) for $(1)"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
	else \
		echo "$(1) is missing; tests that need it are skipped   (apt-get install $(2))"; \
	fi

endef

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "goom needs Python 3.11 or newer; name one:  make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || if [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
	else \
		echo "Python cannot make virtual environments here; ask root for:  apt-get install python3-venv"; \
		exit 1; \
	fi
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.package: pyproject.toml | $(BIN)/python
	@echo "installing goom into $(VENV) (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q src/goom  # where Python may not write it later, goom starts slower
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.package
	@echo "installing what the tests need into $(VENV) (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/.tools: Makefile | $(BIN)/python
	$(call command_from_debian,chromium,chromium)
	$(call command_from_debian,tmux,tmux)
	$(call command_from_debian,gcc,gcc libc6-dev)
	$(call command_from_debian,bpftrace,bpftrace)
	@touch $@
