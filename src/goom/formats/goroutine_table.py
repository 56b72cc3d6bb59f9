"""Goroutines that X-ray read, as the dump and as the profile that the process would have written.

Sources: runtime/traceback.go ``goroutineheader``; runtime/pprof/pprof.go ``writeGoroutine``.
"""

from __future__ import annotations

import re

import numpy as np

from goom.case.profile import Frame, GoroutineDump, Profile
from goom.case.xray_depth import XrayGoroutines
from goom.formats.pc_frames import PcFrames
from goom.formats.shown_frames import ShownFrames

_MARK = re.compile(r" \((?:scan|leaked|durable|synctest)\)")
_NOBODY = Frame("", "", 0)
_END = "runtime.goexit"
ORIGIN = "xray"


def to_dump(table: XrayGoroutines, names: PcFrames, go_version: str) -> GoroutineDump:
    """As ``goroutine?debug=2`` would have said it, without the runtime's own goroutines."""
    shown = ShownFrames(names, go_version)
    rows = np.flatnonzero(~table.is_system)
    stacks: dict[tuple[Frame, ...], int] = {}
    told = [shown.stack(stack) for stack in table.stacks]
    places = [stacks.setdefault(frames, len(stacks)) for frames, _ in told]
    nothing = stacks.setdefault((), len(stacks))
    ids = np.array([*places, nothing], np.int32)  # -1 is the last
    elided = np.array([*(count for _, count in told), 0], np.int64)
    elided[:-1] = np.maximum(elided[:-1], table.is_cut)
    return GoroutineDump(
        taken_at_seconds=table.taken_at_seconds,
        ids=table.goids[rows],
        counts=np.ones(len(rows), np.int64),
        states=tuple(_MARK.sub("", table.states[row]) for row in rows.tolist()),
        wait_minutes=np.maximum(table.waited_seconds[rows] // 60, 0).astype(np.int64),
        leaked=table.is_leaked[rows],
        locked_to_thread=table.locked_to_thread[rows],
        stack_ids=ids[table.stack_ids[rows]],
        stacks=tuple(stacks),
        created_by=_creators(table, shown, rows.tolist()),
        elided_frames=elided[table.stack_ids[rows]],
        origin=ORIGIN,
    )


def _creators(table: XrayGoroutines, shown: ShownFrames, rows: list[int]) -> tuple[Frame, ...]:
    known: dict[tuple[int, bool], Frame] = {}
    found = []
    for row in rows:
        key = int(table.created_at[row]), int(table.goids[row]) == 1
        if key not in known:
            known[key] = shown.creator(key[0], 1 if key[1] else 2) or _NOBODY
        found.append(known[key])
    return tuple(found)


def to_profile(table: XrayGoroutines, names: PcFrames, go_version: str) -> Profile:
    """As ``/debug/pprof/goroutine`` would have said it, but with all frames of deep stacks.

    Goroutines whose stack could not be read are not in it; pprof labels are not read.
    """
    counted = table.stack_ids[~table.is_system & (table.stack_ids >= 0)]
    counts = np.bincount(counted, minlength=len(table.stacks))
    kept = np.flatnonzero(counts).tolist()
    locations: dict[tuple[Frame, ...], int] = {}
    shown = ShownFrames(names, go_version)
    stacks = [_locations(shown, table.stacks[number], locations) for number in kept]
    lines = [frame for frames in locations for frame in frames]
    functions: dict[tuple[str, str], int] = {}
    return Profile(
        kind="goroutine",
        taken_at_seconds=table.taken_at_seconds,
        sample_types=(("goroutine", "count"),),
        values=counts[kept].astype(np.int64).reshape(-1, 1),
        stack_offsets=_offsets(stacks),
        stack_locations=np.array([one for stack in stacks for one in stack], np.int32),
        location_offsets=_offsets(list(locations)),
        line_functions=np.array(
            [functions.setdefault(frame[:2], len(functions)) for frame in lines], np.int32
        ),
        line_numbers=np.array([frame.line for frame in lines], np.int64),
        functions=tuple(name for name, _ in functions),
        files=tuple(file for _, file in functions),
        block_bytes=np.zeros(len(kept), np.int64),
        labels={},
        period=1,
        period_type=("goroutine", "count"),
        comments=("read by goom xray from the process's memory",),
        origin=ORIGIN,
    )


def _locations(
    shown: ShownFrames, stack: tuple[int, ...], locations: dict[tuple[Frame, ...], int]
) -> list[int]:
    found = []
    for _, calls in shown.calls(stack):
        frames = tuple(call.frame for call in calls if call.frame.function != _END)
        if frames:
            found.append(locations.setdefault(frames, len(locations)))
    return found


def _offsets(
    parts: list[list[int]] | list[tuple[Frame, ...]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate(([0], np.cumsum([len(part) for part in parts], dtype=np.int64)))
