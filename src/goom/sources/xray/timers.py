"""The timers of a running process: a ticker that nobody stops stands in a heap for ever.

Sources: runtime/time.go ``timer``, ``timers``, ``timerWhen``; until 1.22 ``p.timers`` is a list of
pointers, since 1.23 a struct with a heap of (pointer, when). time/sleep.go ``goFunc``.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.profile import Flags
from goom.case.xray_depth import Addresses, TimerGroup, XrayTimers
from goom.formats.go_layout import Layouts
from goom.formats.pc_frames import PcFrames
from goom.sources.memory_gather import Pieces, gather
from goom.sources.process_memory import UnreadableError
from goom.sources.xray.target import Target

MOST_TIMERS = 1 << 20
_MOST_PROCS = 1 << 16
_DELETED = (3, 4, 5)  # timerDeleted, timerRemoving, timerRemoved; until 1.22
_ZOMBIE = 4  # timerZombie, since 1.23
_AFTER_FUNC = "time.goFunc"
_FIELDS = {"period": ("period",), "f": ("f",), "arg": ("arg",)}
Words = NDArray[np.uint64]


def read_timers(target: Target, names: PcFrames) -> XrayTimers:
    """All timers by what they call, at most 1,048,576; BadInput when they are not to be found."""
    owners, timers = _timers(target)
    size = target.layouts.struct("runtime.timer").size_bytes
    pieces = gather(target.memory, timers, np.full(len(timers), size, np.int64))
    rows = pieces.rows(size)
    there = np.flatnonzero(pieces.there)
    same = _column(target.layouts, rows, _owner(target.layouts)) == owners[there]
    changed = len(timers) - int(same.sum())
    same &= ~_is_stopped(target.layouts, rows)
    columns = {name: _column(target.layouts, rows, path)[same] for name, path in _FIELDS.items()}
    columns["data"] = _column(target.layouts, rows, ("arg",), 8)[same]
    groups = tuple(_groups(target, names, columns))
    return XrayTimers(groups=groups, changed=changed)


def _timers(target: Target) -> tuple[Words, Addresses]:
    """Of each timer: what it says that it belongs to, and its address."""
    array, count = np.frombuffer(target.memory.read(target.address("runtime.allp"), 16), "<u8")
    if not 0 < count <= _MOST_PROCS:
        raise BadInput(f"process {target.pid} states {count} Ps: this is not where they are.")
    procs = np.frombuffer(target.memory.read(int(array), 8 * int(count)), "<u8")
    place, stride, owner = _heap(target.layouts)
    headers = gather(target.memory, procs + np.uint64(place), np.full(len(procs), 16, np.int64))
    owners: list[Words] = []
    found: list[Addresses] = []
    left = MOST_TIMERS
    for proc, (start, length) in zip(
        procs[headers.there], headers.rows(16).view("<u8").tolist(), strict=True
    ):
        taken = min(length, left)
        left -= taken
        heap = _pointers(target, start, taken, stride)
        found.append(heap)
        owners.append(np.full(len(heap), proc + np.uint64(owner)))
    return np.concatenate(owners), np.concatenate(found)


def _pointers(target: Target, start: int, count: int, stride: int) -> Addresses:
    if not count:
        return np.zeros(0, np.uint64)
    try:
        raw = target.memory.read(start, count * stride)
    except UnreadableError:  # the heap has just grown and lies elsewhere
        return np.zeros(0, np.uint64)
    return np.frombuffer(raw, "<u8")[:: stride // 8]


def _heap(layouts: Layouts) -> tuple[int, int, int]:
    """Where a P's list of timers is, the size of its elements, and where an owner points to."""
    place = layouts.at("runtime.p", "timers")
    if place.type.startswith("[]"):
        return place.offset, 8, 0
    heap = layouts.at(place.type, "heap")
    if heap.type != "[]runtime.timerWhen":
        raise BadInput(f"this program keeps its timers as {heap.type}, which goom does not know")
    return place.offset + heap.offset, 16, place.offset


def _owner(layouts: Layouts) -> tuple[str, ...]:
    return ("pp",) if layouts.maybe("runtime.timer", "pp") else ("ts",)


def _is_stopped(layouts: Layouts, rows: NDArray[np.uint8]) -> Flags:
    """Those that Stop has ended, and that the heap has not let go of yet."""
    state = layouts.maybe("runtime.timer", "state")
    if state is not None:
        return np.asarray(rows[:, state.offset] & _ZOMBIE != 0)
    status = rows[:, layouts.at("runtime.timer", "status").offset]
    return np.isin(status, _DELETED)


def _column(
    layouts: Layouts, rows: NDArray[np.uint8], path: tuple[str, ...], further: int = 0
) -> Words:
    at = layouts.at("runtime.timer", *path).offset + further
    return np.ascontiguousarray(rows[:, at : at + 8]).view("<u8")[:, 0]


def _groups(target: Target, names: PcFrames, columns: dict[str, Words]) -> list[TimerGroup]:
    calls = _functions(target, names, columns["f"])
    after = np.array([name == _AFTER_FUNC for name in calls], np.bool_)
    given = np.where(after, columns["data"], 0) if len(calls) else columns["data"]
    callbacks = _functions(target, names, given)
    periods = columns["period"].astype(np.int64).tolist()
    keys = list(zip(calls, callbacks, (period > 0 for period in periods), strict=True))
    shortest: dict[tuple[str, str, bool], int] = {}
    for key, period in zip(keys, periods, strict=True):
        shortest[key] = min(shortest.get(key, period), period)
    return [
        TimerGroup(
            calls=key[0],
            callback=key[1],
            is_periodic=key[2],
            count=count,
            shortest_period_seconds=max(shortest[key], 0) / 1e9,
        )
        for key, count in Counter(keys).most_common()
    ]


def _functions(target: Target, names: PcFrames, closures: Words) -> list[str]:
    """The names of func values: each points to a word that points to the code."""
    unique, places = np.unique(closures, return_inverse=True)
    pieces: Pieces = gather(target.memory, unique, np.full(len(unique), 8, np.int64))
    entries = np.zeros(len(unique), np.uint64)
    entries[pieces.there] = pieces.words()
    known = []
    for entry in entries.tolist():
        index = names.index(entry)
        known.append(names.functions.name(index) if index >= 0 else "")
    return [known[place] for place in places.tolist()]
