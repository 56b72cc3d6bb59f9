"""What collection costs, and which of GOGC and the memory limit sets its pace."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.binary import BinaryCalls
from goom.case.gctrace import Flags, GCCycles, GCTrace
from goom.case.series import ProcessSeries
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.rooms import signal
from goom.signals.exec_trace.cost import TraceCost
from goom.signals.gc_pace import allocation_rate, limit_driven, may_be_limited, pace
from goom.signals.gc_processes import main_process, of_process
from goom.signals.timebase import Timebase
from goom.signals.trend import ramp
from goom.signals.xray_course import XrayCourse

Floats = NDArray[np.float64]
_SETTLE_FRACTION = 0.15  # the start of a run is not its pace


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GCCost:
    """Collection over the settled part of the run (the first 15 % of its time left out).

    GC CPU leaves idle-time marking out: nobody else wanted that CPU.
    ``share_of_process_fraction`` is GC CPU over all CPU that the process used, idle-time marking
    included, as the runtime times its workers by the wall clock and overstates them when the
    machine is busy;
    ``share_of_machine_fraction`` over GOMAXPROCS times wall time, what the CPU limiter looks at.
    ``goal_ratio`` is goal over marked (median): 2 with GOGC=100; ``effective_gogc_percent`` what
    GOGC would have to be for it. ``resting_fraction`` is the share of wall time with no mark phase.
    ``limit_driven_fraction``: cycles whose goal lies clearly below what GOGC alone would set.
    ``longest_pause_seconds`` is nan of X-ray, which sees only their sum.
    ``allocated_bytes_per_second`` counts what reached the heap between the marks.
    """

    cycles: int
    forced_cycles: int
    cycles_per_second: float
    gc_cpu_seconds: float
    idle_cpu_seconds: float
    process_cpu_seconds: float  # nan without /proc
    share_of_process_fraction: float
    share_of_machine_fraction: float
    assist_fraction: float  # of GC CPU
    goal_ratio: float
    effective_gogc_percent: float
    resting_fraction: float
    limit_driven_fraction: float
    allocated_bytes_per_second: float
    stacks_scanned_bytes: float
    longest_pause_seconds: float
    procs: int
    source: str = "gctrace and /proc"

    @property
    def burden(self) -> float:
        """0 to 1: how much too large the collector's share is, of CPU that is worth a word.

        A collector at its normal pace takes 25 % of GOMAXPROCS while it marks, a few per cent of
        the CPU over all; without /proc only the share of the machine is known.
        """
        if isnan(self.share_of_process_fraction):
            return ramp(self.share_of_machine_fraction, 0.07, 0.16)
        worth = ramp(self.share_of_machine_fraction, 0.01, 0.03)
        return ramp(self.share_of_process_fraction, 0.12, 0.24) * worth

    @property
    def restless(self) -> float:
        """0 to 1: a memory limit has the collector mark most of the time.

        Be it on CPUs that nobody else wanted: a CPU quota and a bill count those as well.
        """
        return ramp(self.limit_driven_fraction, 0.3, 0.7) * ramp(self.resting_fraction, 0.7, 0.4)

    @property
    def share_text(self) -> str:
        """The collector's share in words, of what is known."""
        machine = f"the collector used {self.share_of_machine_fraction:.0%} of the CPU that Go had"
        if isnan(self.share_of_process_fraction):
            return machine
        return f"{machine}, {self.share_of_process_fraction:.0%} of what the process used"


@signal
def gc_cost(  # noqa: PLR0913, PLR0917 - everything that may tell of it
    clock: Timebase,
    trace: GCTrace | None,
    subject: Subject,
    process: ProcessSeries | None,
    binary: BinaryCalls | None = None,
    xray: XrayCourse | None = None,
    traced: TraceCost | None = None,
) -> GCCost | None:
    """By gctrace, X-ray or an execution trace, in this order; None under three cycles."""
    if trace is None:
        seen = _from_looks(clock, xray, process) if xray is not None else None
        return seen or _from_execution(traced, subject, binary)
    return _from_log(clock, trace, process, subject, binary)


def _from_log(
    clock: Timebase,
    trace: GCTrace,
    process: ProcessSeries | None,
    subject: Subject,
    binary: BinaryCalls | None,
) -> GCCost | None:
    trace = of_process(trace, main_process(trace))
    cycles = trace.cycles
    if len(cycles) < 3:
        return None
    time = clock.of_trace(trace)
    settled = _settled(time, clock.end_seconds)
    wall = max(clock.end_seconds - float(time[settled][0]), 1e-3)
    gc_cpu = float(_gc_cpu(cycles)[settled].sum())
    idle = float(cycles.idle_cpu_seconds[settled].sum())
    used = _process_cpu(clock, process, float(time[settled][0]))
    procs = int(np.median(cycles.procs[settled])) or 1
    ratio, gogc = pace(cycles, settled)
    return GCCost(
        cycles=int(settled.sum()),
        forced_cycles=int(cycles.forced[settled].sum()),
        cycles_per_second=float(settled.sum()) / wall,
        gc_cpu_seconds=gc_cpu,
        idle_cpu_seconds=idle,
        process_cpu_seconds=used,
        share_of_process_fraction=_share(gc_cpu, used),
        share_of_machine_fraction=gc_cpu / (wall * procs),
        assist_fraction=float(cycles.assist_cpu_seconds[settled].sum()) / max(gc_cpu, 1e-9),
        goal_ratio=ratio,
        effective_gogc_percent=gogc,
        resting_fraction=max(0.0, 1.0 - float(_marking(cycles)[settled].sum()) / wall),
        limit_driven_fraction=limit_driven(cycles, settled, subject, binary),
        allocated_bytes_per_second=allocation_rate(cycles, settled, wall),
        stacks_scanned_bytes=float(np.median(cycles.stacks_bytes[settled])),
        longest_pause_seconds=float(_pauses(cycles)[settled].max()),
        procs=procs,
    )


def _from_looks(clock: Timebase, xray: XrayCourse, process: ProcessSeries | None) -> GCCost | None:
    """Between the first and the last look past the start; the runtime sums up at a cycle's end."""
    time = clock.since_start(xray.time_seconds)
    settled = _settled(time, clock.end_seconds)

    def rise(column: Floats) -> float:
        return float(column[settled][-1] - column[settled][0])

    cycles, wall = rise(xray.cycles), rise(time)
    gc_cpu = rise(xray.assist_seconds + xray.dedicated_seconds + xray.pause_cpu_seconds)
    if cycles < 3 or wall <= 0 or isnan(gc_cpu):
        return None
    used = _process_cpu(clock, process, float(time[settled][0]))
    procs = int(np.median(xray.procs[settled])) or 1
    marked = xray.heap_marked_bytes[settled]
    large = (marked >= 4 * MIB) & ~np.isnan(xray.goal_bytes[settled])
    goal = xray.goal_bytes[settled][large] / marked[large]
    ratio = float(np.median(goal)) if large.any() else nan
    driven = float(xray.limit_driven[settled][large].mean()) if large.any() else 0.0
    marking = _marking_of(gc_cpu + rise(xray.idle_seconds), rise(xray.dedicated_seconds), procs)
    return GCCost(
        cycles=int(cycles),
        forced_cycles=int(rise(xray.forced_cycles)),
        cycles_per_second=cycles / wall,
        gc_cpu_seconds=gc_cpu,
        idle_cpu_seconds=rise(xray.idle_seconds),
        process_cpu_seconds=used,
        share_of_process_fraction=_share(gc_cpu, used),
        share_of_machine_fraction=gc_cpu / (wall * procs),
        assist_fraction=rise(xray.assist_seconds) / max(gc_cpu, 1e-9),
        goal_ratio=ratio,
        effective_gogc_percent=_effective_gogc(xray, np.flatnonzero(settled)[large]),
        resting_fraction=min(max(0.0, 1.0 - marking / wall), 1.0),
        limit_driven_fraction=driven,
        allocated_bytes_per_second=rise(xray.allocated_bytes) / wall,
        stacks_scanned_bytes=nan,
        longest_pause_seconds=nan,
        procs=procs,
        source="X-ray",
    )


def _marking_of(cpu_seconds: float, dedicated_seconds: float, procs: int) -> float:
    """Wall time of the marks: workers are given a quarter of the Ps (gcBackgroundUtilization), and
    where idle Ps do their work, it still takes the time that all Ps together need for it.
    """
    return float(np.fmax(dedicated_seconds / (0.25 * procs), cpu_seconds / procs))


def _effective_gogc(xray: XrayCourse, rows: NDArray[np.intp]) -> float:
    """GOGC is a percentage of marked, stacks and globals (commit, mgcpacer.go): what these come to
    its own goal tells, and where it is off, marked stands for all. nan for tiny heaps.
    """
    marked, gogc = xray.heap_marked_bytes[rows], xray.gogc_percent[rows]
    base = 100.0 * (xray.gogc_goal_bytes[rows] - marked) / np.where(gogc > 0, gogc, nan)
    base = np.where(np.isfinite(base) & (base > 0), base, marked)
    runway = np.maximum(xray.goal_bytes[rows] - marked, 0.0)
    return float(np.median(100.0 * runway / base)) if len(rows) else nan


def _from_execution(
    traced: TraceCost | None, subject: Subject, binary: BinaryCalls | None
) -> GCCost | None:
    """A sample of some seconds; stacks and globals, which GOGC counts too, are not known."""
    if traced is None:
        return None
    wall, gc_cpu = traced.wall_seconds, traced.gc_cpu_seconds
    gogc = 100 if subject.gogc_percent is None else subject.gogc_percent
    below = gogc < 0 or traced.goal_ratio - 1 < 0.8 * gogc / 100
    return GCCost(
        cycles=traced.cycles,
        forced_cycles=0,
        cycles_per_second=traced.cycles / wall,
        gc_cpu_seconds=gc_cpu,
        idle_cpu_seconds=traced.idle_cpu_seconds,
        process_cpu_seconds=traced.used_cpu_seconds,
        share_of_process_fraction=_share(gc_cpu, traced.used_cpu_seconds),
        share_of_machine_fraction=gc_cpu / (wall * traced.procs),
        assist_fraction=traced.assist_cpu_seconds / max(gc_cpu, 1e-9),
        goal_ratio=traced.goal_ratio,
        effective_gogc_percent=100 * (traced.goal_ratio - 1),
        resting_fraction=max(0.0, 1.0 - traced.marking_seconds / wall),
        limit_driven_fraction=float(below and may_be_limited(subject, binary)),
        allocated_bytes_per_second=traced.allocated_bytes / wall,
        stacks_scanned_bytes=nan,
        longest_pause_seconds=traced.longest_pause_seconds,
        procs=traced.procs,
        source="execution trace",
    )


def _pauses(cycles: GCCycles) -> Floats:
    """The longer of the two stops of each cycle."""
    return np.maximum(cycles.sweep_termination_seconds, cycles.mark_termination_seconds)


def _settled(time: Floats, end_seconds: float) -> Flags:
    """Which cycles are past the start; all of them where hardly any is."""
    past = time >= time[0] + _SETTLE_FRACTION * (end_seconds - time[0])
    return past if past.sum() >= 3 else np.ones(len(time), dtype=bool)


def _share(gc_cpu: float, used: float) -> float:
    return nan if isnan(used) else gc_cpu / max(used, gc_cpu, 1e-6)


def _gc_cpu(cycles: GCCycles) -> Floats:
    return np.asarray(
        cycles.sweep_termination_cpu_seconds
        + cycles.assist_cpu_seconds
        + cycles.background_cpu_seconds
        + cycles.mark_termination_cpu_seconds
    )


def _marking(cycles: GCCycles) -> Floats:
    return np.asarray(
        cycles.sweep_termination_seconds + cycles.mark_seconds + cycles.mark_termination_seconds
    )


def _process_cpu(clock: Timebase, process: ProcessSeries | None, since: float) -> float:
    """CPU seconds of the process from ``since`` to the end; nan when nobody looked."""
    if process is None:
        return nan
    user, system = process.get("user_seconds"), process.get("system_seconds")
    if user is None or system is None:
        return nan
    time, total = clock.since_start(process.time_seconds), user + system
    time, total = time[~np.isnan(total)], total[~np.isnan(total)]
    if not len(time) or time[-1] <= since:
        return nan
    return float(total[-1] - np.interp(since, time, total))
