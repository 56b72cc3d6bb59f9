"""Small evidence for tests of single signals: a clock, a GC log, profiles, series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from goom.case.gctrace import GCTrace
from goom.case.profile import Frame, Profile
from goom.case.series import CgroupSeries, MemStatsSeries, ProcessSeries
from goom.case.units import MIB
from goom.formats import gctrace
from goom.signals.marked_heap import MarkedHeap
from goom.signals.onset import Onset, shape
from goom.signals.timebase import Timebase
from goom.signals.trend import floors, trend
from tests.detectors.world import START, profile

HEAP = ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")


def clock(end_seconds: float = 30.0, *, from_start: bool = True) -> Timebase:
    """Zero is START."""
    return Timebase(START, from_start, end_seconds)


Cycle = tuple[float, int, int, int]


def log(cycles: Iterable[Cycle], cpu_ms: float = 10, others: Iterable[Cycle] = ()) -> GCTrace:
    """Cycles of (seconds, heap at the end, marked, goal) in MiB, on two procs; ``others`` are
    those of a second process in the same log.
    """
    lines = [
        f"gc {number} @{at:.3f}s 1%: 0.05+{cpu_ms / 2}+0.05 ms clock, "
        f"0.1+0/{cpu_ms}/0+0.1 ms cpu, {end}->{end}->{marked} MB, {goal} MB goal, "
        "0 MB stacks, 0 MB globals, 2 P\n"
        for some in (cycles, others)
        for number, (at, end, marked, goal) in enumerate(some, 1)
    ]
    return gctrace.parse("".join(lines).encode(), started_at_seconds=START)


def marked(time: Sequence[float], mib: Sequence[float], survival: float = np.nan) -> MarkedHeap:
    """Marks at these times."""
    at, held = np.array(time, dtype=float), np.array(mib, dtype=float) * MIB
    return MarkedHeap(
        time_seconds=at,
        bytes=held,
        goal_bytes=np.full(len(held), np.nan),
        floor=trend(*floors(at, held)),
        survival_fraction=survival,
        survival_by_cycle=np.full(len(held), np.nan),
        heap_at_end_bytes=np.nan,
        source="gctrace",
    )


def memstats(time: Sequence[float], **columns: Sequence[float]) -> MemStatsSeries:
    """Looks at seconds since START."""
    named = {name: np.array(column, dtype=float) for name, column in columns.items()}
    return MemStatsSeries(START + np.array(time, dtype=float), named)


def process(time: Sequence[float], **columns: Sequence[float]) -> ProcessSeries:
    """Looks at seconds since START."""
    named = {name: np.array(column, dtype=float) for name, column in columns.items()}
    return ProcessSeries(START + np.array(time, dtype=float), named)


def cgroup(time: Sequence[float], **columns: Sequence[float]) -> CgroupSeries:
    """Looks at seconds since START."""
    named = {name: np.array(column, dtype=float) for name, column in columns.items()}
    return CgroupSeries(START + np.array(time, dtype=float), named)


def heap(now: float, *rows: tuple[tuple[Frame, ...], float], block: int = 1024) -> Profile:
    """A heap profile of stacks that hold so many bytes each, and made three times as many."""
    return profile(
        "heap",
        now,
        HEAP,
        [(stack, (held, held / block, 3 * held, 3 * held / block), block) for stack, held in rows],
    )


def goroutines(now: float, *rows: tuple[tuple[Frame, ...], float]) -> Profile:
    """A goroutine profile."""
    return profile("goroutine", now, ("goroutine",), [(stack, (n,), 0) for stack, n in rows])


def frames(*functions: str) -> tuple[Frame, ...]:
    """A stack, leaf first; a function of main stands in /src/app."""
    return tuple(Frame(name, _file(name), 10 + place) for place, name in enumerate(functions))


def _file(function: str) -> str:
    folder, slash, name = function.rpartition("/")
    package = folder + slash + name.partition(".")[0]
    return "/src/app/app.go" if package == "main" else f"/usr/local/go/src/{package}/x.go"


def rise(*points: tuple[float, float]) -> Onset:
    """The shape of straight lines between (seconds, MiB), in 200 looks."""
    time, value = (np.array(side, dtype=float) for side in zip(*points, strict=True))
    looks = np.linspace(time[0], time[-1], 200)
    found = shape(looks, np.interp(looks, time, value) * MIB)
    assert found is not None
    return found
