"""Goroutines of one stack, one state and one creation site together: what a person reads."""

from __future__ import annotations

import numpy as np

from goom.case.profile import Frame, GoroutineDump
from goom.case.xray_depth import GoroutineGroup, XrayGoroutines
from goom.signals.frames import is_standard_library


def xray_groups(table: XrayGoroutines, dump: GoroutineDump) -> tuple[GoroutineGroup, ...]:
    """Groups of users' goroutines, the largest first; ``dump`` is made of the same table."""
    rows = np.flatnonzero(~table.is_system)
    keys = list(zip(dump.states, dump.stack_ids.tolist(), dump.created_by, strict=True))
    members: dict[tuple[object, ...], list[int]] = {}
    for number, key in enumerate(keys):
        members.setdefault(key, []).append(number)
    groups = [_group(table, dump, rows[numbers], numbers) for numbers in members.values()]
    return tuple(sorted(groups, key=lambda one: (-one.count, -one.longest_wait_seconds)))


def _group(
    table: XrayGoroutines, dump: GoroutineDump, rows: np.ndarray[tuple[int], np.dtype[np.intp]],
    numbers: list[int],
) -> GoroutineGroup:  # fmt: skip
    first = numbers[0]
    frames = dump.stacks[dump.stack_ids[first]]
    stacks = table.stack_high[rows].astype(np.int64) - table.stack_low[rows].astype(np.int64)
    return GoroutineGroup(
        state=dump.states[first],
        count=len(numbers),
        longest_wait_seconds=float(table.waited_seconds[rows].max()),
        stack_bytes=int(np.clip(stacks, 0, 1 << 40).sum()),
        created_by=dump.created_by[first],
        frames=frames,
        waits_in=_waits_in(frames),
        goids=tuple(table.goids[rows].tolist()),
        locked_to_thread=int(table.locked_to_thread[rows].sum()),
        leaked=int(table.is_leaked[rows].sum()),
    )


def _waits_in(frames: tuple[Frame, ...]) -> int:
    """Past the plumbing: the last frame of the standard library before the first of a user."""
    for number, frame in enumerate(frames):
        if not is_standard_library(frame.function, frame.file):
            return max(number - 1, 0)
    return 0
