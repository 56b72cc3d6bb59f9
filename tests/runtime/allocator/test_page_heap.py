"""The page heap against the runtime's rules, written out page by page."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from goom.runtime.allocator.page_heap import (
    CACHED,
    CHUNK_PAGES,
    FREE,
    IN_USE,
    NEVER_USED,
    RELEASED,
    RESIDENT,
    PageHeap,
)


class SlowHeap:
    """allocSpan, allocToCache, find and grow without any shortcut: sets of page numbers."""

    def __init__(self) -> None:
        self.size = 0
        self.free: set[int] = set()
        self.cache: set[int] = set()

    def allocate(self, pages: int) -> int:
        if pages < 16:
            if not self.cache and self.free:
                block = min(self.free) // 64
                self.cache = {page for page in self.free if page // 64 == block}
                self.free -= self.cache
            if (first := self.lowest_run(self.cache, pages)) is not None:
                self.cache -= set(range(first, first + pages))
                return first
        if (first := self.lowest_run(self.free, pages)) is None:
            more = (pages + 511) // 512 * 512
            self.free |= set(range(self.size, self.size + more))
            self.size += more
            first = self.lowest_run(self.free, pages)
        assert first is not None
        self.free -= set(range(first, first + pages))
        return first

    @staticmethod
    def lowest_run(free: set[int], pages: int) -> int | None:
        runs = (one for one in sorted(free) if all(one + i in free for i in range(pages)))
        return next(runs, None)


asked = st.integers(1, 70) | st.sampled_from([1, 1, 2, 3, 15, 16, 17, 64, 400, 513])


@settings(max_examples=200)
@given(orders=st.lists(asked | st.floats(0, 0.999), max_size=120))
def test_pages_come_from_where_the_runtime_takes_them(orders: list[int | float]) -> None:
    heap, slow = PageHeap(), SlowHeap()
    spans: list[tuple[int, int]] = []
    for order in orders:
        if isinstance(order, int):
            spans.append((heap.allocate(order), order))
            assert spans[-1][0] == slow.allocate(order)
        elif spans:
            first, pages = spans.pop(int(order * len(spans)))
            heap.free(np.array([first]), np.array([pages]))
            slow.free |= set(range(first, first + pages))
        state = heap.view().state
        assert set(np.flatnonzero(state == FREE).tolist()) == slow.free
        assert set(np.flatnonzero(state == CACHED).tolist()) == slow.cache
        assert np.count_nonzero(state == IN_USE) == sum(pages for _, pages in spans)


def test_the_heap_grows_by_whole_chunks_of_4_mib() -> None:
    heap = PageHeap()
    heap.allocate(1)
    assert len(heap.state) == CHUNK_PAGES
    heap.allocate(CHUNK_PAGES)
    assert len(heap.state) == 2 * CHUNK_PAGES
    assert (heap.view().scavenged[1 + CHUNK_PAGES :] == NEVER_USED).all()


def test_a_page_that_was_returned_is_counted_when_it_is_taken_again() -> None:
    heap = PageHeap()
    first = heap.allocate(4)
    heap.free(np.array([first]), np.array([4]))
    heap.view().scavenged[first : first + 3] = RELEASED
    assert heap.faulted == [0, 4, 0]
    heap.allocate(20)
    assert heap.faulted == [1, 20, 3]
    assert (heap.view().scavenged[:20] == RESIDENT).all()
