"""Goroutines over time: how many, which group grows, where it waits and who started it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import GoroutineDumps, Profiles
from goom.case.profile import Frame, GoroutineDump, Profile
from goom.case.series import MemStatsSeries, MetricsSeries
from goom.rooms import signal
from goom.signals.goroutine_stacks import stack_counts
from goom.signals.timebase import Timebase
from goom.signals.trend import Trend, trend

Floats = NDArray[np.float64]
Stack = tuple[Frame, ...]
# A leak of a million goroutines has few stacks; where it has not, the rare ones tell nothing.
_MOST_STACKS, _FEWEST_STACKS = 20_000, 500  # over all looks, of each look

# Waits that only another goroutine can end; a sleep or a network read ends by itself.
_WAITS_ON_PEER = (
    "runtime.chansend",
    "runtime.chanrecv",
    "runtime.selectgo",
    "runtime.block",
    "sync.runtime_Semacquire",
    "sync.runtime_notifyListWait",
    "internal/sync.runtime_Semacquire",
)
_ENDS_BY_ITSELF = ("time.Sleep",)
_NETWORK = ("internal/poll.runtime_pollWait",)
_OUTSIDE = ("syscall.", "runtime.cgocall", "internal/runtime/syscall.", "runtime.notetsleepg")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Group:
    """Goroutines with one stack, over the looks: counts[i] at GoroutineTrend.look_seconds[i]."""

    stack: Stack
    counts: Floats
    wait: str  # peer (channel, lock), network, self (sleep), outside (C, the kernel), running
    creators: tuple[Frame, ...] = ()

    @property
    def grown(self) -> float:
        """From the lowest of the first looks to the last."""
        return float(self.counts[-1] - self.counts[0])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GoroutineTrend:
    """Counts over time (from every source) and the groups at the looks that show stacks."""

    time_seconds: Floats
    counts: Floats
    line: Trend
    look_seconds: Floats
    groups: tuple[Group, ...]  # most grown first
    longest_wait_minutes: int
    waiting_over_a_minute: int  # goroutines blocked on a peer for a minute or more
    leaked_by_runtime: int  # the runtime's own "(leaked)" marks and goroutineleak profile
    looks_are_profiles: bool = True  # else they are dumps, for want of any profile

    @property
    def last(self) -> float:
        """The newest count."""
        return float(self.counts[-1]) if len(self.counts) else nan

    @property
    def peak(self) -> float:
        """The highest count."""
        return float(self.counts.max()) if len(self.counts) else nan

    @property
    def grown(self) -> float:
        """The newest count less the first."""
        return float(self.counts[-1] - self.counts[0]) if len(self.counts) else nan


@signal
def goroutine_trend(
    clock: Timebase,
    profiles: Profiles | None,
    dumps: GoroutineDumps | None,
    memstats: MemStatsSeries | None,
    metrics: MetricsSeries | None,
) -> GoroutineTrend | None:
    """Join profiles, dumps and counters."""
    seen = profiles.of("goroutine") if profiles else ()
    texts = dumps.all if dumps else ()
    points = [(_moment(clock, one), _total(one)) for one in seen]
    points += [(_moment(clock, one), float(one.total)) for one in texts]
    points += _counters(clock, memstats, "NumGoroutine") + _counters(
        clock, metrics, "go_goroutines"
    )
    leaks = profiles.of("goroutineleak") if profiles else ()
    if not points:  # then those that the runtime calls leaked are the ones that are known
        seen = leaks
        points = [(_moment(clock, one), _total(one)) for one in leaks]
    if not points:
        return None
    points.sort()
    time, counts = (np.array(side) for side in zip(*points, strict=True))
    waits = [_waits(one) for one in texts]
    moments, stacks = _looks(clock, seen, texts)
    return GoroutineTrend(
        time_seconds=time,
        counts=counts,
        line=trend(time, counts),
        look_seconds=np.array(moments),
        groups=_groups(stacks, _creators(texts)),
        looks_are_profiles=bool(seen),
        longest_wait_minutes=max((longest for longest, _ in waits), default=0),
        waiting_over_a_minute=max((many for _, many in waits), default=0),
        leaked_by_runtime=max(
            [int(one.counts[one.leaked].sum()) for one in texts]
            + [int(_total(one)) for one in leaks],
            default=0,
        ),
    )


def _moment(clock: Timebase, look: Profile | GoroutineDump) -> float:
    """When it was taken; where nothing says so, at the end."""
    unknown = isnan(look.taken_at_seconds)
    return clock.end_seconds if unknown else look.taken_at_seconds - clock.origin_seconds


def _total(profile: Profile) -> float:
    return float(np.maximum(profile.values[:, 0], 0).astype(np.float64).sum())


def _looks(
    clock: Timebase, profiles: Sequence[Profile], dumps: Sequence[GoroutineDump]
) -> tuple[list[float], list[Counter[Stack]]]:
    """The looks that show stacks: the profiles, and for want of any the dumps."""
    most = max(_FEWEST_STACKS, _MOST_STACKS // max(len(profiles), 1))
    looks = [(_moment(clock, one), stack_counts(one, most)) for one in profiles]
    looks = looks or [(_moment(clock, one), _of_dump(one)) for one in dumps]
    looks.sort(key=lambda look: look[0])
    return [moment for moment, _ in looks], [stacks for _, stacks in looks]


def _of_dump(dump: GoroutineDump) -> Counter[Stack]:
    counts: Counter[Stack] = Counter()
    for stack, count in zip(dump.stack_ids.tolist(), dump.counts.tolist(), strict=True):
        counts[dump.stacks[stack]] += count
    return counts


def _counters(
    clock: Timebase, series: MemStatsSeries | MetricsSeries | None, name: str
) -> list[tuple[float, float]]:
    column = series.get(name) if series is not None else None
    if series is None or column is None:
        return []
    time = clock.since_start(series.time_seconds)
    known = np.isfinite(time) & np.isfinite(column) & (column >= 0)
    return list(zip(time[known].tolist(), column[known].tolist(), strict=True))


def _groups(
    looks: list[Counter[Stack]], creators: dict[str, tuple[Frame, ...]]
) -> tuple[Group, ...]:
    """Stacks that differ only in line numbers of the same functions are one group."""
    merged: dict[tuple[str, ...], tuple[Stack, Floats]] = {}
    for index, look in enumerate(looks):
        for stack, count in look.items():
            key = tuple(frame.function for frame in stack)
            if key not in merged:
                merged[key] = (stack, np.zeros(len(looks)))
            merged[key][1][index] += count
    groups = [
        Group(stack=stack, counts=counts, wait=wait_of(stack), creators=_started(stack, creators))
        for stack, counts in merged.values()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.grown, -group.counts[-1])))


def wait_of(stack: Stack) -> str:
    """What a parked goroutine waits for, from its innermost frames; see Group.wait."""
    for frame in stack[:6]:
        if frame.function.startswith(_ENDS_BY_ITSELF):
            return "self"
        if frame.function.startswith(_NETWORK):
            return "network"
        if frame.function.startswith(_OUTSIDE):
            return "outside"
        if frame.function.startswith(_WAITS_ON_PEER):
            return "peer"
    inner = stack[0].function if stack else ""
    if inner == "runtime.gopark":
        names = " ".join(frame.function for frame in stack[1:4])
        return "peer" if "sync." in names else "self"
    return "running"


def _creators(dumps: Iterable[GoroutineDump]) -> dict[str, tuple[Frame, ...]]:
    """Entry function -> who started it most often, from the dumps that say so."""
    found: dict[str, Counter[Frame]] = {}
    for dump in dumps:
        rows = zip(dump.stack_ids.tolist(), dump.created_by, dump.counts.tolist(), strict=True)
        for stack, creator, count in rows:
            if creator.function and dump.stacks[stack]:
                entry = dump.stacks[stack][-1].function
                found.setdefault(entry, Counter())[creator] += count
    return {
        entry: tuple(frame for frame, _ in known.most_common(3)) for entry, known in found.items()
    }


def _started(stack: Stack, creators: dict[str, tuple[Frame, ...]]) -> tuple[Frame, ...]:
    entries = [frame.function for frame in stack if frame.function != "runtime.goexit"]
    return creators.get(entries[-1], ()) if entries else ()


def _waits(dump: GoroutineDump) -> tuple[int, int]:
    """The longest wait in minutes, and how many wait a minute or more on a peer."""
    longest = int(dump.wait_minutes.max()) if len(dump.wait_minutes) else 0
    many = sum(
        count
        for state, minutes, count in zip(
            dump.states, dump.wait_minutes.tolist(), dump.counts.tolist(), strict=True
        )
        if minutes >= 1 and state.startswith(("chan ", "select", "sync", "semacquire"))
    )
    return longest, int(many)
