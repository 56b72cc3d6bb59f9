"""Limits, what Go cannot see of them, huge pages, memory nodes.

  goom memory 4711                 one look at a running program; it is asked nothing
  goom memory 4711 --for 30s       look twice a second: the most that Go cannot see
  goom memory x.goom               what a bundle holds of it
  goom memory 4711 --json          every figure, for machines

Which limit is reached first, the cgroup's own or an ancestor's, and who else is under it; how much
of it GOMEMLIMIT counts and how much it cannot see; which GOMEMLIMIT keeps all of it inside; what
huge pages did to Go's heap; on which memory nodes the pages are. What it means: docs/memory.md
"""

from __future__ import annotations

import argparse

from goom.case.errors import BadInput
from goom.cli.options import loading, reading, seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whom to look at, for how long, and JSON."""
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="a pid, a bundle, a folder or loose files"
    )
    parser.add_argument(
        "--for",
        type=seconds,
        default=0.0,
        dest="for_seconds",
        metavar="30s",
        help="how long to look at a running program (default: once)",
    )
    reading(parser)
    parser.add_argument("--json", action="store_true", help="every figure, for machines")


def run(parsed: argparse.Namespace) -> int:
    """Look, derive, print."""
    from goom.cli.memory_screen import Wanted, show  # numpy and all rooms: not for --help
    from goom.sources.load import LoadOptions

    if not parsed.targets:
        raise BadInput("there is nothing to look at.", "Try:  goom memory PID")
    options = LoadOptions(for_seconds=parsed.for_seconds, **loading(parsed))
    return show(Wanted(targets=tuple(parsed.targets), options=options, as_json=parsed.json))
