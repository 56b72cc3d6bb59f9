"""How Go's allocator, pacer, marking and stacks work, as models.

  goom model alloc 41                 the way of a 41-byte request, from mcache to mheap
  goom model pacer --gogc 50,100,200  goal, trigger and heap over time as GOGC moves
  goom model barriers                 marking under four write barriers, and what each loses
  goom model stacks --depth 1000      how a stack grows with the depth of calls

Each is the model that goom reasons with, for one version of Go, held against real Go by the tests.
It prints a table and writes a page to step through (--html). A scenario file is TOML:
docs/models.md says what each model takes.
"""

from __future__ import annotations

import argparse
import importlib

from goom.cli import options


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each model."""
    models = parser.add_subparsers(title="models", metavar="MODEL", required=True)
    _alloc(models.add_parser("alloc", help="size classes, spans, the way of a request"))
    _pacer(models.add_parser("pacer", help="heap goal, trigger, assists, scavenger over time"))
    _barriers(models.add_parser("barriers", help="marking under each write barrier"))
    _stacks(models.add_parser("stacks", help="growth, copying and shrinking of stacks"))


def run(parsed: argparse.Namespace) -> int:
    """Hand over to the file of the model that is asked for."""
    return int(importlib.import_module(f"goom.cli.model_{parsed.model}").run(parsed))


def _alloc(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sizes", nargs="*", metavar="BYTES",
                        help="sizes of requests (41): 41, 64K, 1MiB")  # fmt: skip
    parser.add_argument("--pointers", action="store_true", help="the objects hold pointers")
    _for_every_model(parser, "alloc")


def _pacer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gogc", metavar="50,100,off", help="values of GOGC (50,100,200)")
    parser.add_argument("--memory-limit", metavar="512M,none", help="values of GOMEMLIMIT (none)")
    parser.add_argument("--live", type=options.size, metavar="100M",
                        help="what stays reachable (100M)")  # fmt: skip
    parser.add_argument("--alloc-rate", type=options.size, metavar="200M",
                        help="allocated each second (200M)")  # fmt: skip
    parser.add_argument("--procs", type=int, metavar="4", help="GOMAXPROCS (4)")
    parser.add_argument("--for", type=options.seconds, dest="duration", metavar="10s",
                        help="how long it runs (10s)")  # fmt: skip
    _for_every_model(parser, "pacer")


def _barriers(parser: argparse.ArgumentParser) -> None:
    for name, usual, what in (
        ("--objects", 2, "how many objects every graph is tried of"),
        ("--operations", 3, "how many operations of the program are counted out"),
    ):
        parser.add_argument(name, type=int, default=usual, metavar="N", help=f"{what} ({usual})")
    _for_every_model(parser, "barriers")


def _stacks(parser: argparse.ArgumentParser) -> None:
    wishes = (
        ("--depth", 1000, "how many nested calls"),
        ("--frame", 96, "bytes of the function's frame, as go build -gcflags=-S prints it"),
        ("--goroutines", 10_000, "how many goroutines"),
    )
    for name, usual, what in wishes:
        parser.add_argument(name, type=int, default=usual, metavar="N", help=f"{what} ({usual})")
    _for_every_model(parser, "stacks")


def _for_every_model(parser: argparse.ArgumentParser, model: str) -> None:
    parser.add_argument("--scenario", metavar="FILE.toml", help="what to model, from a file")
    parser.add_argument("--go", default="newest", metavar="1.22", help="the version of Go (newest)")
    parser.add_argument("--html", default=f"{model}.html", metavar="FILE",
                        help=f"where the page goes ({model}.html; '' for none)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.set_defaults(model=model)
