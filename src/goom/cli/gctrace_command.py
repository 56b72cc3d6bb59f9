"""What a GC log says: heap, goals, phases, CPU, oddities.

goom gctrace app.log                    a log, in which other lines may stand between (or x.goom)
GODEBUG=gctrace=1 ./app 2>&1 | goom gctrace          live, while the program runs
goom gctrace --follow app.log           live, while the log grows

Add scavtrace=1 to GODEBUG for the scavenger. Exit status 0: nothing odd; 1: something is; 2: no
GC line found.
"""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The log, how to show it, and which process of it."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- or none: stdin")
    parser.add_argument("--json", action="store_true", help="every figure, for machines")
    parser.add_argument("--follow", action="store_true", help="wait for what the file will get")
    parser.add_argument("--plain", action="store_true", help="no live view and no colours")
    parser.add_argument(
        "--process", type=int, metavar="N", help="of several in one log (default: most cycles)"
    )
    parser.add_argument(
        "--pass",
        action="store_true",
        dest="pass_on",
        help="hand lines that are no trace lines on to stdout, the report to stderr",
    )


def run(parsed: argparse.Namespace) -> int:
    """Read to the end, or show it live, then say what was found."""
    from goom.cli.gctrace_screen import Wanted, show  # numpy and rich: not for --help

    return show(
        Wanted(
            file=parsed.file,
            as_json=parsed.json,
            follow=parsed.follow,
            plain=parsed.plain,
            process=parsed.process,
            pass_on=parsed.pass_on,
        )
    )
