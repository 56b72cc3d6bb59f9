"""Where a burst of work comes in: the user's function that the costly work is done under."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goom.case.evidence import Profiles
from goom.case.profile import Frame, Ints, Profile
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.course import Course
from goom.signals.frames import user_frames
from goom.signals.site_growth import SiteGrowth

_NEARLY_ALL = 0.9  # of the rise; less, and other work rises beside it
_MOST_STACKS = 64
_ROOTS = ("runtime.main", "runtime.goexit")


@dataclass(frozen=True, slots=True)
class Entrance:
    """``frame`` is on the way to ``allocator``, which allocates most of the rise."""

    allocator: str
    frame: Frame


@signal
def entrance(
    profiles: Profiles, subject: Subject, sites: SiteGrowth, course: Course
) -> Entrance | None:
    """The outermost function of the user's own that nearly all of the rise is allocated under.

    The function that a goroutine was started with is no entrance: it may be the loop that takes
    the work from a queue, or the one that makes it.
    """
    since = course.onset.onset_seconds if course.onset is not None else 0.0
    start = sites.index_before(since)
    stop = start + int(sites.total_bytes[start:].argmax())
    risen = sites.growth(start, stop)
    total = sum(rise for _, rise in risen if rise > 0)
    if total <= 0:
        return None
    allocator = risen[0][0].frame.function
    carried = {site.frame.function: rise for site, rise in sites.caller_growth(start, stop)}
    for frame in _below_the_root(_heaviest(profiles, subject, allocator), subject):
        if carried.get(frame.function, 0.0) >= _NEARLY_ALL * total:
            return Entrance(allocator, frame)
    return None


def _heaviest(profiles: Profiles, subject: Subject, allocator: str) -> tuple[Frame, ...]:
    """The stack that holds most of what the allocator made, at the fullest look."""
    looks = [(_in_use(one), one) for one in profiles.of("heap", "allocs")]
    in_use, fullest = max(looks, key=lambda look: int(look[0].sum()))
    for sample in np.argsort(-in_use, kind="stable")[:_MOST_STACKS].tolist():
        stack = fullest.stack(sample)
        if [frame.function for frame in user_frames(stack, subject)[:1]] == [allocator]:
            return stack
    return ()


def _in_use(profile: Profile) -> Ints:
    found = profile.column("inuse_space")
    return found if found is not None else np.zeros(len(profile), dtype=np.int64)


def _below_the_root(stack: tuple[Frame, ...], subject: Subject) -> tuple[Frame, ...]:
    """The user's own frames, outermost first, less what the goroutine was started with."""
    started = [frame for frame in stack if frame.function not in _ROOTS][-1:]
    mine = user_frames(stack, subject)[::-1]
    return mine[1:] if list(mine[:1]) == started else mine
