"""Goroutines are started and never end; their number grows with the work served."""

from __future__ import annotations

from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.case.units import bytes_text
from goom.case.verdict import Blame, Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.blame import of_growth_since
from goom.signals.course import Course
from goom.signals.frames import enclosing, is_own, user_frames
from goom.signals.goroutine_growth import GoroutineGrowth
from goom.signals.goroutines import GoroutineTrend
from goom.signals.growth import Growth
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("goroutine_leak")
def goroutine_leak(
    goroutines: GoroutineTrend,
    grown: GoroutineGrowth,
    course: Course,
    subject: Subject,
    growth: Growth | None,
    sites: SiteGrowth | None,
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
        blame=_blame(grown, subject, sites),
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
    text = f"{fraction:.0%} of those added wait for a channel or a lock"
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
    pace = goroutines.line.slope_per_second
    rate = f"{pace:.0f} a second" if pace >= 1 else f"{pace * 3600:.0f} an hour"
    return (
        f"Goroutines grow from {grown.first:.0f} to {grown.last:.0f} ({rate}) and do not end; "
        f"{grown.blocked_fraction:.0%} of those added wait for a channel or a lock."
    )


def _blame(grown: GoroutineGrowth, subject: Subject, sites: SiteGrowth | None) -> tuple[Blame, ...]:
    """The place that waits, who started it, and the function that the goroutine runs.

    Goroutines of a library (an HTTP connection's) show no line of the user's: then whoever
    allocates what they hold comes first.
    """
    rows = {row.function: row for row in _waiting(grown, subject)}
    mine = [row for row in rows.values() if is_own(row.function, row.file, subject)]
    if not mine and sites is not None:
        held = of_growth_since(sites, 0.0, "what grew with them")
        own = [row for row in held if is_own(row.function, row.file, subject)]
        rows = {row.function: row for row in (*own, *rows.values())}
    return tuple(rows.values())[:6]


def _waiting(grown: GoroutineGrowth, subject: Subject) -> list[Blame]:
    total = sum(max(group.grown, 0.0) for group in grown.groups)
    rows: dict[str, Blame] = {}
    for group in grown.groups[:3]:
        share = max(group.grown, 0.0) / total if total > 0 else 0.0
        mine = user_frames(group.stack, subject)
        places = [(frame, f"{group.grown:.0f} more goroutines wait here") for frame in mine[:1]]
        places += [(frame, "starts them") for frame in group.creators[:1]]
        places += [(frame, "is what they run") for frame in mine[1:][-1:]]
        places += _parents(mine, group.creators)
        for frame, why in places:
            rows.setdefault(
                frame.function, Blame(frame.function, frame.file, frame.line, share, why)
            )
    return list(rows.values())


def _parents(mine: tuple[Frame, ...], known: tuple[Frame, ...]) -> list[tuple[Frame, str]]:
    """The function around a closure started it, as far as a profile alone can tell."""
    if known or not mine:
        return []
    entry = mine[-1]
    outer = enclosing(entry.function)
    if outer == entry.function:
        return []
    return [(Frame(outer, entry.file, entry.line), "holds the closure that they run")]
