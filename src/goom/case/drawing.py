"""Tables made for drawing: the timeline that all charts share, and flame graphs."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Track:
    """One line of a chart. ``time_seconds`` counts from the timeline's zero.

    ``unit`` is bytes, count, fraction or seconds. ``step`` holds a value until the next one
    (a goal, a limit); otherwise the points are joined.
    """

    key: str
    label: str
    unit: str
    time_seconds: Floats
    values: Floats
    step: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth a line across the charts: ``kind`` is kill, end or profile."""

    kind: str
    at_seconds: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened when. ``zero_seconds`` is the epoch of second zero, nan when only a log with
    its own clock was seen.
    """

    zero_seconds: float = nan
    end_seconds: float = nan
    tracks: tuple[Track, ...] = ()
    marks: tuple[Mark, ...] = ()

    def track(self, key: str) -> Track | None:
        """The track of this key, or None."""
        return next((track for track in self.tracks if track.key == key), None)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FlameTree:
    """A tree of calls in columns, root first, a parent always before its children.

    ``total`` is what a node and all beneath it hold, ``own`` what is left when its drawn children
    are taken away. Nodes too small to see are part of their parent's own. For growth between two
    profiles ``total`` is growth only, and ``net`` is later minus earlier.
    """

    key: str  # live_bytes, allocated_bytes, growth, goroutines
    label: str
    unit: str  # bytes or count
    functions: tuple[str, ...]
    files: tuple[str, ...]  # by function
    parent: Ids  # -1 for the root
    function: Ids  # index into functions, -1 for the root
    line: Ids  # the heaviest line, 0 when unknown
    total: Floats
    own: Floats
    net: Floats
    note: str = ""
    origin: str = ""

    def __len__(self) -> int:
        return len(self.parent)


@dataclass(frozen=True, slots=True)
class FlameGraphs:
    """All flame graphs of the subject."""

    all: tuple[FlameTree, ...]

    def of(self, key: str) -> FlameTree | None:
        """The graph of this key, or None."""
        return next((tree for tree in self.all if tree.key == key), None)
