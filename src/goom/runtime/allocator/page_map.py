"""One moment of a heap, page by page: which span has it, whether it is free, and still resident."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.kernel import Kernel, Spans
from goom.runtime.allocator.page_heap import IN_USE, RESIDENT

_IN_USE, _FREE, _RELEASED = b"ufs"
_RUN_ENDS = np.array([False])


@dataclass(frozen=True, slots=True)
class PageMap:
    """All pages of the heap in address order, and the spans on them.

    ``state``      uint8[pages], page_heap.FREE, IN_USE or CACHED (free, in the P's page cache).
    ``scavenged``  uint8[pages], page_heap.RESIDENT, NEVER_USED or RELEASED.
    ``spans``      columns of the spans in use, in address order; see kernel.Spans.
    ``slots``      int64[spans], objects that each span has room for (mspan.nelems).
    """

    state: NDArray[np.uint8]
    scavenged: NDArray[np.uint8]
    spans: Spans
    slots: NDArray[np.int64]

    def letters(self) -> str:
        """A letter for each page: u in use, f free and resident, s scavenged (or never used)."""
        free = np.where(self.scavenged == RESIDENT, _FREE, _RELEASED)
        return np.where(self.state == IN_USE, _IN_USE, free).astype(np.uint8).tobytes().decode()

    def span_of_page(self) -> NDArray[np.int64]:
        """int64[pages]: the place of the page's span in ``spans``, -1 for free pages."""
        owner = np.full(len(self.state), -1, dtype=np.int64)
        sizes = self.spans.pages
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.repeat(self.spans.first_page, sizes) + offsets
        owner[places] = np.repeat(np.arange(len(sizes)), sizes)
        return owner

    def free_runs(self) -> NDArray[np.int64]:
        """int64[holes]: the lengths in pages of all runs of free pages, in address order."""
        return free_runs(self.state)


def page_map(kernel: Kernel, slots_of: NDArray[np.int64]) -> PageMap:
    """The heap as it is now; a copy."""
    pages, spans = kernel.pages(), kernel.spans()
    return PageMap(pages.state.copy(), pages.scavenged.copy(), spans, slots_of[spans.span_class])


def free_runs(state: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Lengths of the runs of pages that no span has; those in a page cache are among them."""
    free = np.concatenate((_RUN_ENDS, state != IN_USE, _RUN_ENDS))
    turns = np.flatnonzero(free[1:] != free[:-1])
    return turns[1::2] - turns[::2]
