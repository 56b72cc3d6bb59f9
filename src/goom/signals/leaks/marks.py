"""Goroutines that nothing can wake any more, by the runtime's own goroutine leak profile.

The profile is the work of a special collection (findGoroutineLeaks, runtime/mgc.go): blocked on a
channel, a select, or a lock of package sync that no goroutine which may still run can reach. What
waits on a channel that a package variable or a running ticker holds is reachable, and not reported:
that a goroutine is not in it says nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from goom.case.evidence import GoroutineDumps, Profiles
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.goroutine_stacks import stack_counts
from goom.signals.leaks.groups import Key, key_of
from goom.signals.leaks.members import marked_by_key

_MOST_STACKS = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class LeakMarks:
    """``by_key``: how many goroutines of each group can never be woken."""

    by_key: Counter[Key]
    source: str = ""

    def of(self, *keys: Key) -> int:
        """Those of these groups."""
        return sum(self.by_key[key] for key in keys)


@signal
def leak_marks(
    profiles: Profiles | None, dumps: GoroutineDumps | None, subject: Subject
) -> LeakMarks | None:
    """The most that any look says of each group; None when nobody asked the runtime."""
    found: Counter[Key] = Counter()
    looks = profiles.of("goroutineleak") if profiles else ()
    for look in looks:
        of_look: Counter[Key] = Counter()
        for stack, count in stack_counts(look, _MOST_STACKS).items():
            key, _ = key_of(stack, subject)
            of_look[key] += int(count)
        found |= of_look
    marked = marked_by_key(dumps, subject) if dumps is not None else Counter[Key]()
    if not looks and not marked:
        return None
    source = "goroutineleak profile" if looks else 'goroutine dump with "(leaked)"'
    return LeakMarks(by_key=found | marked, source=source)
