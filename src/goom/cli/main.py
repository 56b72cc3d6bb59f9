"""The ``goom`` command: finds the command's file, and turns what went wrong into a sentence."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from goom import __version__
from goom import cli as room
from goom.case.errors import GoomError

OK, FOUND, CANNOT_TELL = 0, 1, 2
_DESCRIPTION = """\
goom finds out why a Go service runs out of memory or burns CPU in garbage collection.

  goom run --memory 128M -- ./app      watch a program until it ends or is killed, then explain
  goom diagnose x.goom                 the verdict on a bundle, a pid, a URL, or loose files
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the only place that catches what the user or the world did."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser(given)
    parsed = parser.parse_args(given)
    try:
        return int(parsed.run(parsed))
    except GoomError as error:
        _complain(error)
        return CANNOT_TELL
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return OK


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="goom",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"goom {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in command_names():
        module = importlib.import_module(f"goom.cli.{_file_of(name)}")
        summary = (module.__doc__ or "").splitlines()[0]
        one = commands.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.arguments(one)
        one.set_defaults(run=module.run)
    return parser


def command_names() -> tuple[str, ...]:
    """Every command: each ``*_command.py`` file of the room is one."""
    found = (entry.name for entry in pkgutil.iter_modules(room.__path__))
    return tuple(
        name.removesuffix("_command").replace("_", "-")
        for name in sorted(found)
        if name.endswith("_command")
    )


def _file_of(command: str) -> str:
    return command.replace("-", "_") + "_command"


def _complain(error: GoomError) -> None:
    first, *rest = str(error.message).splitlines() or [""]
    lines = [f"goom: {first}", *(f"      {line}" for line in rest)]
    lines += [f"      {line}" for line in error.hint.splitlines()]
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
