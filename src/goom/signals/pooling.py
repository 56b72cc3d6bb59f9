"""Is what survives held by a pool: few large buffers, no more than could be in use at once?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.span_occupancy import SpanOccupancies
from goom.case.subject import Subject
from goom.case.units import bytes_text
from goom.rooms import signal
from goom.signals.frames import enclosing, is_own
from goom.signals.goroutines import GoroutineTrend
from goom.signals.site_growth import Site, SiteGrowth
from goom.signals.trend import ramp


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pooling:
    """``strength`` 0 to 1 that a pool holds ``held_bytes`` of the heap in large buffers.

    ``putters``: the user's functions that use a sync.Pool or a free list (from the binary).
    ``bounded``: 1 when no more buffers are held than goroutines could have used at once.
    """

    strength: float
    summary: str
    held_bytes: float
    held_fraction: float
    mean_block_bytes: float
    objects: float
    bounded: float
    grown_over_use: float
    putters: tuple[Frame, ...]
    sites: tuple[Site, ...]
    source: str = "heap profile"


@signal
def pooling(
    subject: Subject,
    sites: SiteGrowth | None,
    binary: BinaryCalls | None,
    goroutines: GoroutineTrend | None,
    spans: SpanOccupancies | None = None,
) -> Pooling | None:
    """Who holds large blocks, by heap profiles; without any, how many there are, by span maps."""
    if sites is not None:
        return _by_sites(subject, sites, binary, goroutines)
    return _by_spans(subject, binary, goroutines, spans) if spans is not None else None


def _by_spans(
    subject: Subject,
    binary: BinaryCalls | None,
    goroutines: GoroutineTrend | None,
    spans: SpanOccupancies,
) -> Pooling | None:
    """Large objects have spans of their own. Whose they are no map says: that the program's own
    code uses a pool counts half.
    """
    putters, last = _putters(subject, binary), spans.last
    if not last.live_bytes:
        return None
    held, objects = float(last.large.object_bytes), float(last.large.count)
    bounded = _bounded(objects, subject, goroutines)
    share = held / last.live_bytes
    return Pooling(
        strength=ramp(share, 0.35, 0.65) * (0.3 * bool(putters) + 0.25 * bounded),
        summary=_summary(held, objects, putters),
        held_bytes=held,
        held_fraction=share,
        mean_block_bytes=held / max(objects, 1.0),
        objects=objects,
        bounded=bounded,
        grown_over_use=0.0,
        putters=putters,
        sites=(),
        source="span map",
    )


def _by_sites(
    subject: Subject,
    sites: SiteGrowth,
    binary: BinaryCalls | None,
    goroutines: GoroutineTrend | None,
) -> Pooling | None:
    """Look at the places that hold large blocks at the fullest look."""
    look = len(sites.look_seconds) - 1
    total = float(sites.total_bytes[look])
    if total <= 0:
        return None
    large = [site for site in sites.sites if float(site.large_bytes[look]) > 0.1 * total]
    held = sum(float(site.large_bytes[look]) for site in large)
    objects = sum(float(site.large_objects[look]) for site in large)
    putters = _putters(subject, binary)
    through_pool = _through_pool(large, sites, _users(putters, binary))
    bounded = _bounded(objects, subject, goroutines)
    uneven = _uneven(large)
    share = ramp(held / total, 0.35, 0.65)
    enlarged = _enlarged(large, objects) * bounded
    strength = share * (0.6 * max(through_pool, enlarged) + 0.25 * bounded + 0.15 * uneven)
    if not putters and binary is not None and enlarged < 0.5:
        strength *= 0.6  # a pool of the program's own making is still possible
    return Pooling(
        strength=float(min(1.0, strength)),
        summary=_summary(held, objects, putters),
        held_bytes=held,
        held_fraction=held / total,
        mean_block_bytes=held / max(objects, 1.0),
        objects=objects,
        bounded=bounded,
        grown_over_use=uneven,
        putters=putters,
        sites=tuple(sorted(large, key=lambda site: -site.large_bytes[look])),
    )


def _putters(subject: Subject, binary: BinaryCalls | None) -> tuple[Frame, ...]:
    """The user's functions that give to or take from a sync.Pool, or a channel as a free list.

    A free list takes and gives without waiting (select with a default); one of both is not enough.
    """
    if binary is None:
        return ()
    pool = _own(binary.of("sync.(*Pool).Put", "sync.(*Pool).Get"), subject)
    gives = _own(binary.of("runtime.selectnbsend"), subject)
    takes = _own(binary.of("runtime.selectnbrecv"), subject)
    return (*pool, *gives, *takes) if gives and takes else pool


def _own(frames: tuple[Frame, ...], subject: Subject) -> tuple[Frame, ...]:
    return tuple(frame for frame in frames if is_own(frame.function, frame.file, subject))


def _users(putters: tuple[Frame, ...], binary: BinaryCalls | None) -> set[str]:
    """Who uses a pool: those that call it, and those that call these (a pool of one's own)."""
    names = {enclosing(frame.function) for frame in putters}
    if binary is None:
        return names
    above = binary.of(*(frame.function for frame in putters))
    return names | {enclosing(frame.function) for frame in above}


def _through_pool(large: list[Site], sites: SiteGrowth, names: set[str]) -> float:
    """1 when the large blocks are allocated in or under functions that use a pool."""
    if not names or not large:
        return 0.0
    if any(enclosing(site.frame.function) in names for site in large):
        return 1.0
    held = max(float(site.large_bytes[-1]) for site in large)
    under = [
        float(caller.large_bytes[-1])
        for caller in sites.callers
        if enclosing(caller.frame.function) in names
    ]
    return ramp(max(under, default=0.0) / max(held, 1.0), 0.4, 0.8)


def _bounded(objects: float, subject: Subject, goroutines: GoroutineTrend | None) -> float:
    """A pool holds at most as many as were ever in use at once, twice that with its victims."""
    at_once = goroutines.peak if goroutines is not None else float("nan")
    if isnan(at_once):
        return 0.3
    procs = float(subject.gomaxprocs or 2)
    return ramp(objects / (2 * at_once + 4 * procs), 2.0, 1.0)


def _enlarged(large: list[Site], objects: float) -> float:
    """1 when the buffers grew while their number stayed: capacity that is kept, not more objects.

    A few objects say nothing: one slice that grows for ever does the same.
    """
    if objects < 8 or not large:
        return 0.0
    held = np.sum([site.large_bytes for site in large], axis=0)
    number = np.sum([site.large_objects for site in large], axis=0)
    early = np.flatnonzero((number >= 0.5 * number[-1]) & (held >= 0.05 * held[-1]))
    if not len(early):
        return 0.0
    start = int(early[0])
    larger = (held[-1] / number[-1]) / (held[start] / max(number[start], 1.0))
    more = number[-1] / max(number[start], 1.0)
    return ramp(float(larger), 1.5, 2.5) * ramp(float(more), 2.0, 1.3)


def _uneven(large: list[Site]) -> float:
    """1 when most of what these places ever allocated was far smaller than what they hold."""
    held = np.zeros(0)
    made = np.zeros(0)
    sizes = np.zeros(0)
    for site in large:
        rows = np.array([(size, used, ever) for size, (used, ever) in site.blocks.items()])
        if len(rows):
            sizes, held, made = (
                np.append(kept, rows[:, column]) for column, kept in enumerate((sizes, held, made))
            )
    if not held.sum() or not made.sum():
        return 0.0
    usual = float((sizes * sizes * held).sum() / (sizes * held).sum())  # where a byte of it is
    smaller = float(made[sizes < usual / 4].sum() / made.sum())
    return ramp(smaller, 0.3, 0.7)


def _summary(held: float, objects: float, putters: tuple[Frame, ...]) -> str:
    if not objects:
        return "what is in use is no large buffers"
    users = f", in code that uses a pool ({putters[0].function})" if putters else ""
    return (
        f"{bytes_text(held)} are {objects:.0f} large buffers of "
        f"{bytes_text(held / max(objects, 1.0))} each{users}"
    )
