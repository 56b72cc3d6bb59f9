"""What the memory was made of, at the start, at the peak and at the end, in a few large parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.series import MemStatsSeries, ProcessSeries
from goom.rooms import signal
from goom.signals.marked_heap import MarkedHeap
from goom.signals.timebase import Timebase

Floats = NDArray[np.float64]
PARTS = ("marked", "garbage", "waste", "free", "stacks", "metadata", "outside")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Composition:
    """``k`` moments; each part in bytes.

    marked: survives a collection. garbage: heap in use that does not. waste: free slots in spans
    that live objects pin (HeapInuse - HeapAlloc). free: free pages not returned (HeapIdle -
    HeapReleased). outside: anonymous RSS that Go's own accounting does not explain.
    """

    time_seconds: Floats
    parts: Mapping[str, Floats]
    anon_bytes: Floats  # anonymous RSS, nan unknown

    def share(self, part: str, index: int) -> float:
        """A part over the sum of all parts at one moment."""
        total = sum(float(np.nan_to_num(self.parts[name][index])) for name in PARTS)
        return float(np.nan_to_num(self.parts[part][index])) / total if total > 0 else nan

    def bytes_of(self, part: str, index: int) -> float:
        """A part at one moment."""
        return float(self.parts[part][index])

    def peak_index(self) -> int:
        """The moment with the most in all parts."""
        return int(np.argmax(sum(np.nan_to_num(self.parts[name]) for name in PARTS)))

    def lasting(self) -> tuple[float, float, float]:
        """Waste, free and marked bytes: what lasts through the last third of the time.

        The 20th percentile of waste and free together: they trade places when a span empties.
        """
        late = self._late()
        waste = np.nan_to_num(self.parts["waste"][late])
        free = np.nan_to_num(self.parts["free"][late])
        low = float(np.quantile(waste + free, 0.2))
        kept = min(float(np.quantile(waste, 0.2)), low)
        return kept, low - kept, float(np.nan_to_num(np.median(self.parts["marked"][late])))

    def late_bytes(self, *parts: str) -> float:
        """The median of these parts together through the last third of the time."""
        late = self._late()
        return float(np.median(sum(np.nan_to_num(self.parts[part][late]) for part in parts)))

    def late_seconds(self) -> float:
        """How long the looks of the last third lie apart, 0 for a single one."""
        return float(np.ptp(self.time_seconds[self._late()]))

    def _late(self) -> NDArray[np.bool_]:
        time = self.time_seconds
        return np.asarray(time >= time[-1] - (time[-1] - time[0]) / 3)

    def grown(self, part: str) -> float:
        """A part's rise from its first quarter's median to the peak moment."""
        column = np.nan_to_num(self.parts[part])
        early = column[: max(1, len(column) // 4)]
        return float(column[self.peak_index()] - np.median(early))


@signal
def composition(
    clock: Timebase,
    memstats: MemStatsSeries,
    process: ProcessSeries | None,
    marked: MarkedHeap | None,
) -> Composition | None:
    """Bring Go's own accounting and the kernel's to the moments of the MemStats looks."""
    heap = memstats.get("HeapAlloc")
    inuse = memstats.get("HeapInuse")
    if heap is None or inuse is None or not len(memstats):
        return None
    time = clock.since_start(memstats.time_seconds)
    time = np.where(np.isnan(time), clock.end_seconds, time)  # loaders sort such looks last
    live = _marked_at(time, heap, marked)
    parts = {
        "marked": live,
        "garbage": np.maximum(heap - live, 0.0),
        "waste": np.maximum(inuse - heap, 0.0),
        "free": np.maximum(_of(memstats, "HeapIdle") - _of(memstats, "HeapReleased"), 0.0),
        "stacks": _of(memstats, "StackInuse"),
        "metadata": _metadata(memstats),
    }
    anon = _anonymous(clock, process, time)
    explained = sum(np.nan_to_num(part) for part in parts.values())
    parts["outside"] = np.maximum(anon - explained, 0.0)
    return Composition(time_seconds=time, parts=parts, anon_bytes=anon)


def _of(memstats: MemStatsSeries, name: str) -> Floats:
    column = memstats.get(name)
    return np.zeros(len(memstats)) if column is None else np.nan_to_num(column)


def _metadata(memstats: MemStatsSeries) -> Floats:
    names = ("MSpanInuse", "MCacheInuse", "BuckHashSys", "GCSys", "OtherSys")
    return np.asarray(sum(_of(memstats, name) for name in names))


def _marked_at(time: Floats, heap: Floats, marked: MarkedHeap | None) -> Floats:
    """The last mark before each moment, carried forward with the share that survives."""
    if marked is None or not len(marked.bytes):
        return np.asarray(np.minimum.accumulate(heap[::-1])[::-1])
    place = np.searchsorted(marked.time_seconds, time, side="right") - 1
    before = np.maximum(place, 0)
    # a mark of the gctrace is truncated to whole MiB
    last = np.where(place >= 0, marked.bytes[before], 0.0)
    later = np.minimum(place + 1, len(marked.bytes) - 1)
    survival = np.where(
        place + 1 < len(marked.bytes),
        marked.survival_by_cycle[later],
        marked.survival_fraction,
    )
    survival = np.nan_to_num(survival, nan=0.0)
    return np.asarray(np.minimum(heap, last + survival * np.maximum(heap - last, 0.0)))


def _anonymous(clock: Timebase, process: ProcessSeries | None, time: Floats) -> Floats:
    if process is None:
        return np.full(len(time), nan)
    column = process.get("rss_anon_bytes")
    if column is None or np.isnan(column).all():
        column = process.get("rss_bytes")
    if column is None:
        return np.full(len(time), nan)
    known = ~np.isnan(column)
    looks = clock.since_start(process.time_seconds)[known]
    return np.interp(time, looks, column[known]) if known.any() else np.full(len(time), nan)
