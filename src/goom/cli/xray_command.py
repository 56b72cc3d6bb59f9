"""Look into a running Go process from outside, without its help.

  goom xray 4711                   one screen
  goom xray 4711 --every 1s        one line a second, until Ctrl-C (or --for 1m)
  goom xray 4711 --goroutines      who waits where, since when, started by whom; and timers
  goom xray 4711 --heap h.pb.gz    the heap profile, for goom diagnose and go tool pprof
  goom xray 4711 --spans           how full its spans are, holes, and a map of its pages
  goom xray 4711 --json            every figure, for machines

Needs no endpoint, no restart and no symbols: it reads the process's memory, and the process is
neither stopped nor changed. Go 1.19 to the newest on linux/amd64, stripped or not. It takes the
rights of a debugger: the same user with ptrace_scope 0, or root, or CAP_SYS_PTRACE.
"""

from __future__ import annotations

import argparse

from goom.cli.options import seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whom to look at, how often, and how to say it."""
    parser.add_argument("pid", metavar="PID", help="a running Go program")
    parser.add_argument("--every", type=seconds, metavar="1s", help="look again and again")
    parser.add_argument(
        "--for", type=seconds, dest="for_seconds", metavar="1m", help="how long, with --every"
    )
    parser.add_argument(
        "--goroutines", action="store_true", help="every goroutine, those of one stack together"
    )
    parser.add_argument("--heap", default="", metavar="FILE.pb.gz", help="write the heap profile")
    parser.add_argument(
        "--dump", default="", metavar="FILE.txt", help="write all stacks, as goroutine?debug=2 does"
    )
    parser.add_argument(
        "--spans", action="store_true", help="occupancy by size class, free pages, a map"
    )
    parser.add_argument("--json", action="store_true", help="every figure; one object a line")


def run(parsed: argparse.Namespace) -> int:
    """Attach, look, print."""
    from goom.cli.xray_screen import Wanted, show  # numpy: not for --help

    wanted = Wanted(
        pid=parsed.pid,
        every_seconds=parsed.every,
        for_seconds=parsed.for_seconds,
        as_json=parsed.json,
        spans=parsed.spans,
        goroutines=parsed.goroutines,
        heap=parsed.heap,
        dump=parsed.dump,
    )
    return show(wanted)
