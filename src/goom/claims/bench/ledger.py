"""The ledger: claims measured now, or shown as they were recorded."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Protocol

from goom.case.claim import LedgerEntry
from goom.case.claims_run import ClaimsRun
from goom.case.errors import BadInput
from goom.claims.bench.bench import Bench
from goom.claims.bench.claim import Claim
from goom.claims.bench.measuring import Failure, measure_all
from goom.claims.bench.record import RECORD, Record, entry_of, read_record, write_record

Claims = tuple[Claim, ...]
NOTHING = Record(versions=(), seconds=0.0, cpus=0, by_id={})


class Watcher(Protocol):
    """Is told how the measurement goes; from several threads."""

    def tell(self, sentence: str) -> None:
        """Something has to be fetched or built first."""

    def began(self, claim: Claim) -> None:
        """Measuring it begins."""

    def ended(self, result: LedgerEntry | Failure) -> None:
        """It has a verdict, or went wrong."""


def the_record(path: Path | None = None) -> Record:
    """The record in ``path``, or the one kept with the claims; empty while there is none."""
    if path is None and not RECORD.exists():
        return NOTHING
    return read_record(path or RECORD)


def shown(claims: Claims, record: Record) -> ClaimsRun:
    """The claims as they were recorded, judged again by the present rules."""
    known = [claim for claim in claims if claim.id in record.by_id]
    return ClaimsRun(
        versions=record.versions,
        entries=tuple(entry_of(claim, record.by_id[claim.id]) for claim in known),
        recorded=record.truths(),
        seconds=record.seconds,
        cpus=record.cpus,
    )


def measured(
    claims: Claims, versions: tuple[str, ...], record: Record, watcher: Watcher
) -> ClaimsRun:
    """Measure them on these versions of Go, which are obtained first; compare with the record."""
    began_at = time.perf_counter()
    bench = Bench(versions, watcher.tell)
    entries: dict[str, LedgerEntry] = {}
    failed: dict[str, str] = {}
    with contextlib.closing(measure_all(claims, bench, watcher.began)) as results:
        for result in results:
            watcher.ended(result)
            if isinstance(result, Failure):
                failed[result.claim.id] = result.message
            else:
                entries[result.statement.id] = result
    return ClaimsRun(
        versions=tuple(go.version for go in bench.versions),
        entries=tuple(entries[name] for name in sorted(entries)),
        recorded=record.truths(),
        failed=dict(sorted(failed.items())),
        seconds=time.perf_counter() - began_at,
        cpus=len(os.sched_getaffinity(0)),
    )


def keep(run: ClaimsRun, record: Record, path: Path = RECORD, *, whole: bool) -> None:
    """Make the run the record, or with ``whole`` false the part of it that was measured.

    BadInput when a part was measured with other versions of Go than the rest.
    """
    if whole:
        started = Record(versions=run.versions, seconds=run.seconds, cpus=run.cpus, by_id={})
        write_record(started.updated(run.entries), path)
        return
    base = (
        record
        if record.versions
        else Record(versions=run.versions, seconds=0.0, cpus=run.cpus, by_id={})
    )
    if base.versions != run.versions:
        recorded = ",".join(base.versions)
        raise BadInput(
            f"the record is of Go {recorded}; this was measured with {','.join(run.versions)}.",
            f"Add  --go {recorded}  or record all claims.",
        )
    write_record(base.updated(run.entries), path)
