"""Goroutines are started and never end; their number grows with the work served."""

from __future__ import annotations

from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.course import Course
from goom.signals.goroutine_blame import GoroutineBlame
from goom.signals.goroutine_growth import GoroutineGrowth
from goom.signals.goroutines import GoroutineTrend
from goom.signals.growth import Growth
from goom.signals.trend import ramp


@detector("goroutine_leak")
def goroutine_leak(
    goroutines: GoroutineTrend,
    grown: GoroutineGrowth,
    course: Course,
    growth: Growth | None,
    blamed: GoroutineBlame | None,
) -> Hypothesis:
    """Goroutines are started and never end; their number grows with the work served.

    What it sees:
        The number of goroutines rises to the end of the observation, and those that were added
        wait for a peer (a channel, a lock) that does not come.

    Why it hurts:
        Each goroutine keeps its stack (2 KiB and up) and all that its frames can reach; the
        collector must scan every stack. It ends with the limit, whatever GOGC says.

    How sure:
        The count over time, the wait of the group that grows, and waits of minutes in a
        ``debug=2`` dump. The runtime's own goroutineleak profile (1.26 and later) settles it.

    What else looks like this:
        A fleet of workers (many but steady), a burst of requests in flight (falls again),
        connections that are rightly idle.

    References:
        runtime/proc.go (goparkunlock and the wait reasons of runtime2.go); runtime/pprof
        goroutine and goroutineleak profiles; findGoroutineLeaks in runtime/mgc.go (1.26+).
    """
    weighing = Weighing()
    _count(weighing, grown)
    _waits(weighing, goroutines, grown)
    _memory(weighing, grown, growth)
    if course.burst is not None and course.bursting > 0.2:
        weighing.minus(3.0 * course.bursting, course.burst.text, "memory and work over time")
    if goroutines.longest_wait_minutes == 0 and goroutines.leaked_by_runtime == 0:
        weighing.lacks("a goroutine dump with wait times, some minutes in (…/goroutine?debug=2)")
    return weighing.hypothesis(
        "goroutine_leak",
        _summary(grown, goroutines),
        blame=blamed.rows if blamed is not None else (),
        scenario="over_hours",
    )


def _count(weighing: Weighing, grown: GoroutineGrowth) -> None:
    text = f"goroutines rose from {grown.first:.0f} to {grown.last:.0f}"
    weighing.plus(6.5 * grown.strength, text, "goroutine profiles")
    weighing.minus(
        3.0 * ramp(grown.strength, 0.35, 0.05),
        f"goroutines: {grown.first:.0f} at first, {grown.last:.0f} at the end",
        "goroutine profiles",
    )
    if grown.last > 1.3 * grown.first:
        weighing.minus(2.0 * (1.0 - grown.late), "their number levels off", "goroutine profiles")


def _waits(weighing: Weighing, goroutines: GoroutineTrend, grown: GoroutineGrowth) -> None:
    if grown.strength < 0.1:
        return
    fraction = grown.blocked_fraction
    text = f"{fraction:.0%} of those added wait for a channel, a lock or C"
    weighing.plus(1.5 * ramp(fraction, 0.4, 0.8), text, "goroutine profiles")
    weighing.minus(1.5 * ramp(fraction, 0.3, 0.05), text, "goroutine profiles")
    many = goroutines.waiting_over_a_minute
    weighing.plus(
        1.5 * ramp(many / max(grown.last, 1.0), 0.1, 0.5),
        f"{many} goroutines have waited a minute or more "
        f"(the longest {goroutines.longest_wait_minutes} minutes)",
        "goroutine dump",
    )
    weighing.plus(
        3.0 * ramp(goroutines.leaked_by_runtime, 1, 20),
        f"the runtime itself found {goroutines.leaked_by_runtime} leaked goroutines",
        "goroutineleak profile",
    )


def _memory(weighing: Weighing, grown: GoroutineGrowth, growth: Growth | None) -> None:
    """Growth of memory by goroutine added: a few KiB and up is what each of them holds."""
    added = grown.last - grown.first
    if growth is None or added < 10 or growth.grown_total <= 0:
        return
    each = growth.grown_total / added
    weighing.plus(
        1.0 * ramp(each, 1024, 2048) * ramp(grown.strength, 0.2, 0.6),
        f"memory grew by {bytes_text(each)} for each goroutine added",
        growth.source,
    )
    # thousands of KiB for each: the goroutines are not what holds the memory
    weighing.minus(
        2.5 * ramp(each, 1.5e6, 8e6),
        f"memory grew by {bytes_text(each)} for each goroutine added: too much for them to hold",
        growth.source,
    )


def _summary(grown: GoroutineGrowth, goroutines: GoroutineTrend) -> str:
    seconds = float(goroutines.time_seconds[-1] - goroutines.time_seconds[0])
    pace = (grown.last - grown.first) / seconds if seconds > 0 else 0.0
    rate = f"{pace:.0f} a second" if pace >= 1 else f"{pace * 3600:.0f} an hour"
    return (
        f"Goroutines grow from {grown.first:.0f} to {grown.last:.0f} ({rate}) and do not end; "
        f"{grown.blocked_fraction:.0%} of those added wait for a channel or a lock."
    )
