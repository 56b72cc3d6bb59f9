"""The vote of each signal on one group of goroutines, in log-odds."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from goom.case.goroutine_leak import AGAINST, FOR, NOT_SEEN, LeakVote
from goom.case.units import bytes_text, seconds_text
from goom.signals.frames import is_standard_library
from goom.signals.leaks.groups import LeakGroup
from goom.signals.leaks.growth import GroupGrowth
from goom.signals.leaks.marks import LeakMarks
from goom.signals.leaks.members import LEAST_OLD, LeakMembers, Members
from goom.signals.leaks.memory import LeakMemory
from goom.signals.trend import ramp

GROWTH, AGE, NEVER_WOKEN = "growth", "age", "never woken"
RETAINED, THREADS = "retained bytes", "threads"
_PROFILES, _DUMPS = "goroutine profiles", "goroutine dumps"
# A wait for the network or the clock ends by itself more often than one for another goroutine.
_BY_KIND = {"peer": 1.0, "outside": 1.0, "self": 0.8, "unknown": 0.8, "network": 0.75}
_LEAST_KIND, _IDLE_CONNECTION = 0.4, 0.45
_TRICKLE = 0.3  # of the growth: what leaves is that much less than what comes
_FEWEST_LOOKS = 4
_SEEN_BY_RUNTIME = ("chan ", "select", "sync.", "semacquire")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeakEvidence:
    """What is known beside the group itself; None where nobody looked."""

    members: LeakMembers | None
    marks: LeakMarks | None
    memory: LeakMemory
    threads_grown: float  # threads of the process, last less first; nan unknown


def votes(
    group: LeakGroup, growth: GroupGrowth, members: Members, seen: LeakEvidence
) -> tuple[LeakVote, ...]:
    """All five, in the order in which a report shows them."""
    return (
        growth_vote(group, growth),
        age_vote(group, members, seen.members, growth.per_second),
        mark_vote(group, seen.marks),
        memory_vote(group, seen.memory),
        thread_vote(group, seen.threads_grown),
    )


def _lasting(group: LeakGroup) -> float:
    """How surely such a wait does not end by itself. A connection that a library keeps open
    between two requests is right to wait for the network.
    """
    place = group.waits_at
    if group.kind == "network" and is_standard_library(place.function, place.file):
        return _IDLE_CONNECTION
    return _BY_KIND.get(group.kind, _LEAST_KIND)


def growth_vote(group: LeakGroup, growth: GroupGrowth) -> LeakVote:
    """Grows with the time to the very end, or in a step, to a cap, not at all."""
    if growth.looks < _FEWEST_LOOKS:
        return _few_looks(group, growth)
    grown = growth.last - growth.first
    weight = 3.5 * growth.strength * ramp(grown, 4, 30) * _lasting(group)
    over = f"in {seconds_text(growth.span_seconds)}, {growth.looks} looks"
    if weight > 0.5:
        text = f"{growth.first:.0f} → {growth.last:.0f} {over}, rising to the end"
        return LeakVote(GROWTH, FOR, weight, text, _PROFILES)
    if growth.levelled > 0.3 and growth.rises > 0.2:
        text = (
            f"grew to {growth.last:.0f} and has not grown in the last "
            f"{seconds_text(growth.flat_seconds)}"
        )
        return LeakVote(GROWTH, AGAINST, 3.0 * growth.levelled, text, _PROFILES)
    if growth.step > 0.3 and grown > 0:
        text = f"{growth.first:.0f} → {growth.last:.0f} in one step, not with the work"
        return LeakVote(GROWTH, AGAINST, 1.5 * growth.step, text, _PROFILES)
    if growth.fell > 0.3:
        text = f"{growth.fell:.0%} of the highest count is gone again ({over})"
        return LeakVote(GROWTH, AGAINST, 2.5 * ramp(growth.fell, 0.1, 0.4), text, _PROFILES)
    text = f"{growth.first:.0f} → {growth.last:.0f} {over}: no trend beyond the scatter"
    return LeakVote(GROWTH, AGAINST, 2.0 * (1.0 - growth.strength), text, _PROFILES)


def _few_looks(group: LeakGroup, growth: GroupGrowth) -> LeakVote:
    if growth.looks < 2 or growth.span_seconds <= 0:
        return _not_seen(GROWTH, "one look: no growth can be seen; take goroutine profiles later")
    grown = growth.last - growth.first
    weight = 1.2 * ramp(grown / max(growth.first, 8.0), 0.5, 2.0) * ramp(grown, 10, 60)
    text = f"{growth.first:.0f} → {growth.last:.0f}, but {growth.looks} looks are no trend"
    weight *= _lasting(group)
    if weight > 0.1:
        return LeakVote(GROWTH, FOR, min(weight, 0.9), text, _PROFILES)
    return _not_seen(GROWTH, text)


def age_vote(
    group: LeakGroup, members: Members, seen: LeakMembers | None, per_second: float
) -> LeakVote:
    """Do members stay, and do the oldest grow ever older? ``per_second``: what the group grows."""
    if seen is None:
        return _not_seen(AGE, "no dump names goroutines (goroutine?debug=2, twice)")
    staying, waiting = _staying(group, members, per_second), _waiting(group, members)
    if staying is None:
        return waiting or _not_seen(
            AGE, "no two dumps hold this group, and none waits for minutes in the last"
        )
    if waiting is not None and waiting.side == FOR and staying.side == FOR:
        text = f"{staying.text}; {waiting.text}"
        return LeakVote(AGE, FOR, max(staying.weight, waiting.weight) + 0.5, text, _DUMPS)
    return staying


def _staying(group: LeakGroup, members: Members, per_second: float) -> LeakVote | None:
    if members.old < LEAST_OLD:
        return None
    later = seconds_text(members.apart_seconds)
    if members.stays > 0.7:
        text = f"{members.stayed} of {members.old} seen early still wait {later} later"
        text += f"; {members.ran} more ran in between" if members.ran else ""
        enough = ramp(members.old, 3, 15) * ramp(members.apart_seconds, 1.0, 4.0)
        enough *= max(_lasting(group), 0.5) * ramp(members.goes_round, 0.5, 0.1)
        return LeakVote(AGE, FOR, 2.0 * ramp(members.stays, 0.7, 0.95) * enough, text, _DUMPS)
    left = (members.old - members.stayed) / max(members.apart_seconds, 1e-9)
    if members.stays > 0.25 and 0 < left < _TRICKLE * per_second:
        # the first in a queue that is let go far too slowly
        text = f"{members.old - members.stayed} of {members.old} seen early left within {later}, "
        text += "far fewer than came"
        return LeakVote(AGE, FOR, 1.5 * ramp(left / per_second, _TRICKLE, 0.1), text, _DUMPS)
    text = f"only {members.stayed} of {members.old} seen early are there {later} later: they end"
    weight = 4.0 * ramp(members.stays, 0.7, 0.2) * ramp(members.old, 3, 10)
    return LeakVote(AGE, AGAINST, weight, text, _DUMPS)


def _waiting(group: LeakGroup, members: Members) -> LeakVote | None:
    """From one dump's waits: members that came one by one and never left, or all at one time."""
    if members.longest_minutes < 3 or members.waiting < 5:
        return None
    share = members.waiting / max(members.members, 1)
    longest = f"{members.longest_minutes} minutes"
    if members.spread > 0.2:
        weight = 2.5 * ramp(share, 0.3, 0.8) * ramp(members.spread, 0.2, 0.6)
        weight *= ramp(members.waiting, 5, 40) * _lasting(group)
        text = f"{members.waiting} wait from 1 up to {longest}: they came one by one, none left"
        return LeakVote(AGE, FOR, weight, text, _DUMPS)
    text = f"{members.waiting} have all waited about as long ({longest}): started together"
    return LeakVote(AGE, AGAINST, 1.5 * ramp(members.spread, 0.2, 0.05), text, _DUMPS)


def mark_vote(group: LeakGroup, marks: LeakMarks | None) -> LeakVote:
    """The runtime's own word. That it does not name a group is no evidence against a leak."""
    if marks is None:
        return _not_seen(NEVER_WOKEN, "no leak profile: Go 1.27 has it")
    many = marks.of(*group.keys)
    if many:
        text = f"{many} can never be woken: nothing that may run reaches what they wait for"
        return LeakVote(NEVER_WOKEN, FOR, 1.5 + 3.0 * ramp(many, 1, 10), text, marks.source)
    if group.wait and not group.wait.startswith(_SEEN_BY_RUNTIME):
        return _not_seen(NEVER_WOKEN, f"Go's leak profile cannot see this wait ({group.wait})")
    # a variable of a package, a running ticker or a map in use may hold what they wait for
    return _not_seen(NEVER_WOKEN, "not named by Go's leak profile, which alone says nothing")


def memory_vote(group: LeakGroup, memory: LeakMemory) -> LeakVote:
    """Stacks that rose as the group did, and heap under its functions."""
    if isnan(memory.stacks_grown_bytes) or group.grown < 5:
        return _not_seen(RETAINED, "no MemStats: stacks are reckoned at 2 KiB each, the least")
    each = memory.stacks_grown_bytes / group.grown
    heap = memory.heap_of(group)
    under = f", the heap under them by {bytes_text(heap)}" if heap > 0 else ""
    text = f"all stacks grew by {bytes_text(max(memory.stacks_grown_bytes, 0.0))}{under}"
    if each >= 1024 or heap / group.grown >= 1024:
        return LeakVote(RETAINED, FOR, 0.7, text, "MemStats, heap profiles")
    return LeakVote(RETAINED, NOT_SEEN, 0.0, f"{text}: too little to tell", "MemStats")


def thread_vote(group: LeakGroup, threads_grown: float) -> LeakVote:
    """A goroutine in C or in a system call keeps a thread, and 8 MiB of address space for it."""
    if group.kind != "outside":
        return _not_seen(THREADS, "they wait in Go: no thread is held")
    if isnan(threads_grown):
        return _not_seen(THREADS, "the threads of the process were not counted")
    share = threads_grown / max(group.grown, 1.0)
    text = f"threads grew by {threads_grown:.0f} while these grew by {group.grown:.0f}"
    if share > 0.5:
        return LeakVote(THREADS, FOR, 1.5 * ramp(threads_grown, 3, 15), text, "/proc/PID/status")
    return LeakVote(THREADS, AGAINST, 0.5, text, "/proc/PID/status")


def _not_seen(signal: str, why: str) -> LeakVote:
    return LeakVote(signal, NOT_SEEN, 0.0, why)
