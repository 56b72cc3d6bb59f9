"""How full a heap's spans are, and what its free pages are good for: derived from a span map."""

from __future__ import annotations

from dataclasses import dataclass

QUARTERS = ("under 25 %", "25 to 50 %", "50 to 75 %", "75 to 99 %", "full")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOccupancy:
    """One span class of small objects.

    ``quarters`` counts spans by how full they are, as QUARTERS. ``pinned_bytes`` are whole spans
    that would be free if the objects stood side by side. ``sparse_*`` is of the spans that are
    less than a quarter full: their objects, and the free slots that these keep.
    """

    span_class: int
    slot_bytes: int
    has_pointers: bool
    spans: int
    span_bytes: int
    slots: int
    objects: int
    object_bytes: int
    free_bytes: int
    tail_bytes: int
    pinned_bytes: int
    unswept_spans: int
    cached_spans: int
    quarters: tuple[int, ...]
    sparse_objects: int
    sparse_object_bytes: int
    sparse_free_bytes: int

    @property
    def fill_fraction(self) -> float:
        """Objects of slots."""
        return self.objects / self.slots if self.slots else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeObjects:
    """Objects that have a span of their own. ``rounding_bytes`` is what whole pages add."""

    count: int
    object_bytes: int
    span_bytes: int
    rounding_bytes: int
    largest_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoleSizes:
    """Runs of free pages of at least so many, and less than twice as many."""

    least_pages: int
    runs: int
    free_bytes: int
    released_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageUse:
    """What the heap has grown to, by use. ``held_bytes`` of the free pages are not released."""

    heap_bytes: int
    in_use_bytes: int
    stack_bytes: int
    work_bytes: int
    cached_bytes: int
    padding_bytes: int
    free_bytes: int
    released_bytes: int
    held_bytes: int
    holes: tuple[HoleSizes, ...]
    hole_count: int
    largest_hole_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArenaUse:
    """64 MiB of addresses, as far as the heap has grown there."""

    address: int
    heap_bytes: int
    in_use_bytes: int
    object_bytes: int
    free_bytes: int
    released_bytes: int
    largest_hole_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanOccupancy:
    """One span map, added up. ``classes`` are in the order of what they pin, the most first.

    Bytes of small spans are ``object_bytes`` + ``free_bytes`` + ``tail_bytes``. Objects that died
    since the last sweep count as objects: spans are at most as full as this says.
    """

    taken_at_seconds: float
    classes: tuple[ClassOccupancy, ...]
    large: LargeObjects
    pages: PageUse
    arenas: tuple[ArenaUse, ...]
    span_bytes: int
    object_bytes: int
    free_bytes: int
    tail_bytes: int
    pinned_bytes: int
    sparse_spans: int
    sparse_objects: int
    sparse_object_bytes: int
    sparse_free_bytes: int
    cached_free_bytes: int
    objects_not_counted: int
    unswept_fraction: float  # of the spans
    drift_fraction: float

    @property
    def fill_fraction(self) -> float:
        """Bytes of objects of bytes of small spans; 1 when there are none."""
        return self.object_bytes / self.span_bytes if self.span_bytes else 1.0

    @property
    def unused_bytes(self) -> int:
        """Free slots, tails, and free pages that are not released: what Go holds for nothing."""
        return self.free_bytes + self.tail_bytes + self.large.rounding_bytes + self.pages.held_bytes

    @property
    def live_bytes(self) -> int:
        """Objects, small and large."""
        return self.object_bytes + self.large.object_bytes


@dataclass(frozen=True, slots=True)
class SpanOccupancies:
    """All looks, oldest first; at least one."""

    all: tuple[SpanOccupancy, ...]

    @property
    def last(self) -> SpanOccupancy:
        """The newest."""
        return self.all[-1]

    def lasting(self) -> SpanOccupancy:
        """The look of the last third in which the least was unused.

        Right after a sweep spans are emptier than they will be: what was allocated since fills
        them again.
        """
        late = self.all[len(self.all) * 2 // 3 :]
        return min(late, key=lambda one: one.unused_bytes)
