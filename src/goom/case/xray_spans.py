"""The span map of a Go process: what its pages are used for, and how full its spans are.

Rows that say the same are counted, not repeated, so that a map of a large heap is small.
Pages are the runtime's, 8 KiB.
"""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.profile import Ints
from goom.case.xray import Torn

PAGE_BYTES = 8192
CHUNK_PAGES = 512  # pallocChunkPages: 4 MiB, what one bitmap of the page allocator covers
ARENA_BYTES = 64 << 20
SWEPT, UNSWEPT, CACHED = 0, 1, 2
_DRIFTED_FRACTION = 0.01


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpanGroups:
    """Spans in use, ``n`` groups of which all members look alike.

    ``span_class`` is size class << 1 | noscan; 0 and 1 are large objects, one a span, and only
    of those are ``object_bytes`` what was asked for. ``state``: SWEPT; UNSWEPT, whose objects may
    be dead; CACHED by a P, which fills it.
    """

    span_class: Ints  # [n]
    state: Ints  # [n]
    pages: Ints  # [n] of one span
    slots: Ints  # [n] of one span
    slot_bytes: Ints  # [n]
    objects: Ints  # [n] in one span
    spans: Ints  # [n] how many
    object_bytes: Ints  # [n] in all of them

    def __len__(self) -> int:
        return len(self.spans)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellRows:
    """What the heap has grown to, by address, cut into ``n`` cells of ``SpanMap.cell_pages``.

    Of the pages of each: spans in use, manual spans (stacks, the collector's work buffers),
    pages in a P's page cache, padding (a random base address, 1.26 and later: never used), free
    pages, and those of the free that the OS has back.
    ``largest_hole_pages`` is the longest run of free pages that begins in the cell.
    """

    address: Ints  # [n]
    in_use_pages: Ints  # [n]
    manual_pages: Ints  # [n]
    cached_pages: Ints  # [n]
    padding_pages: Ints  # [n]
    free_pages: Ints  # [n]
    released_pages: Ints  # [n]
    largest_hole_pages: Ints  # [n]
    object_bytes: Ints  # [n] in spans in use

    def __len__(self) -> int:
        return len(self.address)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HoleRows:
    """Runs of free pages between what is used: ``runs`` of this length and so much released."""

    pages: Ints  # [n] of one run
    released_pages: Ints  # [n] of one run
    runs: Ints  # [n]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StackRows:
    """Spans of stacks by the size of a stack; ``used`` counts those that a P keeps for reuse too.

    A stack of 32 KiB or more has a span of its own.
    """

    stack_bytes: Ints  # [n]
    spans: Ints  # [n]
    pages: Ints  # [n] of all of them
    slots: Ints  # [n] of all of them
    used: Ints  # [n] of all of them


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ProcRows:
    """What each of ``n`` Ps keeps to itself: free slots in spans it fills, pages, free stacks.

    ``objects_not_counted`` were allocated in those spans and are not in MemStats until it flushes.
    """

    spans: Ints  # [n]
    free_slots: Ints  # [n]
    free_slot_bytes: Ints  # [n]
    objects_not_counted: Ints  # [n]
    cached_pages: Ints  # [n]
    cached_released_pages: Ints  # [n]
    stack_bytes: Ints  # [n]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CentralRows:
    """Lengths of the lists of mcentral by span class, 136 rows.

    A list names a span until somebody takes it, so one that was swept since is still in an
    unswept list.
    """

    partial_swept: Ints
    partial_unswept: Ints
    full_swept: Ints
    full_unswept: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCounters:
    """The process's own counters, read with the map."""

    heap_in_use_bytes: int
    heap_free_bytes: int
    heap_released_bytes: int
    stack_bytes: int
    work_bytes: int  # the collector's


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpanMap:
    """One look. ``torn`` names the counters of the process that the map does not add up to.

    When it is empty the map is exact. A program that allocates changes it while it is read.
    """

    taken_at_seconds: float  # epoch
    took_seconds: float
    attempts: int
    go_version: str
    groups: SpanGroups
    cell_pages: int
    cells: CellRows
    holes: HoleRows
    stacks: StackRows
    procs: ProcRows
    central: CentralRows
    counters: SpanCounters
    work_pages: int  # of manual spans that are no stacks
    torn: tuple[Torn, ...] = ()

    @property
    def drift_fraction(self) -> float:
        """How far the map is from the counters: pages that are off, of those that it has."""
        pages = max(len(self.cells) * self.cell_pages, 1)
        return max((abs(one.difference) for one in self.torn), default=0) / pages

    @property
    def is_torn(self) -> bool:
        """Whether the program changed so much meanwhile that shares may be wrong."""
        return self.drift_fraction > _DRIFTED_FRACTION


@dataclass(frozen=True, slots=True)
class SpanMaps:
    """All span maps of the subject, oldest first."""

    all: tuple[SpanMap, ...]
