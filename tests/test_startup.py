"""What ``--help`` may wait for: start-up imports no heavy package, and no other command."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from goom.cli.main import command_names

HEAVY = {
    "asyncio", "email", "google", "hypothesis", "http", "importlib.metadata", "jinja2",
    "logging", "msgspec", "multiprocessing", "numba", "numpy", "rich", "socket", "sqlite3", "ssl",
    "subprocess", "unittest", "urllib.request", "urllib3", "zipfile",
}  # fmt: skip
MAY_IMPORT_AT_HELP = {"goom", "goom.case", "goom.case.errors", "goom.cli", "goom.cli.main"}
LIGHT = ("goom.case.units", "goom.case.verdict", "goom.cli.options")  # for options and help


def loaded_by(*arguments: str) -> set[str]:
    """The modules in memory when the command has printed its help."""
    script = (
        "import atexit, json, sys; from goom.cli.main import main;"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr));"
        "main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_the_list_of_commands_imports_none_of_them() -> None:
    assert {name for name in loaded_by("--help") if name.split(".")[0] == "goom"} == (
        MAY_IMPORT_AT_HELP
    )


@pytest.mark.parametrize("command", command_names())
def test_help_waits_for_nothing_heavy(command: str) -> None:
    heavy = loaded_by(command, "--help") & HEAVY
    assert not heavy


@pytest.mark.parametrize("command", command_names())
def test_help_loads_one_command_and_nothing_that_works(command: str) -> None:
    own = f"goom.cli.{command.replace('-', '_')}_command"
    loaded = {name for name in loaded_by(command, "--help") if name.startswith("goom")}
    assert loaded - MAY_IMPORT_AT_HELP - {own, *LIGHT} == set()
