"""Stacks as a tree that shares their innermost frames: a goroutine stands at one node of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.xray_depth import Addresses

Nodes = NDArray[np.int64]
NOWHERE = -1


@dataclass(slots=True, eq=False)
class StackTree:
    """Grows while stacks are walked; the same stack is the same node."""

    _parents: list[int] = field(default_factory=list)
    _pcs: list[int] = field(default_factory=list)
    _children: dict[tuple[int, int], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._pcs)

    def grow(self, nodes: Nodes, pcs: Addresses) -> Nodes:
        """The nodes one frame further out, [n]; from NOWHERE a stack begins."""
        addresses, codes = np.unique(pcs, return_inverse=True)
        pairs = (nodes + 1) * max(len(addresses), 1) + codes
        unique, places = np.unique(pairs, return_inverse=True)
        parents, which = np.divmod(unique, max(len(addresses), 1))
        keys = zip((parents - 1).tolist(), addresses[which].tolist(), strict=True)
        return np.array([self._child(key) for key in keys], np.int64)[places]

    def stack(self, node: int) -> tuple[int, ...]:
        """The return addresses of a node's stack, leaf first."""
        found: list[int] = []
        while node != NOWHERE:
            found.append(self._pcs[node])
            node = self._parents[node]
        return tuple(reversed(found))

    def _child(self, key: tuple[int, int]) -> int:
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = len(self._pcs)
            self._parents.append(key[0])
            self._pcs.append(key[1])
        return found
