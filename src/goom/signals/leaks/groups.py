"""Goroutines by where they were started and where they wait, over all looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import GoroutineDumps
from goom.case.goroutine_leak import NOBODY
from goom.case.profile import Frame, GoroutineDump
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.frames import package_of, user_frames
from goom.signals.goroutines import GoroutineTrend, Group, Stack
from goom.signals.onlookers import is_onlooker
from goom.signals.timebase import Timebase

Floats = NDArray[np.float64]
Key = tuple[str, str]  # the function that they run, and the one in which they wait
# The runtime's own, and those whose stack was not read: these are of any group, and no group.
NO_KEY: Key = ("", "")
_MOST_GROUPS, _MOST_TWINS = 2_000, 8
# What a dump calls the wait, by the runtime's function (waitReasonStrings, runtime2.go).
_WAITS = (
    ("runtime.chansend", "chan send"),
    ("runtime.chanrecv", "chan receive"),
    ("runtime.selectgo", "select"),
    ("runtime.block", "select (no cases)"),
    ("time.Sleep", "sleep"),
    ("sync.runtime_notifyListWait", "sync.Cond.Wait"),
    ("sync.runtime_SemacquireMutex", "sync.Mutex.Lock"),
    ("internal/sync.runtime_SemacquireMutex", "sync.Mutex.Lock"),
    ("sync.runtime_SemacquireRWMutex", "sync.RWMutex.Lock"),
    ("sync.runtime_SemacquireWaitGroup", "sync.WaitGroup.Wait"),
    ("sync.runtime_Semacquire", "semacquire"),
    ("internal/poll.runtime_pollWait", "IO wait"),
    ("syscall.", "syscall"),
    ("runtime.cgocall", "syscall"),
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeakGroup:
    """``counts`` by look. ``kind`` is the wait as in Group.wait, or unknown; ``wait`` Go's
    word for it, "" unknown.

    ``twin`` is the second of two that are always started together; it is counted in.
    """

    key: Key
    stack: Stack
    waits_at: Frame
    kind: str
    wait: str
    counts: Floats
    created_at: Frame = NOBODY
    twin: Key | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """Its own key and its twin's."""
        return (self.key,) if self.twin is None else (self.key, self.twin)

    @property
    def grown(self) -> float:
        """From the first look to the last."""
        return float(self.counts[-1] - self.counts[0])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeakGroups:
    """Most grown first; ``look_seconds`` on the process's clock.

    ``unread`` counts, by look, those whose stack was not read: they may be of any group.
    """

    look_seconds: Floats
    all: tuple[LeakGroup, ...]
    unread: Floats

    def surely(self, group: LeakGroup) -> Floats:
        """Its counts without the growth that is others being read at last."""
        hidden = self.unread.max(initial=0.0) - self.unread
        return np.asarray(np.maximum(group.counts - hidden, 0.0), np.float64)


@signal
def leak_groups(
    goroutines: GoroutineTrend,
    clock: Timebase,
    dumps: GoroutineDumps | None,
    subject: Subject,
) -> LeakGroups | None:
    """Add up the stacks that share start and wait; None when no look shows stacks."""
    if not len(goroutines.look_seconds):
        return None
    texts = dumps.all if dumps else ()
    creators, states = _from_dumps(texts, subject)
    found: dict[Key, LeakGroup] = {}
    for group in goroutines.groups[:_MOST_GROUPS]:
        if is_onlooker(group.stack):
            continue
        key, waits_at = key_of(group.stack, subject)
        known = found.get(key)
        found[key] = LeakGroup(
            key=key,
            stack=known.stack if known else _shown(group.stack),
            waits_at=known.waits_at if known else waits_at,
            kind=known.kind if known else _kind(group),
            wait=known.wait if known else states.get(key, "") or wait_word(group.stack),
            counts=known.counts + group.counts if known else group.counts,
            created_at=creators.get(key, NOBODY),
        )
    time, groups = goroutines.look_seconds, list(found.values())
    if goroutines.looks_are_profiles:
        time, groups = _with_dumps(time, groups, texts, (clock, subject))
    unread = next((one.counts for one in groups if one.key == NO_KEY), np.zeros(len(time)))
    named = [one for one in groups if one.key != NO_KEY]
    ordered = sorted(_joined(named), key=lambda one: (-one.grown, -one.counts[-1]))
    return LeakGroups(look_seconds=time, all=tuple(ordered), unread=unread)


def _with_dumps(
    time: Floats,
    groups: list[LeakGroup],
    dumps: Iterable[GoroutineDump],
    told: tuple[Timebase, Subject],
) -> tuple[Floats, list[LeakGroup]]:
    """Dumps count as looks between the profiles."""
    clock, subject = told
    counted: list[tuple[float, Counter[Key]]] = []
    for dump in dumps:
        if isnan(dump.taken_at_seconds):
            continue
        keys = [key_of(stack, subject)[0] for stack in dump.stacks]
        by_key: Counter[Key] = Counter()
        for stack, count in zip(dump.stack_ids.tolist(), dump.counts.tolist(), strict=True):
            by_key[keys[stack]] += count
        counted.append((dump.taken_at_seconds - clock.origin_seconds, by_key))
    moments = np.concatenate([time, [moment for moment, _ in counted]])
    order = np.argsort(moments, kind="stable")
    with_more = [
        replace(
            group,
            counts=np.concatenate([group.counts, [by[group.key] for _, by in counted]])[order],
        )
        for group in groups
    ]
    return moments[order], with_more


def key_of(stack: Stack, subject: Subject) -> tuple[Key, Frame]:
    """What goroutines of one leak share, from a profile's stack or a dump's, and where they wait.

    Dumps leave the runtime's own frames out (showfuncinfo, runtime/traceback.go), so they do not
    count. Where the user has a frame, it is the place that waits, however it got to the wait.
    """
    shown = _shown(stack)
    if not shown:
        return NO_KEY, NOBODY
    own = user_frames(shown, subject)
    entry = shown[-1].function
    waits_at = own[0] if own else _of_package(package_of(entry), shown)
    return (entry, waits_at.function), waits_at


def _of_package(package: str, shown: Stack) -> Frame:
    """The innermost frame of the library that started it, not of what that waits with."""
    return next((one for one in shown if package_of(one.function) == package), shown[0])


def _kind(group: Group) -> str:
    """As Group.wait. Text with ``debug=1`` leaves out the runtime's frames, and with them what a
    goroutine waits for.
    """
    told = group.wait != "running" or group.stack[:1] == ()
    return group.wait if told or group.stack[0].function.startswith("runtime.") else "unknown"


def wait_word(stack: Stack) -> str:
    """Go's word for the wait, as far as the innermost frames tell; "" where they do not."""
    for frame in stack[:6]:
        for start, word in _WAITS:
            if frame.function.startswith(start):
                return word
    is_told = bool(stack) and stack[0].function.startswith("runtime.")
    return "running" if is_told else ""


def _shown(stack: Stack) -> Stack:
    return tuple(frame for frame in stack if not frame.function.startswith("runtime."))


def _from_dumps(
    dumps: Iterable[GoroutineDump], subject: Subject
) -> tuple[dict[Key, Frame], dict[Key, str]]:
    """Who starts the goroutines of each key, and in which state most are."""
    creators: dict[Key, Counter[Frame]] = {}
    states: dict[Key, Counter[str]] = {}
    for dump in dumps:
        keys = [key_of(stack, subject)[0] for stack in dump.stacks]
        rows = zip(
            dump.stack_ids.tolist(), dump.created_by, dump.states, dump.counts.tolist(), strict=True
        )
        for stack, creator, state, count in rows:
            if creator.function:
                creators.setdefault(keys[stack], Counter())[creator] += count
            if state:
                states.setdefault(keys[stack], Counter())[state] += count
    return (
        {key: found.most_common(1)[0][0] for key, found in creators.items()},
        {key: found.most_common(1)[0][0] for key, found in states.items()},
    )


def _joined(groups: Iterable[LeakGroup]) -> list[LeakGroup]:
    """Pairs that one call starts (a connection's reader and writer) are one leak: the same
    creator, one of each at every look.
    """
    kept: list[LeakGroup] = []
    by_creator: dict[str, list[int]] = {}
    for group in groups:
        known = by_creator.setdefault(group.created_at.function, [])
        twin = next((at for at in known[:_MOST_TWINS] if _pair(kept[at], group)), None)
        if twin is None:
            known.append(len(kept))
            kept.append(group)
        else:
            both = kept[twin].counts + group.counts
            kept[twin] = replace(kept[twin], counts=both, twin=group.key)
    return kept


def _pair(first: LeakGroup, second: LeakGroup) -> bool:
    creator, other = first.created_at, second.created_at
    if (
        first.twin
        or not creator.function
        or creator.function != other.function
        or creator.line == other.line
    ):
        return False
    near = np.abs(first.counts - second.counts) <= 2 + 0.1 * first.counts
    return bool(near.all())
