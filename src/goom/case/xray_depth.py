"""What X-ray reads beside the runtime's figures: heap profile buckets and goroutines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Flags, Frame, Ids, Ints

Addresses = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HeapBuckets:
    """The ``n`` buckets of the runtime's heap profile, newest first, not scaled by the rate.

    They stand as of the last finished cycle, as ``/debug/pprof/heap`` says them. ``pcs`` are
    return addresses, leaf first; bucket ``i`` has ``pcs[offsets[i]:offsets[i + 1]]``.
    ``is_whole`` is False when a cycle was published while they were read, or a limit was met;
    ``doubt`` says which.
    """

    taken_at_seconds: float  # epoch
    rate_bytes: int  # MemProfileRate
    sizes_bytes: Ints  # [n] of one object
    allocs: Ints  # [n]
    frees: Ints  # [n]
    alloc_bytes: Ints  # [n]
    free_bytes: Ints  # [n]
    offsets: Ints  # [n + 1]
    pcs: Addresses
    took_seconds: float
    doubt: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all of it is of one moment."""
        return not self.doubt

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class XrayGoroutines:
    """``n`` goroutines that are not dead, in the order of allgs.

    ``states`` are Go's own words ("chan receive"). ``waited_seconds`` is -1 when unknown: the
    runtime notes the moment at the first collection that finds a goroutine waiting, so it is a
    lower bound. ``stack_ids`` index ``stacks``, return addresses leaf first; -1 is a stack that
    cannot be read from outside, and ``unread`` says of how many and why. Each goroutine stood
    still from before its stack was read until after; all of them are not of one moment.
    """

    taken_at_seconds: float
    goids: Ints  # [n]
    states: tuple[str, ...]  # [n]
    is_system: Flags  # [n] the runtime's own, which Go leaves out of its profiles
    is_leaked: Flags  # [n] found by Go's own leak detection, 1.26+
    waited_seconds: NDArray[np.float64]  # [n]
    created_at: Addresses  # [n] return address of the go statement, 0 of the first
    parent_goids: Ints  # [n] 0 when unknown (before 1.21)
    start_pcs: Addresses  # [n] of the function that go was given
    stack_low: Addresses  # [n]
    stack_high: Addresses  # [n]
    locked_to_thread: Flags  # [n]
    stack_ids: Ids  # [n]
    stacks: tuple[tuple[int, ...], ...]
    is_cut: Flags  # [stacks] more frames than are read
    took_seconds: float
    unread: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.goids)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoroutineGroup:
    """Goroutines with one stack, one state and one creation site.

    ``longest_wait_seconds`` is a lower bound, -1 when no collection has found any of them waiting;
    ``stack_bytes`` is what their stacks take.
    """

    state: str
    count: int
    longest_wait_seconds: float
    stack_bytes: int
    created_by: Frame  # function "" when a dump does not say it
    frames: tuple[Frame, ...]  # leaf first, as a dump shows them; () when the stack is unread
    waits_in: int  # the place in ``frames`` of what the user's code called, or of its own leaf
    goids: tuple[int, ...]
    locked_to_thread: int
    leaked: int  # by Go's own mark


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerGroup:
    """Timers in the heaps of the Ps that call the same function.

    ``calls`` is what Go runs when one fires (time.sendTime for tickers and timers with a channel,
    time.goFunc for AfterFunc, runtime.goroutineReady for Sleep); ``callback`` the function that
    AfterFunc was given, "" for others.
    """

    calls: str
    callback: str
    is_periodic: bool
    count: int
    shortest_period_seconds: float  # 0 when not periodic


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayTimers:
    """What waits in the timer heaps; ``changed`` came or went while they were read.

    Since 1.23 a timer with a channel is in a heap only while somebody waits for it.
    """

    groups: tuple[TimerGroup, ...]  # most first
    changed: int

    @property
    def total(self) -> int:
        """All timers in heaps."""
        return sum(group.count for group in self.groups)
