"""How far it is from one frame of a goroutine's stack to the next, for very many addresses at once.

Sources: runtime/traceback.go ``unwinder.resolveInternal``, ``next``; before 1.21 ``gentraceback``;
symtab.go ``funcspdelta``. Go's own unwinder goes by the function table and not by frame pointers:
so do we. It is right for assembly and for functions without a frame, and since the answer for an
address is kept, it is no slower: 10,000 goroutines stand at some dozens of addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.xray_depth import Addresses
from goom.formats.pc_frames import PcFrames

GO_ON, TOP, MOVES_STACK, UNKNOWN = 0, 1, 2, 3  # what to do after a frame
_TOP_FRAME, _SP_WRITE = 1, 2  # FuncFlagTopFrame, FuncFlagSPWrite
_BOTH_STACKS = "runtime.cgocallback"  # its frame is valid on either stack
_MOST_KNOWN = 1_000_000


@dataclass(slots=True, eq=False)
class Steps:
    """By return address: bytes from the stack pointer to the next return address, and what then."""

    names: PcFrames
    _pcs: Addresses = field(default_factory=lambda: np.zeros(0, np.uint64))
    _distances: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    _kinds: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))

    def of(self, pcs: Addresses) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Distances and kinds, [n] each. TOP: no caller. MOVES_STACK: the caller is only where a
        system call says. UNKNOWN: no function of Go's is there.
        """
        places = self._places(pcs)
        missing = np.unique(pcs[self._pcs[places] != pcs]) if len(self._pcs) else np.unique(pcs)
        if len(missing):
            self._learn(missing)
            places = self._places(pcs)
        return self._distances[places], self._kinds[places]

    def _places(self, pcs: Addresses) -> NDArray[np.intp]:
        found = np.searchsorted(self._pcs, pcs)
        return np.minimum(found, max(len(self._pcs) - 1, 0))

    def _learn(self, pcs: Addresses) -> None:
        if len(self._pcs) + len(pcs) > _MOST_KNOWN:  # a process that makes addresses up
            self._pcs, self._distances, self._kinds = (
                self._pcs[:0],
                self._distances[:0],
                self._kinds[:0],
            )
        answers = [self._step(pc) for pc in pcs.tolist()]
        every = np.concatenate((self._pcs, pcs))
        order = np.argsort(every, kind="stable")
        self._pcs = every[order]
        self._distances = np.concatenate(
            (self._distances, np.array([one[0] for one in answers], np.int64))
        )[order]
        self._kinds = np.concatenate(
            (self._kinds, np.array([one[1] for one in answers], np.uint8))
        )[order]

    def _step(self, pc: int) -> tuple[int, int]:
        index = self.names.index(pc)
        if index < 0:
            return 0, UNKNOWN
        flags = self.names.flags(index)
        if flags & _TOP_FRAME:
            return 0, TOP
        distance = self.names.frame_bytes(pc)
        if distance is None or distance % 8:
            return 0, UNKNOWN
        if flags & _SP_WRITE and self.names.functions.name(index) != _BOTH_STACKS:
            return distance, MOVES_STACK
        return distance, GO_ON
