"""Goroutines are started and never end; their number grows with the work served."""

from __future__ import annotations

from dataclasses import replace

from goom.case.goroutine_leak import AGAINST, FOR, NOT_SEEN, GoroutineLeak, GoroutineLeaks
from goom.case.names import short_function
from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.course import Course
from goom.signals.goroutine_blame import GoroutineBlame
from goom.signals.goroutine_growth import GoroutineGrowth
from goom.signals.goroutines import GoroutineTrend
from goom.signals.growth import Growth
from goom.signals.leaks.votes import AGE, NEVER_WOKEN
from goom.signals.trend import ramp

_BY_ONE_SIGNAL = 0.8  # the most that one signal makes; two that agree may make more


@detector("goroutine_leak")
def goroutine_leak(
    goroutines: GoroutineTrend,
    grown: GoroutineGrowth,
    course: Course,
    growth: Growth | None,
    blamed: GoroutineBlame | None,
    leaks: GoroutineLeaks | None,
) -> Hypothesis:
    """Goroutines are started and never end; their number grows with the work served.

    What it sees:
        Goroutines by where they were started and where they wait: one finding for each such
        group, on which five signals vote. Growth: it rises to the end, beyond its own scatter,
        not in a step and not up to a cap. Age: members of an early dump are still there in a
        late one, or their waits reach from one minute to many. Never woken: the runtime's own
        goroutine leak profile names them. Retained bytes: stacks rise with them. Threads: those
        in C or in system calls hold one each.

    Why it hurts:
        Each goroutine keeps its stack (2 KiB and up) and all that its frames can reach; the
        collector must scan every stack. It ends with the limit, whatever GOGC says.

    How sure:
        Two of growth, age, never woken and threads must agree before it is called sure; one
        alone makes a confidence of 0.8 at most. Two ``debug=2`` dumps, some time apart, tell
        those that stay from those that come and go. The runtime's goroutineleak profile (1.27;
        1.26 built with GOEXPERIMENT=goroutineleakprofile) settles it for what it names. It cannot
        see what waits for the network, or on a channel that a package variable or a running
        ticker still holds, so that it names nothing speaks for nobody.

    What else looks like this:
        A fleet of workers (many but steady), a pool that fills to its cap, a burst of requests
        in flight (falls again), more load from minute to minute (each of them ends), connections
        that are rightly idle. A pool that is still filling when the observation ends looks just
        like a leak.

    References:
        runtime/proc.go (goparkunlock and the wait reasons of runtime2.go); runtime/pprof
        goroutine and goroutineleak profiles; findGoroutineLeaks in runtime/mgc.go (1.26+).
    """
    weighing = Weighing()
    _count(weighing, grown)
    _waits(weighing, goroutines, grown)
    _votes(weighing, leaks, grown)
    _memory(weighing, grown, growth)
    if course.burst is not None and course.bursting > 0.2:
        weighing.minus(3.0 * course.bursting, course.burst.text, "memory and work over time")
    if not _aged(leaks) and goroutines.longest_wait_minutes == 0:
        weighing.lacks("two goroutine dumps, some minutes apart (…/goroutine?debug=2)")
    said = weighing.hypothesis(
        "goroutine_leak",
        _summary(grown, goroutines, leaks),
        blame=blamed.rows if blamed is not None else (),
        scenario="over_hours",
    )
    agree = leaks is not None and any(leak.independent >= 2 for leak in leaks.likely)
    return said if agree else replace(said, most_confidence=_BY_ONE_SIGNAL)


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


def _votes(weighing: Weighing, leaks: GoroutineLeaks | None, grown: GoroutineGrowth) -> None:
    """What the largest likely group's members do; growth is weighed with the sum of all."""
    leak = _first(leaks)
    if leak is None or grown.strength < 0.1:
        return
    where = short_function(leak.waits_at.function)
    age, woken = leak.vote(AGE), leak.vote(NEVER_WOKEN)
    if age is not None:
        said = f"{where}: {age.text}"
        weighing.plus(min(age.weight, 1.5) if age.side == FOR else 0.0, said, age.source)
        weighing.minus(age.weight if age.side == AGAINST else 0.0, said, age.source)
    if woken is None or woken.side != FOR:
        return
    weighing.plus(min(0.5 * woken.weight, 1.0), f"{where}: {woken.text}", woken.source)


def _first(leaks: GoroutineLeaks | None) -> GoroutineLeak | None:
    """The likeliest; of those about as likely the largest."""
    if leaks is None or not leaks.all:
        return None
    best = leaks.all[0].confidence
    return max(
        (leak for leak in leaks.all if leak.confidence > best - 0.1), key=lambda leak: leak.grown
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


def _unmoved(leaks: GoroutineLeaks | None, grown: GoroutineGrowth) -> str:
    """One look shows no growth: what it shows is who waits."""
    leak = _first(leaks)
    if leak is None:
        return f"{grown.last:.0f} goroutines were seen, once."
    where = short_function(leak.waits_at.function)
    return f"{leak.count:,} goroutines wait in {where}{_in(leak)} and do not end."


def _in(leak: GoroutineLeak) -> str:
    return f" ({leak.wait})" if leak.wait else ""


def _aged(leaks: GoroutineLeaks | None) -> bool:
    """Whether their age, or the runtime's own word, is known of the likeliest."""
    leak = _first(leaks)
    known = [leak.vote(AGE), leak.vote(NEVER_WOKEN)] if leak is not None else []
    return any(vote is not None and vote.side != NOT_SEEN for vote in known)


def _summary(
    grown: GoroutineGrowth, goroutines: GoroutineTrend, leaks: GoroutineLeaks | None
) -> str:
    seconds = float(goroutines.time_seconds[-1] - goroutines.time_seconds[0])
    pace = (grown.last - grown.first) / seconds if seconds > 0 else 0.0
    rate = f"{pace:.0f} a second" if pace >= 1 else f"{pace * 3600:.0f} an hour"
    if grown.last - grown.first < 1:
        return _unmoved(leaks, grown)
    rise = f"Goroutines grow from {grown.first:.0f} to {grown.last:.0f} ({rate}) and do not end"
    leak = _first(leaks)
    if leak is None or leak.confidence < 0.5:
        return f"{rise}; {grown.blocked_fraction:.0%} of those added wait for a channel or a lock."
    by = short_function(leak.created_at.function)
    started = f", started by {by}" if by else ""
    where = short_function(leak.waits_at.function)
    return f"{rise}; {leak.count} wait in {where}{_in(leak)}{started}."
