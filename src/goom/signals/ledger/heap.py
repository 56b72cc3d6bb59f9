"""The ledger's lines of Go's own memory: what is in the arenas, and the runtime's metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan

from goom.case.ledger import LedgerLine
from goom.case.subject import Subject
from goom.case.units import bytes_text
from goom.signals.go_memory import METADATA
from goom.signals.ledger.arenas import Arenas
from goom.signals.ledger.lines import Part, Whole, line
from goom.signals.ledger.moment import Moment
from goom.signals.ledger.sites import live_sites, standard_error
from goom.signals.ledger.waste import waste_by_class

_MOST_SITES = 10
_MOST_CLASSES = 5
_UNTOUCHED = "of it never written, so not resident"
_METADATA_LABELS = {
    "mspan_sys_bytes": "span descriptors (MSpanSys)",
    "mcache_sys_bytes": "caches of the Ps (MCacheSys)",
    "buckhash_sys_bytes": "profiling buckets (BuckHashSys)",
    "gc_sys_bytes": "the collector's bitmaps and summaries (GCSys)",
    "other_sys_bytes": "other (OtherSys)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoHeap:
    """What the heap's lines are made of."""

    split: Arenas
    moment: Moment
    subject: Subject
    by_size: Mapping[int, tuple[int, int]]


def heap_lines(heap: GoHeap) -> Iterator[LedgerLine]:
    """Live, garbage, waste, free and stacks; what is not known is left out."""
    for whole in (_live(heap), _garbage(heap), _waste(heap), _free(heap), _stacks(heap)):
        if whole.bytes > 0:
            yield line(whole)


def _live(heap: GoHeap) -> Whole:
    return Whole(
        "heap_live",
        heap.split.live,
        f"reachable at the last mark: {heap.moment.marked_obtained or 'HeapAlloc, no mark seen'}",
        [*_sites(heap), *_untouched(heap.split, "live")],
        _live_error(heap.moment),
        rest="marked since the profile's own mark, and sampling error",
    )


def _garbage(heap: GoHeap) -> Whole:
    since = [Part("allocated between the looks", heap.split.since)]
    return Whole(
        "heap_garbage",
        heap.split.garbage,
        "HeapAlloc - marked",
        [*since, *_untouched(heap.split, "garbage")],
        _live_error(heap.moment),
        rest="allocated since the mark, or dead and not yet swept",
    )


def _waste(heap: GoHeap) -> Whole:
    return Whole(
        "span_waste",
        heap.split.waste,
        "HeapInuse - HeapAlloc",
        [*_classes(heap), *_untouched(heap.split, "waste")],
        rest="free slots and tails of other classes",
    )


def _free(heap: GoHeap) -> Whole:
    huge = Part("released, brought back by huge pages", heap.split.huge)
    return Whole(
        "heap_free",
        heap.split.free,
        "HeapIdle - HeapReleased",
        [huge, *_untouched(heap.split, "free")],
        rest="free pages",
    )


def _stacks(heap: GoHeap) -> Whole:
    return Whole(
        "stacks",
        heap.split.stacks,
        "StackInuse",
        _untouched(heap.split, "stacks"),
        rest="goroutines' stacks, the runtime's own and their cache",
    )


def metadata_line(resident_bytes: float, moment: Moment) -> LedgerLine:
    """The resident metadata, shared among the runtime's accounts in the order of certainty."""
    parts: list[Part] = []
    left = resident_bytes
    for name in METADATA:
        size = min(left, moment.go.get(name, 0.0) or 0.0)
        # The span descriptors and caches are written when made; of the others much is reserve.
        certain = name in ("mspan_sys_bytes", "mcache_sys_bytes")
        if certain and not isnan(size):
            parts.append(Part(_METADATA_LABELS[name], size))
            left -= size
    reserve = [name for name in METADATA[2:] if moment.go.get(name, 0.0) > 0]
    whole = sum(moment.go[name] for name in reserve)
    parts += [
        Part(_METADATA_LABELS[name], left * moment.go[name] / whole, source="by its share of *Sys")
        for name in reserve
    ]
    return line(
        Whole("runtime_metadata", resident_bytes, "resident part of Go's *Sys figures", parts)
    )


def _live_error(moment: Moment) -> float:
    """One standard error of the mark; the profile's own sampling error when that is the source."""
    if moment.marked_obtained == "heap profile" and moment.profile is not None:
        return standard_error(moment.profile)
    return 0.0 if isnan(moment.marked_error_bytes) else moment.marked_error_bytes


def _sites(heap: GoHeap) -> Iterator[Part]:
    profile = heap.moment.profile
    values = profile.column("inuse_space") if profile is not None else None
    if profile is None or values is None:
        return
    others = float(values.sum())
    for site in live_sites(profile, heap.subject, _MOST_SITES):
        others -= site.bytes
        yield Part(site.label, site.bytes, site.error_bytes, "heap profile")
    yield Part("other call sites", others, source="heap profile")


def _classes(heap: GoHeap) -> Iterator[Part]:
    whole = heap.split.waste + (heap.split.untouched or {}).get("waste", 0.0)
    found = waste_by_class(whole, heap.by_size, heap.subject.go_version)
    for one in found[:_MOST_CLASSES]:
        source = f"free slots, estimated; {bytes_text(one.tail_bytes)} of tails and heap bits"
        yield Part(f"class {one.size_bytes}", one.free_slot_bytes + one.tail_bytes, source=source)


def _untouched(split: Arenas, name: str) -> list[Part]:
    lost = (split.untouched or {}).get(name, 0.0)
    return [Part(_UNTOUCHED, -lost, source="smaps")] if lost >= 1 else []
