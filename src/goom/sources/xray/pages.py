"""The pages of a heap: what the page allocator's bitmaps say, and what the spans say.

Sources: runtime/mpallocbits.go (pallocData: one bit a page allocated, one scavenged),
mpagecache.go (a P's 64 pages are allocated for the bitmap, and free for everybody else),
mpagealloc.go (markRandomPaddingPages: both bits, so that they count as released).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.xray_spans import CHUNK_PAGES, PAGE_BYTES, CellRows, HoleRows
from goom.sources.xray.anchors import CHUNK_BITS_BYTES, Anchors
from goom.sources.xray.span_table import Spans

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bits = NDArray[np.bool_]
_MOST_CELLS, _LEAST_CELL_PAGES = 4096, 8


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """All pages that the heap has grown to, numbered by address."""

    bases: Ints
    counts: Ints  # of chunks

    @property
    def pages(self) -> int:
        """How many."""
        return int(self.counts.sum()) * CHUNK_PAGES

    def cell_pages(self) -> int:
        """A power of two of pages, so that there are about as many cells as a person can see."""
        needed = max(self.pages // _MOST_CELLS, _LEAST_CELL_PAGES)
        return min(1 << (needed - 1).bit_length(), CHUNK_PAGES)

    def addresses(self, cell_pages: int) -> Ints:
        """Of each cell."""
        counts = self.counts * (CHUNK_PAGES // cell_pages)
        before = np.repeat(np.cumsum(counts) - counts, counts)
        number = np.arange(counts.sum()) - before
        return np.asarray(np.repeat(self.bases, counts) + number * (cell_pages * PAGE_BYTES))

    def number(self, starts: Ints, pages: Ints) -> tuple[Ints, Bits]:
        """The number of the first page of each stretch, and whether all of it is in the heap."""
        row = np.searchsorted(self.bases, starts, side="right") - 1
        inside = row >= 0
        row = np.maximum(row, 0)
        offset = (starts - self.bases[row]) // PAGE_BYTES
        inside &= offset + pages <= self.counts[row] * CHUNK_PAGES
        first = (np.cumsum(self.counts) - self.counts) * CHUNK_PAGES
        return first[row] + offset, inside

    def cover(self, spans: Spans) -> tuple[Ints, int]:
        """How many of the spans claim each page; and how many lie outside of the heap."""
        number, inside = self.number(spans.start, spans.pages)
        edges = np.zeros(self.pages + 1, np.int32)
        np.add.at(edges, number[inside], 1)
        np.add.at(edges, (number + spans.pages)[inside], -1)
        return np.cumsum(edges[:-1], dtype=np.int64), int((~inside).sum())

    def object_bytes(self, spans: Spans, cell_pages: int) -> Ints:
        """By cell; what a span holds is spread evenly over its pages."""
        number, inside = self.number(spans.start, spans.pages)
        density = spans.object_bytes[inside] / spans.pages[inside]
        edges = np.zeros(self.pages + 1)
        np.add.at(edges, number[inside], density)
        np.add.at(edges, (number + spans.pages)[inside], -density)
        by_cell = np.cumsum(edges[:-1]).reshape(-1, cell_pages).sum(axis=1)
        return np.asarray(np.maximum(np.rint(by_cell), 0), np.int64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pages:
    """One entry for each page of the grid."""

    allocated: Bits
    scavenged: Bits  # among the free ones
    in_use: Ints  # how many spans in use claim it: 0 or 1
    manual: Ints
    cached: Bits  # in a P's page cache
    padding: Bits  # allocated and scavenged, of no span: random base address (1.26 and later)
    outside: int  # spans that lie in no stretch of the heap


def read_pages(anchors: Anchors, data: Bytes, spans: tuple[Spans, Spans], caches: Ints) -> Pages:
    """The bitmaps ``data`` beside the claims; ``caches`` are rows of pageCache, [Ps, 3]."""
    grid = Grid(anchors.bases, anchors.counts)
    rows = data.reshape(-1, CHUNK_BITS_BYTES)
    half = CHUNK_BITS_BYTES // 2
    allocated = np.unpackbits(rows[:, :half], axis=1, bitorder="little").ravel().view(np.bool_)
    scavenged = np.unpackbits(rows[:, half:], axis=1, bitorder="little").ravel().view(np.bool_)
    in_use, lost = grid.cover(spans[0])
    manual, also_lost = grid.cover(spans[1])
    return Pages(
        allocated=allocated,
        scavenged=scavenged & ~allocated,
        in_use=in_use,
        manual=manual,
        cached=_cached(grid, caches),
        padding=scavenged & allocated,
        outside=lost + also_lost,
    )


def _cached(grid: Grid, caches: Ints) -> Bits:
    found = np.zeros(grid.pages, np.bool_)
    for base, bits, _ in caches.tolist():
        number, inside = grid.number(np.array([base]), np.array([64]))
        if bits and inside[0] and base % PAGE_BYTES == 0:
            free = np.unpackbits(np.array([bits], "<i8").view(np.uint8), bitorder="little")
            found[number[0] : number[0] + 64] |= free.view(np.bool_)
    return found


def _runs(grid: Grid, pages: Pages) -> tuple[Ints, Ints, Ints]:
    """Runs of free pages: number of the first page, length, and how many are released."""
    free = ~pages.allocated
    ends_here = np.zeros(grid.pages + 1, np.bool_)  # neighbours by number, not by address
    ends_here[np.cumsum(grid.counts) * CHUNK_PAGES] = True
    before = np.concatenate(([False], free))
    after = np.concatenate((free, [False]))
    starts = np.flatnonzero(after & (~before | ends_here))
    ends = np.flatnonzero(before & (~after | ends_here))
    gone = np.concatenate(([0], np.cumsum(pages.scavenged)))
    return starts, ends - starts, gone[ends] - gone[starts]


def cell_rows(anchors: Anchors, pages: Pages, heap: Spans) -> tuple[CellRows, HoleRows, int]:
    """The map by cell, its holes by likeness, and how many pages a cell has."""
    grid = Grid(anchors.bases, anchors.counts)
    cell_pages = grid.cell_pages()
    starts, lengths, released = _runs(grid, pages)
    longest = np.zeros(grid.pages // cell_pages, np.int64)
    np.maximum.at(longest, starts // cell_pages, lengths)
    kinds, count = np.unique(lengths << 31 | released, return_counts=True)
    found = HoleRows(
        pages=kinds >> 31,
        released_pages=kinds & ((1 << 31) - 1),
        runs=count.astype(np.int64),
    )

    def by_cell(what: Ints | Bits) -> Ints:
        return np.asarray(np.count_nonzero(what.reshape(-1, cell_pages), axis=1), np.int64)

    rows = CellRows(
        address=grid.addresses(cell_pages),
        in_use_pages=by_cell(pages.in_use),
        manual_pages=by_cell(pages.manual),
        cached_pages=by_cell(pages.cached),
        padding_pages=by_cell(pages.padding),
        free_pages=by_cell(~pages.allocated),
        released_pages=by_cell(pages.scavenged),
        largest_hole_pages=longest,
        object_bytes=grid.object_bytes(heap, cell_pages),
    )
    return rows, found, cell_pages
