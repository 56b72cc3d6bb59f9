"""What a memory limit leaves to the heap, followed from cycle to cycle.

The goal of the limit is what the limit leaves to the heap, less a headroom. No GC log prints what
is left; it follows from the goals of earlier cycles that the limit had set, and from how the heap
moves:

    left = ceiling - holes - excess

``ceiling`` is the limit less what is no heap: stacks, metadata, and free slots that nothing fills.
``holes`` are free slots in spans in use, that allocation fills before it takes new spans.
``excess`` is by how much spans in use have passed the ceiling: the process is then over its limit,
and Go takes that off the goal.

Two readings of what was seen are followed side by side, and after each cycle the one is believed
that told the last two goals better:

- *filling*: the ceiling is the most that was left in any of the last fifty cycles; whatever was
  less is holes. Sweeping leaves a share of what it frees as holes (objects that die one by one) and
  gives back the rest as whole spans (large objects, or such as die together). The share is learnt:
  the median of the last five cycles that tell it.
- *standing*: what was missing in the last cycle stays missing, for the free slots are of sizes that
  nobody asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.runtime.pacer.known import last_known, rolling
from goom.runtime.pacer.mgcpacer import NO_MEMORY_LIMIT_BYTES
from goom.runtime.pacer.mgcpacer_columns import left_of_goals_bytes, memory_limit_heap_goals_bytes
from goom.runtime.pacer.replay_observed import Observed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# How far back to look, and from when on. No fits: half or twice as much moves the median error of
# the goal by less than 0.1 %.
_CEILING_CYCLES = 50
_SHARE_CYCLES = 5
_JUDGED_CYCLES = 2
_SHARE_UNKNOWN = 0.0
_HOLES_SEEN_FRACTION = 0.01  # of the ceiling: fewer than that may be metadata that grew


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Room:
    """The heap's room under the limit as known after each of ``n`` cycles. In bytes.

    ``holes`` are those that the sweep after the cycle leaves. ``unknown``: no goal told anything
    yet, and the ceiling is the limit less the stacks, which is too high.
    """

    ceiling_bytes: Floats
    holes_bytes: Floats
    heap_marked_bytes: Floats
    unknown: Flags

    def __getitem__(self, rows: Ints) -> Room:
        """The room after some of the cycles."""
        return Room(
            ceiling_bytes=self.ceiling_bytes[rows],
            holes_bytes=self.holes_bytes[rows],
            heap_marked_bytes=self.heap_marked_bytes[rows],
            unknown=self.unknown[rows],
        )

    def left_bytes(self, heap_live_bytes: Floats) -> Floats:
        """What is left to the heap once it has grown to ``heap_live`` in the cycle that follows."""
        filled = np.maximum(heap_live_bytes - self.heap_marked_bytes, 0.0)
        holes = np.maximum(self.holes_bytes - filled, 0.0)
        excess = np.maximum(heap_live_bytes + holes - self.ceiling_bytes, 0.0)
        return self.ceiling_bytes - holes - excess


def no_limit(seen: Observed) -> Room:
    """The room of a process without a limit."""
    count = len(seen)
    return Room(
        ceiling_bytes=np.full(count, float(NO_MEMORY_LIMIT_BYTES)),
        holes_bytes=np.zeros(count),
        heap_marked_bytes=seen.heap_marked.middle,
        unknown=np.zeros(count, np.bool_),
    )


def room_under(limit_bytes: float, seen: Observed, limited: Flags, percent: int) -> Room:
    """Follow the room through a log; ``limited`` says which goals the limit had set for certain."""
    left = np.where(limited, left_of_goals_bytes(seen.goal.middle, percent), np.nan)
    at_most = limit_bytes - seen.stacks.middle
    # A goal that is just what was marked before tells no more than that not more was left.
    marked_before = np.concatenate([[np.inf], seen.heap_marked.high[:-1]])[: len(seen)]
    certain = np.where(seen.goal.low > marked_before, left, np.nan)
    filling, standing = _filling(seen, certain, at_most), _standing(seen, left, at_most)
    better = _misses(standing, seen, limited, percent) < _misses(filling, seen, limited, percent)
    return Room(
        ceiling_bytes=np.where(better, standing.ceiling_bytes, filling.ceiling_bytes),
        holes_bytes=np.where(better, standing.holes_bytes, filling.holes_bytes),
        heap_marked_bytes=seen.heap_marked.middle,
        unknown=standing.unknown,
    )


def _misses(room: Room, seen: Observed, limited: Flags, percent: int) -> Floats:
    """How far off a reading was for the last goals that the limit had set; inf before any."""
    end, marked = seen.heap_end.middle, seen.heap_marked.middle
    left = room.left_bytes(np.concatenate([end[1:], end[:1]]))
    goals = memory_limit_heap_goals_bytes(left, percent, marked)[:-1]
    missed = np.full(len(end), np.nan)
    missed[1:] = np.where(limited[1:], np.abs(goals - seen.goal.middle[1:]), np.nan)
    missed[1:][room.unknown[:-1]] = np.nan
    return np.nan_to_num(rolling(np.mean, missed, _JUDGED_CYCLES), nan=np.inf)


def _standing(seen: Observed, left: Floats, at_most: Floats) -> Room:
    """The reading in which the last cycle's ceiling stays, and holes do not count."""
    end = seen.heap_end.middle
    ceiling = last_known(np.where(end > left, (left + end) / 2, left))
    unknown = np.isnan(ceiling)
    return Room(
        ceiling_bytes=np.where(unknown, at_most, ceiling),
        holes_bytes=np.zeros(len(seen)),
        heap_marked_bytes=seen.heap_marked.middle,
        unknown=unknown,
    )


def _filling(seen: Observed, left: Floats, at_most: Floats) -> Room:
    """The reading in which what is missing under the highest ceiling is holes that get filled.

    No more holes stay than fit under the ceiling: the spans beyond it are new and empty together.
    """
    end, marked, told = seen.heap_end.middle, seen.heap_marked.middle, ~np.isnan(left)
    ceiling = rolling(np.max, left, _CEILING_CYCLES)
    unknown = np.isnan(ceiling)
    ceiling = np.where(unknown, at_most, ceiling)
    holes = np.where(told, _holes_of(ceiling - left, end, ceiling), 0.0)
    freed = np.maximum(end - marked, 0.0)
    stay = holes + _share(holes, freed, ceiling, seen, told) * freed
    return Room(
        ceiling_bytes=ceiling,
        holes_bytes=np.minimum(stay, np.maximum(ceiling - marked, 0.0)),
        heap_marked_bytes=marked,
        unknown=unknown,
    )


def _holes_of(gap: Floats, heap_live: Floats, ceiling: Floats) -> Floats:
    """The holes behind a gap under the ceiling: the way back from Room.left_bytes."""
    over = heap_live + gap > ceiling
    return np.where(over, np.maximum((gap - (heap_live - ceiling)) / 2, 0.0), gap)


def _share(holes: Floats, freed: Floats, ceiling: Floats, seen: Observed, told: Flags) -> Floats:
    """Which share of what sweeping frees stays as holes, as known after each cycle.

    Of two cycles in a row, holes after = holes before + share * freed - allocated: that tells the
    share where holes are left, and where none are it tells the most that the share can be.
    """
    allocated = seen.heap_end.middle[1:] - seen.heap_marked.middle[:-1]
    usable = told[1:] & told[:-1] & (freed[:-1] > 0) & (np.diff(seen.number) == 1)
    shares = np.full(len(holes), np.nan)
    filled = holes[1:] + allocated - holes[:-1]
    shares[1:] = np.clip(
        np.divide(filled, freed[:-1], out=np.full(len(filled), np.nan), where=usable), 0.0, 1.0
    )
    seen_holes = holes > _HOLES_SEEN_FRACTION * ceiling
    share = rolling(np.median, np.where(seen_holes, shares, np.nan), _SHARE_CYCLES)
    most = last_known(np.where(seen_holes, np.nan, shares))
    known: Floats = np.fmin(np.where(np.isnan(share), _SHARE_UNKNOWN, share), most)
    return known
