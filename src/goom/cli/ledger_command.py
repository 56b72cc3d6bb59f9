"""Where every byte of the cgroup's charge, or of RSS, is.

  goom ledger x.goom                just before the kill, else at the peak
  goom ledger x.goom --at last      brink, peak, last, or seconds from the start
  goom ledger 4711 --for 5s         a running program, by pid or pprof address
  goom ledger smaps.txt heap.debug1.txt memory.stat memory.usage_in_bytes gc.log

What the kernel says that pages are comes first (smaps, the cgroup's counters); Go's own accounting
(MemStats or metrics, gctrace, a heap profile) splits what is in its arenas. What no counter names
is printed as unexplained. How the figures relate: docs/memory-figures.md
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from goom.case.errors import BadInput
from goom.cli.options import loading, reading, seconds

if TYPE_CHECKING:
    from goom.case.evidence import Evidence
    from goom.case.ledger import Ledger

_MOMENTS = ("auto", "brink", "peak", "last")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Targets, the moment, what files cannot say, and JSON."""
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="a bundle, a pid, a pprof URL, or loose files"
    )
    parser.add_argument(
        "--at",
        type=_moment,
        default="auto",
        metavar="brink|peak|last|SECONDS",
        help="which moment (default: brink after a kill, else peak)",
    )
    reading(parser)
    parser.add_argument(
        "--for",
        type=seconds,
        default=5.0,
        dest="for_seconds",
        metavar="5s",
        help="how long to watch a running program (default 5s)",
    )
    parser.add_argument("--json", action="store_true", help="every figure, for machines")


def run(parsed: argparse.Namespace) -> int:
    """Load, attribute, print."""
    from goom.cli import terminal
    from goom.renderers import ledger_text  # numpy and all rooms: not for --help
    from goom.sources.load import LoadOptions, load

    if not parsed.targets:
        raise BadInput("there is nothing to account for.", "Try:  goom ledger x.goom")
    options = LoadOptions(for_seconds=parsed.for_seconds, **loading(parsed))
    evidence = load(parsed.targets, options)
    ledger = _ledger(evidence, parsed.at)
    if parsed.json:
        print(_json(ledger))
    else:
        width, _ = terminal.size()
        screen = ledger_text.render(ledger, evidence.subject, width=width, color=terminal.colors())
        print(screen, end="")
    return 0


def _moment(text: str) -> str | float:
    if text in _MOMENTS:
        return text
    try:
        return seconds(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"not a moment: {text!r} (try brink, peak, last or 12.5)"
        ) from None


def _ledger(evidence: Evidence, at: str | float) -> Ledger:
    from goom.signals.go_memory import go_memory
    from goom.signals.ledger.ledger import ledger_at
    from goom.signals.regions import regions

    memory = go_memory(
        evidence.subject,
        evidence.memstats,
        evidence.metrics,
        evidence.gctrace,
        evidence.profiles if evidence.profiles.all else None,
    )
    mapped = regions(evidence.mappings) if evidence.mappings.all else None
    found = ledger_at(evidence, memory, mapped, at)
    if found is None:
        raise BadInput(
            "no figure of the whole was found: neither a cgroup's usage nor RSS nor MemStats.",
            "Add one:  cat /proc/PID/smaps > smaps.txt,  or  curl -o vars.json "
            "http://HOST/debug/vars",
        )
    return found


def _json(ledger: Ledger) -> str:
    import json

    from goom.case.document import plain

    document = plain(ledger)
    assert isinstance(document, dict)
    return json.dumps({"schema": "goom.ledger/1", **document}, indent=2, ensure_ascii=False)
