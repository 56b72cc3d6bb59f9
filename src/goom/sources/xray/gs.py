"""The runtime's own records of its goroutines (``g``), as columns.

Sources: runtime/runtime2.go ``g``, ``gobuf``, ``m``; proc.go ``allgs``, ``casgstatus``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.profile import Flags
from goom.case.xray_depth import Addresses
from goom.formats.go_layout import Layouts
from goom.sources.memory_gather import Bytes, gather
from goom.sources.xray.stacks import Seals
from goom.sources.xray.target import Target

MOST_GOROUTINES = 1 << 20
_SCAN = 0x1000  # _Gscan: the collector holds it still
IDLE, RUNNING, SYSTEM_CALL, WAITING, DEAD, COPYING, LEAKED, EXTRA = 0, 2, 3, 4, 6, 8, 10, 11
_FIELDS = {
    "low": ("stack",), "pc": ("sched", "pc"), "sp": ("sched", "sp"), "m": ("m",),
    "call_pc": ("syscallpc",), "call_sp": ("syscallsp",), "status": ("atomicstatus",),
    "goid": ("goid",), "since": ("waitsince",), "reason": ("waitreason",),
    "turn": ("trackingSeq",), "locked": ("lockedm",), "created": ("gopc",), "start": ("startpc",),
}  # fmt: skip
_PARENT = ("parentGoid",)  # since 1.21
_KEPT = ("low", "high", "pc", "sp", "call_pc", "call_sp", "status", "goid", "turn")
_WIDTHS = {1: "u1", 4: "<u4", 8: "<u8"}
Column = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """``n`` goroutines by the fields of _FIELDS, and ``high``, ``parent`` and ``tick``."""

    addresses: Addresses  # [n] of each g
    columns: dict[str, Column]  # [n] each
    there: Flags  # [n]

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def of(self, rows: NDArray[np.intp]) -> Records:
        """Some of them."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Records(self.addresses[rows], columns, self.there[rows])

    def put(self, rows: NDArray[np.intp], newer: Records) -> None:
        """A newer reading of some of them."""
        for name, column in self.columns.items():
            column[rows] = newer[name]
        self.there[rows] = newer.there

    def same(self, other: Records) -> Flags:
        """Which of them have stood still from one reading to the other.

        The runtime counts in ``trackingSeq`` (a byte) how often a goroutine has stopped running,
        and in an M's ``syscalltick`` its system calls: what ran and stopped again at the same place
        is seen, unless it did so 256 times.
        """
        still = self.there & other.there
        for name in (*_KEPT, "tick"):
            still = still & (self[name] == other[name])
        return still

    def waited_through(self, other: Records) -> Flags:
        """Which have not run from one reading to the other, however much time was in between.

        Whoever is run by the scheduler has ``waitsince`` 0 (``execute``, proc.go) until a later
        cycle finds it waiting and puts down when that cycle began (``markroot``, mgcmark.go).
        Coroutines are not (``coroswitch_m``, coro.go).
        """
        since = self["since"]
        return np.asarray((since > 0) & (since == other["since"]) & (self["goid"] == other["goid"]))


@dataclass(frozen=True, slots=True)
class GReader:
    """Reads records of one process."""

    target: Target
    first: int  # of the bytes that are read of a g
    size_bytes: int
    places: dict[str, tuple[int, str]]
    tick: int  # of m.syscalltick

    @classmethod
    def of(cls, target: Target) -> GReader:
        """By the layouts of its version; BadInput when a field is missing."""
        places = _places(target.layouts)
        first = min(at for at, _ in places.values())
        last = max(at + np.dtype(kind).itemsize for at, kind in places.values())
        tick = target.layouts.at("runtime.m", "syscalltick").offset
        return cls(target, first, -(-(last - first) // 8) * 8, places, tick)

    def addresses(self) -> tuple[Addresses, int]:
        """Of the goroutines that ever were, dead ones too; and how many are left out."""
        target = self.target
        count = target.memory.word(target.address("runtime.allglen"))
        if count >= 1 << 40:
            raise BadInput(f"process {target.pid} states {count:,} goroutines: that is none.")
        taken = min(count, MOST_GOROUTINES)
        if not taken:
            return np.zeros(0, np.uint64), 0
        array = target.memory.word(target.address("runtime.allgptr"))
        return np.frombuffer(target.memory.read(array, 8 * taken), "<u8"), count - taken

    def read(self, addresses: Addresses) -> Records:
        """These records as they are now."""
        count = len(addresses)
        sizes = np.full(count, self.size_bytes, np.int64)
        with np.errstate(over="ignore"):
            pieces = gather(self.target.memory, addresses + np.uint64(self.first), sizes)
        there = pieces.there
        rows = pieces.rows(self.size_bytes)
        columns = {name: self._column(rows, there, name) for name in self.places}
        columns.setdefault("parent", np.zeros(count, np.uint64))
        columns["tick"] = self._ticks(columns, there)
        return Records(addresses, columns, there)

    def seals(self, records: Records) -> Seals:
        """Holds windows of these goroutines' stacks against their records."""

        def hold(rows: NDArray[np.intp], before: Bytes, after: Bytes) -> Flags:
            every = np.ones(len(rows), np.bool_)
            held = every.copy()
            for name in _KEPT:
                wanted = records[name][rows]
                for raw in (before, after):
                    held &= self._column(raw, every, name) == wanted
            return held

        with np.errstate(over="ignore"):
            return Seals(records.addresses + np.uint64(self.first), self.size_bytes, hold)

    def _column(self, rows: Bytes, there: Flags, name: str) -> Column:
        place, kind = self.places[name]
        at, width = place - self.first, np.dtype(kind).itemsize
        found = np.zeros(len(there), np.uint64)
        found[there] = np.ascontiguousarray(rows[:, at : at + width]).view(kind)[:, 0]
        return found & np.uint64(_SCAN - 1) if name == "status" else found

    def _ticks(self, columns: dict[str, Column], there: Flags) -> Column:
        """Of goroutines in system calls: how many their M has begun."""
        found = np.zeros(len(there), np.uint64)
        calling = np.flatnonzero((columns["status"] == SYSTEM_CALL) & (columns["m"] > 0) & there)
        if len(calling):
            addresses = columns["m"][calling] + np.uint64(self.tick)
            pieces = gather(self.target.memory, addresses, np.full(len(calling), 4, np.int64))
            found[calling[pieces.there]] = pieces.rows(4).view("<u4")[:, 0]
        return found


def _places(layouts: Layouts) -> dict[str, tuple[int, str]]:
    """Offset and kind of each column in a ``g``."""
    places = {}
    for name, path in _FIELDS.items():
        place = layouts.at("runtime.g", *path)
        places[name] = (place.offset, _WIDTHS.get(place.size_bytes, "<u8"))
    places["low"] = (places["low"][0], "<u8")
    places["high"] = (places["low"][0] + 8, "<u8")
    parent = layouts.maybe("runtime.g", *_PARENT)
    if parent is not None:
        places["parent"] = (parent.offset, "<u8")
    return places
