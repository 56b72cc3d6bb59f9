"""A pool keeps buffers at the size of the largest use they ever had."""

from __future__ import annotations

from math import nan

from goom.case.units import bytes_text
from goom.case.verdict import Blame, Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.blame import of_frames, of_holdings
from goom.signals.course import Course
from goom.signals.growth import Growth
from goom.signals.pooling import Pooling
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("pool_retention")
def pool_retention(
    pooling: Pooling,
    course: Course,
    growth: Growth,
    sites: SiteGrowth | None,
) -> Hypothesis:
    """A pool keeps buffers at the size of the largest use they ever had.

    What it sees:
        Most of the reachable heap is a few large buffers, no more than goroutines could have used
        at once, allocated in code that hands them back to a pool, although most uses are small.

    Why it hurts:
        One rare large request after the other enlarges each buffer of the pool. A busy sync.Pool
        is never emptied: an entry survives one collection in the victim cache and is taken again.

    How sure:
        The heap profile says sizes and numbers, the binary which functions use a sync.Pool. A
        pool of the program's own (a channel, a list) shows only by its bounded number. Without a
        profile a span map counts the large objects, but does not say whose they are.

    What else looks like this:
        A leak of large objects (their number passes that of the goroutines and goes on rising), a
        burst of large requests in flight, a cache of large values.

    References:
        sync.Pool in sync/pool.go (poolCleanup, victim); golang.org/issue/23199 (unbounded
        buffers in pools).
    """
    weighing = Weighing()
    size = ramp(pooling.held_bytes, 8e6, 24e6)
    _buffers(weighing, pooling, size)
    share = growth.share(growth.marked)
    held = f"{share:.0%} of the memory at the peak is reachable heap"
    weighing.plus(0.7 * ramp(share, 0.3, 0.6) * size, held, growth.source)
    weighing.minus(2.0 * ramp(share, 0.3, 0.1), held, growth.source)
    _rivals(weighing, course)
    return weighing.hypothesis(
        "pool_retention",
        f"A pool holds {bytes_text(pooling.held_bytes)} in {pooling.objects:.0f} buffers "
        f"of {bytes_text(pooling.mean_block_bytes)}, the size of their largest use.",
        blame=_blame(pooling, sites),
        scenario="over_hours",
    )


def _buffers(weighing: Weighing, pooling: Pooling, size: float) -> None:
    weighing.plus(5.5 * ramp(pooling.strength, 0.25, 0.8) * size, pooling.summary, pooling.source)
    weighing.minus(3.5 * ramp(pooling.strength, 0.5, 0.2), pooling.summary, pooling.source)
    weighing.minus(3.0 * (1.0 - size), f"only {bytes_text(pooling.held_bytes)} of it", "heap")
    if pooling.strength > 0.2:
        bounded = f"{pooling.objects:.0f} buffers: no more than could have been in use at once"
        weighing.plus(1.0 * pooling.bounded, bounded, "heap and goroutine profiles")
        small = "most of what these places ever allocated was far smaller"
        weighing.plus(0.7 * pooling.grown_over_use, small, "heap profile")


def _rivals(weighing: Weighing, course: Course) -> None:
    if course.burst is not None:
        weighing.minus(2.5 * course.bursting, course.burst.text, "memory and work over time")
    weighing.minus(2.0 * course.starting, "the peak belongs to the start", "memory over time")
    weighing.minus(3.0 * course.piling_up, "goroutines pile up", "goroutine profiles")
    far = ramp(course.harm.peak_fraction, 0.75, 0.4)
    weighing.minus(2.0 * far, "memory is far from the limit", "usage")


def _blame(pooling: Pooling, sites: SiteGrowth | None) -> tuple[Blame, ...]:
    """Who allocates the large buffers, then who hands them back."""
    if sites is None:
        why = "uses a pool; nothing says whether the large objects are its own"
        return of_frames(pooling.putters[:2], nan, why)
    rows = {
        row.function: row
        for row in of_holdings(sites, len(sites.look_seconds) - 1, "what is in use")
    }
    for frame in pooling.putters[:4]:
        share = pooling.held_fraction
        rows.setdefault(
            frame.function,
            Blame(frame.function, frame.file, frame.line, share, "hands buffers back to the pool"),
        )
    ordered = list(rows.values())
    names = {frame.function for frame in pooling.putters}
    ordered.sort(key=lambda row: (row.function not in names) * (row.share_fraction < 0.3))
    return tuple(ordered[:6])
