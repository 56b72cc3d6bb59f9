"""The ``goom`` command: finds the command's file, and turns what went wrong into a sentence."""

from __future__ import annotations

import argparse
import functools
import importlib
import io
import os
import pkgutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from goom import __version__
from goom import cli as room
from goom.case.errors import GoomError

OK, FOUND, CANNOT_TELL = 0, 1, 2
_INTERRUPTED, _PIPE_CLOSED = 130, 141  # 128 + signal, as a shell says it
_DESCRIPTION = """\
goom finds out why a Go service runs out of memory or burns CPU in garbage collection.

  goom run --memory 128M -- ./app      watch a program until it ends or is killed, then explain
  goom diagnose x.goom                 the verdict on a bundle, a pid, a URL, or loose files
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the only place that catches what the user or the world did."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _print_what_can_be_printed()
    _leave_the_cpus_alone()
    threading.excepthook = _of_a_thread
    try:
        parsed = _parser(given).parse_args(given)
        return int(parsed.run(parsed))
    except GoomError as error:
        _complain(error.message, error.hint)
        return CANNOT_TELL
    except BrokenPipeError:
        _let_go_of_stdout()
        return _PIPE_CLOSED
    except OSError as error:
        _complain(_in_words(error))
        return CANNOT_TELL
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        if os.environ.get("GOOM_TRACEBACK"):
            raise
        _complain(
            f"this is a bug in goom, not in your program: {type(error).__name__}: {error}",
            "A bundle that was written is whole and can be diagnosed by a later version.\n"
            "To report it, add what this prints:  GOOM_TRACEBACK=1 goom …",
        )
        return CANNOT_TELL


def _of_a_thread(failed: threading.ExceptHookArgs) -> None:
    """A look that fails in its thread costs that look, in one line, and nothing else."""
    if failed.exc_type is not SystemExit:
        kind = failed.exc_type.__name__
        print(f"goom: a look failed (a bug in goom): {kind}: {failed.exc_value}", file=sys.stderr)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Know every command by name, and only the one that is asked for in full.

    Help must not wait for what the other commands import.
    """
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="goom", description=_DESCRIPTION, formatter_class=raw)
    parser.add_argument("--version", action="version", version=f"goom {__version__}")
    parser.set_defaults(run=functools.partial(_help, parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    asked_for = next((word for word in given if not word.startswith("-")), "")
    for name in command_names():
        if name == asked_for:
            module = importlib.import_module(f"goom.cli.{_file_of(name)}")
            one = commands.add_parser(name, description=module.__doc__, formatter_class=raw)
            module.arguments(one)
            one.set_defaults(run=module.run)
        else:
            commands.add_parser(name, help=_summary(name))
    return parser


def _help(parser: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    parser.print_help()
    return CANNOT_TELL


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


def _summary(command: str) -> str:
    """The first line of the command's file, where every file of the house says what it is."""
    with Path(room.__path__[0], f"{_file_of(command)}.py").open(encoding="utf-8") as source:
        return source.readline().strip().strip('"').replace("%", "%%")


def _complain(message: str, hint: str = "") -> None:
    first, *rest = message.splitlines() or [""]
    lines = [f"goom: {first}", *(f"      {line}" for line in (*rest, *hint.splitlines()))]
    print("\n".join(lines), file=sys.stderr)


def _in_words(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _print_what_can_be_printed() -> None:
    """Let a terminal without UTF-8 lose a character rather than the answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _leave_the_cpus_alone() -> None:
    """Keep numpy from starting a thread for each CPU, 60 ms that nothing here would get back.

    Not in ``os.environ``, from which the program that is run gets its environment (child.py): it is
    to see what its user set, and no more.
    """
    if "OPENBLAS_NUM_THREADS" not in os.environ:
        os.putenv("OPENBLAS_NUM_THREADS", "1")


def _let_go_of_stdout() -> None:
    """Keep the interpreter's last flush from complaining about the closed pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
