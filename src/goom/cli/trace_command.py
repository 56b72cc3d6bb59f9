"""Whom the collector held up, as an execution trace tells it.

  goom trace app.trace                    latency, assists, allocation, stops, sweeping
  goom trace a.trace b.trace c.trace      each, and which of them stands apart
  goom trace PID --for 5s                 records one; or http://HOST/debug/pprof/trace?seconds=5
  goom trace app.trace --html trace.html  the same over time, as a page

Traces of Go 1.22 and newer, snapshots of the flight recorder too. Exit status 0: the collector held
nobody up; 1: it did; 2: not readable.
"""

from __future__ import annotations

import argparse

from goom.cli.options import seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    """The traces or a running program, and how to show them."""
    parser.add_argument(
        "targets", nargs="+", metavar="FILE", help="execution traces; or a pid, or an address"
    )
    parser.add_argument(
        "--for", type=seconds, dest="for_seconds", metavar="5s", help="how long to record"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="keep what was recorded")
    parser.add_argument("--json", action="store_true", help="every figure, for machines")
    parser.add_argument("--html", default="", metavar="FILE", help="a page in one file")


def run(parsed: argparse.Namespace) -> int:
    """Read or record each, say what was found."""
    from goom.cli.trace_screen import Page, Wanted, show  # numpy: not for --help

    page: Page | None = None
    if parsed.html:
        from goom.renderers.trace_page import render as page  # the nouns of a whole case

    wanted = Wanted(
        as_json=parsed.json,
        html=parsed.html,
        page=page,
        for_seconds=parsed.for_seconds,
        output=parsed.output or "",
    )
    if any("://" in target or target.isdecimal() for target in parsed.targets):
        from goom.cli import trace_live  # http: not for files

        return trace_live.show(parsed.targets, wanted)
    return show(parsed.targets, wanted)
