"""The allocator as a lesson: everything that a page or a table about some requests shows.

Plain frozen data (``goom.case.document.plain`` makes JSON of it). The lesson states what the model
next to it computes; it measures nothing and knows no times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goom.runtime.allocator.eras import ERAS, era_of, release_of, version_text
from goom.runtime.allocator.lesson_sources import Source, malloc_source
from goom.runtime.allocator.lesson_steps import Step
from goom.runtime.allocator.lesson_ways import way_of
from goom.runtime.allocator.lesson_words import CORRECTIONS, LEVELS, Correction, Level
from goom.runtime.allocator.malloc import Kind, Placement, place
from goom.runtime.allocator.spans import SpanLayout, span_layout
from goom.runtime.allocator.tiny import tiny_per_block
from goom.runtime.size_classes import LARGE, size_classes

DEFAULT_SIZE_BYTES = 41


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for which bytes are spent; ``key`` is "requested", "header", "rounding" …"""

    key: str
    label: str
    bytes: int


@dataclass(frozen=True, slots=True)
class InEra:
    """One request in one stretch of versions.

    ``slot_parts`` sum to ``placement.slot_bytes``, ``span_parts`` to ``span_bytes`` (a span whose
    slots are all used). ``source`` is the function that chooses the slot in the newest of them.
    """

    era: str
    versions: tuple[str, ...]
    placement: Placement
    span_bytes: int
    objects_per_span: int
    share_a_block: int
    slot_parts: tuple[Part, ...]
    span_parts: tuple[Part, ...]
    source: Source

    @property
    def bytes_each(self) -> float:
        """Span bytes for each object when all slots are used: what the object really costs."""
        return self.span_bytes / max(1, self.objects_per_span * self.share_a_block)


@dataclass(frozen=True, slots=True)
class RequestLesson:
    """One request: its slot in this version and in every era, and its way."""

    size_bytes: int
    has_pointers: bool
    here: InEra
    eras: tuple[InEra, ...]
    way: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One size class. ``worst_waste_fraction`` of a full span of smallest-fitting objects is waste:

    all slots hold objects one byte larger than the class below (no headers), tail and bits
    included; the runtime's own table says the same without the bits.
    """

    number: int
    size_bytes: int
    span_bytes: int
    without_pointers: SpanLayout
    with_pointers: SpanLayout
    worst_waste_fraction: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """All of it, for one version: ``version`` is "1.27"."""

    version: str
    era: str
    requests: tuple[RequestLesson, ...]
    classes: tuple[ClassRow, ...]
    levels: tuple[Level, ...]
    corrections: tuple[Correction, ...]


def lesson(
    sizes_bytes: Sequence[int] = (DEFAULT_SIZE_BYTES,),
    version: str | None = None,
    has_pointers: bool = False,
) -> Lesson:
    """The lesson about requests of these sizes (not negative), all with pointers or all without."""
    return lesson_about([(size, has_pointers) for size in sizes_bytes], version)


def lesson_about(asked: Sequence[tuple[int, bool]], version: str | None = None) -> Lesson:
    """The lesson about requests of which each is a size and whether it has pointers."""
    return Lesson(
        version=version_text(release_of(version)),
        era=era_of(version).name,
        requests=tuple(_request(size, pointers, version) for size, pointers in asked),
        classes=class_rows(version),
        levels=LEVELS,
        corrections=CORRECTIONS,
    )


def _request(size_bytes: int, has_pointers: bool, version: str | None) -> RequestLesson:
    here = in_era(size_bytes, has_pointers, version)
    eras = tuple(in_era(size_bytes, has_pointers, version_text(era.until)) for era in ERAS)
    way = way_of(here.placement, version)
    return RequestLesson(size_bytes, has_pointers, here, eras, way)


def in_era(size_bytes: int, has_pointers: bool, version: str | None = None) -> InEra:
    """One request in the era of a version."""
    placement = place(size_bytes, has_pointers, version)
    era = era_of(version)
    small = placement.size_class != LARGE
    layout = span_layout(placement.size_class, has_pointers, version) if small else None
    tiny = placement.kind == Kind.TINY
    return InEra(
        era=era.name,
        versions=tuple(f"1.{minor}" for minor in range(era.since[1], era.until[1] + 1)),
        placement=placement,
        span_bytes=layout.span_bytes if layout else placement.slot_bytes,
        objects_per_span=layout.objects if layout else int(placement.kind == Kind.LARGE),
        share_a_block=tiny_per_block(size_bytes) if tiny else 1,
        slot_parts=_slot_parts(placement),
        span_parts=_span_parts(placement, layout),
        source=malloc_source(placement, release_of(version)),
    )


def _slot_parts(placement: Placement) -> tuple[Part, ...]:
    shared = tiny_per_block(placement.requested_bytes) if placement.kind == Kind.TINY else 1
    asked = placement.requested_bytes * shared
    rounding = {Kind.TINY: "left of the block", Kind.LARGE: "up to whole pages"}
    parts = (
        Part("requested", "asked for", asked),
        Part("header", "type header", placement.header_bytes),
        Part("rounding", rounding.get(placement.kind, "up to the class"),
             placement.slot_bytes - placement.header_bytes - asked),
    )  # fmt: skip
    return tuple(part for part in parts if part.bytes)


def _span_parts(placement: Placement, layout: SpanLayout | None) -> tuple[Part, ...]:
    slots = _slot_parts(placement)
    if layout is None:
        return slots
    inside = (Part(one.key, one.label, one.bytes * layout.objects) for one in slots)
    kept = (
        Part("heap_bits", "heap bits: which words are pointers", layout.heap_bits_bytes),
        Part("mark_bits", "mark bits", layout.mark_bits_bytes),
        Part("tail", "tail: no further slot fits", layout.tail_bytes),
    )
    return (*inside, *(part for part in kept if part.bytes))


def class_rows(version: str | None = None) -> tuple[ClassRow, ...]:
    """All 67 classes as they are in this version."""
    rows = size_classes()
    below = (0, *(row.size_bytes for row in rows))
    return tuple(
        ClassRow(
            number=row.number,
            size_bytes=row.size_bytes,
            span_bytes=row.span_bytes,
            without_pointers=(plain := span_layout(row.number, False, version)),
            with_pointers=span_layout(row.number, True, version),
            worst_waste_fraction=1 - plain.objects * (smaller + 1) / row.span_bytes,
        )
        for row, smaller in zip(rows, below, strict=False)
    )
