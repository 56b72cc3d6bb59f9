"""Mappings by kind at the last look: size, alignment to huge pages, and what THP did to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import MappingLooks
from goom.case.memory_view import KindRow, MappingKinds
from goom.case.series import Mappings
from goom.case.surroundings import HUGE_PAGE_BYTES, SurroundingsLooks
from goom.rooms import signal
from goom.signals.regions import KINDS, kinds_of

LABELS = {
    "go_heap": "Go's arenas",
    "go_metadata": "Go's metadata",
    "anonymous": "anonymous: metadata, mmap",
    "thread_stack": "thread stacks outside Go",
    "c_heap": "C's heap",
    "binary": "the program's file",
    "file": "other files",
    "shared": "shared memory",
    "kernel_page": "vdso and vvar",
}
Floats = NDArray[np.float64]


@signal
def mapping_kinds(looks: MappingLooks, around: SurroundingsLooks | None) -> MappingKinds | None:
    """Of the last look that has sizes; None without one."""
    known = [look for look in looks.all if not np.isnan(look.rss_bytes).all()]
    if not known:
        return None
    huge_page = around.all[-1].huge.page_bytes if around is not None else HUGE_PAGE_BYTES
    return kinds_at(known[-1], int(huge_page))


def kinds_at(look: Mappings, huge_page_bytes: int = HUGE_PAGE_BYTES) -> MappingKinds:
    """The kinds of one look."""
    kinds = np.array(kinds_of(look))
    size = (look.end - look.start).astype(np.float64)
    rows = [
        _row(look, kind, np.flatnonzero(kinds == kind), huge_page_bytes)
        for kind in KINDS
        if kind != "reserved" and (kinds == kind).any()
    ]
    rows.sort(key=lambda row: -row.resident_bytes)
    return MappingKinds(rows=tuple(rows), reserved_bytes=float(size[kinds == "reserved"].sum()))


def _row(look: Mappings, kind: str, chosen: NDArray[np.int64], huge: int) -> KindRow:
    start, end = look.start[chosen], look.end[chosen]
    size = (end - start).astype(np.float64)
    first = (start + np.uint64(huge - 1)) // np.uint64(huge)
    last = end // np.uint64(huge)
    eligible = _picked(look.huge_eligible, chosen)
    advice = _picked(look.huge_advice, chosen)
    return KindRow(
        kind=kind,
        label=LABELS[kind],
        mappings=len(chosen),
        size_bytes=float(size.sum()),
        resident_bytes=_total(look.rss_bytes, chosen),
        swap_bytes=_total(look.swap_bytes, chosen),
        huge_bytes=sum(
            _total(column, chosen)
            for column in (look.anon_huge_bytes, look.file_huge_bytes, look.shared_huge_bytes)
        ),
        eligible_bytes=float("nan") if np.isnan(eligible).all() else _sum(size[eligible == 1]),
        advised=int(np.count_nonzero(advice == 1)),
        advised_against=int(np.count_nonzero(advice == -1)),
        ranges=int(np.where(last > first, last - first, np.uint64(0)).sum()),
        aligned_starts=int(np.count_nonzero(start % np.uint64(huge) == 0)),
    )


def _picked(column: Floats | None, chosen: NDArray[np.int64]) -> Floats:
    return np.full(len(chosen), np.nan) if column is None else column[chosen]


def _total(column: Floats | None, chosen: NDArray[np.int64]) -> float:
    return _sum(np.nan_to_num(_picked(column, chosen)))


def _sum(values: Floats) -> float:
    return float(values.sum())
