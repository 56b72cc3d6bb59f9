"""What goroutines do, in Go's words, and which are the runtime's own.

Sources: runtime/traceback.go ``gStatusStrings``, ``goroutineheader``, ``isSystemGoroutine``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Flags
from goom.sources.xray import gs
from goom.sources.xray.gs import Records
from goom.sources.xray.target import Target

_STATES = {
    0: "idle", 1: "runnable", 2: "running", 3: "syscall", 4: "waiting", 6: "dead",
    8: "copystack", 9: "preempted", 10: "leaked", 11: "waiting for cgo callback",
}  # fmt: skip
_USERS = ("runtime.main", "runtime.corostart", "runtime.handleAsyncEvent")
_CALLBACKS = {  # the runtime's own, but not while they call what a user registered
    "runtime.runfinq": "finalizer wait",
    "runtime.runFinalizers": "finalizer wait",
    "runtime.runCleanups": "cleanup wait",
}


@dataclass(frozen=True, slots=True, eq=False)
class GStates:
    """By goroutine."""

    words: tuple[str, ...]
    is_system: Flags

    @classmethod
    def of(cls, target: Target, records: Records) -> GStates:
        """Of all records; a status or reason that Go does not know is "???", as Go says."""
        waits = np.isin(records["status"], (gs.WAITING, gs.LEAKED))
        reasons = np.where(waits, records["reason"], 0)
        codes = records["status"] * np.uint64(256) + reasons
        unique, places = np.unique(codes, return_inverse=True)
        known = [_word(target, *divmod(code, 256)) for code in unique.tolist()]
        words = tuple(known[place] for place in places.tolist())
        return cls(words, _system(target, records["start"], words))


def waited(records: Records, now_nanoseconds: int) -> NDArray[np.float64]:
    """Seconds since the first collection that found each waiting; -1 when none has yet."""
    blocked = np.isin(records["status"], (gs.WAITING, gs.SYSTEM_CALL))
    since = records["since"].astype(np.int64)
    known = blocked & (since > 0) & (since <= now_nanoseconds)
    return np.where(known, (now_nanoseconds - since) / 1e9, -1.0)


def _word(target: Target, status: int, reason: int) -> str:
    reasons = target.wait_reasons
    if 0 < reason < len(reasons) and reasons[reason]:
        return reasons[reason]
    return _STATES.get(status, "???")


def _system(target: Target, starts: NDArray[np.uint64], words: tuple[str, ...]) -> Flags:
    functions = target.functions()
    unique, places = np.unique(starts, return_inverse=True)
    indices = functions.indices_of(unique.astype(np.int64)).tolist()
    names = [functions.name(index) if index >= 0 else "" for index in indices]
    own = np.array([name.startswith("runtime.") and name not in _USERS for name in names], np.bool_)
    found = own[places] if len(own) else np.zeros(0, np.bool_)
    for number, name in enumerate(names):
        if name in _CALLBACKS:
            for row in np.flatnonzero(places == number).tolist():
                found[row] = words[row] == _CALLBACKS[name]
    return np.asarray(found)
