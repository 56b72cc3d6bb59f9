"""Whom the collector held up, as an execution trace tells it.

goom trace app.trace                    latency, assists, allocation, stops, sweeping, states
goom trace a.trace b.trace c.trace      each, and which of them stands apart

To record one:  curl -o app.trace 'http://HOST/debug/pprof/trace?seconds=5'
Traces of Go 1.22 and newer, of the flight recorder too. Exit status 0: the collector held nobody
up; 1: it did; 2: not readable.
"""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The traces, and how to show them."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="an execution trace")
    parser.add_argument("--json", action="store_true", help="every figure, for machines")


def run(parsed: argparse.Namespace) -> int:
    """Read each, say what was found."""
    from goom.cli.trace_screen import show  # numpy: not for --help

    return show(parsed.files, as_json=parsed.json)
