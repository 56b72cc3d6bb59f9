"""Who maps memory, who grows stacks, GC phases: through eBPF.

  goom probe 4711 mmap            who maps memory that is not unmapped: off-heap leaks
  goom probe 4711 stacks          which functions make goroutine stacks grow
  goom probe 4711 gc              collections by phase, pauses, who has to assist
  goom probe 4711 oom             reclaim for its cgroup, and OOM kills

Several may be named. Works on the program as it is, stripped or not, without restart. Each look
counts its own cost in the kernel and stops by itself when it would cost more than the budget
(1 % of one CPU). Needs root and bpftrace; docs/ebpf.md says what each look sees and costs.
"""

from __future__ import annotations

import argparse

from goom.cli.options import seconds, share


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whom to look at, at what, how long."""
    parser.add_argument("pid", metavar="PID", help="a running Go program")
    parser.add_argument("what", nargs="+", metavar="LOOK", help="mmap, stacks, gc, oom")
    parser.add_argument(
        "--for", type=seconds, default=10.0, dest="for_seconds", metavar="10s", help="how long"
    )
    parser.add_argument(
        "--budget",
        type=share,
        default=0.01,
        metavar="1%",
        help="of one CPU that all probes together may cost the program",
    )
    parser.add_argument("--json", action="store_true", help="every event, for machines")
    parser.add_argument("--quiet", action="store_true", help="do not say the cost beforehand")


def run(parsed: argparse.Namespace) -> int:
    """Say what it will cost, look, print."""
    from goom.cli.probe_screen import Wanted, show  # numpy: not for --help

    wanted = Wanted(
        pid=parsed.pid,
        what=tuple(parsed.what),
        for_seconds=parsed.for_seconds,
        budget_fraction=parsed.budget,
        as_json=parsed.json,
        quiet=parsed.quiet,
    )
    return show(wanted)
