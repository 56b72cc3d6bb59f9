"""Where the main goroutine is, look by look: at work, or at the post where it stays."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.rooms import signal
from goom.signals.goroutines import GoroutineTrend, Group

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_SERVING = ("net.(*netFD).accept", "os/signal.", "internal/poll.(*FD).Accept")
_PARKED = ("runtime.", "time.Sleep", "sync.", "internal/sync.")
_FOR_GOOD = (*_SERVING, "runtime.block")  # select {}; a sleep or a WaitGroup may end
_LAST_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupWatch:
    """Where the main goroutine was, look by look, up to the end.

    ``at_post_seconds``: first look at which it was parked at its post, nan never.
    ``started_by_seconds``: starting was over by then at the latest; nan when that was not seen. It
    is the first look at which main was parked as it still is at the end (by functions, whatever the
    line), when a look before shows it elsewhere, or when that look is of the first half: main that
    waits between two steps of a load is no further than the load.
    ``serves``: that place is one that a program does not come back from, an accept loop, a wait for
    a signal or ``select {}``.
    """

    busy_fraction: float  # of the last looks (at most five)
    at_post_seconds: float
    started_by_seconds: float
    serves: bool = False


@signal
def startup_watch(goroutines: GoroutineTrend) -> StartupWatch | None:
    """Find the group that is the main goroutine at each look."""
    mains = [group for group in goroutines.groups if _is_main(group)]
    if not mains or not len(goroutines.look_seconds):
        return None
    time = goroutines.look_seconds
    seen = np.any([group.counts > 0 for group in mains], axis=0)
    if not seen.any():
        return None
    posts = [group.counts > 0 for group in mains if _at_post(group)]
    parked = np.any(posts, axis=0) if posts else np.zeros(len(time), dtype=bool)
    late = time >= 0.5 * time[-1]
    last = np.flatnonzero(seen & late)[-_LAST_LOOKS:]
    if not len(last):
        last = np.flatnonzero(seen)[-1:]
    at_post = time[parked]
    return StartupWatch(
        busy_fraction=float((~parked[last]).mean()),
        at_post_seconds=float(at_post[0]) if len(at_post) else nan,
        started_by_seconds=_started_by(time, seen, posts, last),
        serves=all(_for_good(group) for group in mains if (group.counts[last] > 0).any()),
    )


def _started_by(time: Floats, seen: Flags, posts: list[Flags], last: NDArray[np.intp]) -> float:
    final = [here for here in posts if here[last].any()]
    if not final:
        return nan
    there = np.any(final, axis=0)
    first = int(np.argmax(there))
    arrived = bool((seen & ~there)[:first].any())
    return float(time[first]) if arrived or time[first] <= 0.5 * time[-1] else nan


def _is_main(group: Group) -> bool:
    return any(frame.function == "runtime.main" for frame in group.stack)


def _at_post(group: Group) -> bool:
    """Accepting or waiting for a signal, or parked by main.main itself.

    A wait below another function of the program (for a loader, between two fetches) is no post.
    """
    if group.wait == "running":
        return False
    names = [frame.function for frame in group.stack]
    if any(name.startswith(_SERVING) for name in names):
        return True
    above = names[: names.index("main.main")] if "main.main" in names else names
    return all(name.startswith(_PARKED) for name in above)


def _for_good(group: Group) -> bool:
    return any(frame.function.startswith(_FOR_GOOD) for frame in group.stack)
