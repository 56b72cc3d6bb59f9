"""The page map lesson says what its two runs show."""

from __future__ import annotations

import pytest

from goom.runtime.allocator.page_map_lesson import PageMapLesson, Snapshot, lesson

PAGE_BYTES = 8192


@pytest.fixture(scope="module", params=["1.21", "1.27"])
def told(request: pytest.FixtureRequest) -> PageMapLesson:
    return lesson(request.param)


def snapshots(told: PageMapLesson) -> list[Snapshot]:
    return [one for story in told.stories for one in story.snapshots]


def test_both_stories_hold_the_same_objects_at_each_step(told: PageMapLesson) -> None:
    scattered, together = (story.snapshots for story in told.stories)
    alloc = [[one.heap_alloc_bytes for one in story] for story in (scattered, together)]
    assert alloc[0][:3] == alloc[1][:3]
    assert scattered[1].heap_in_use_bytes > 1.5 * together[1].heap_in_use_bytes


def test_pages_and_spans_are_the_bytes_that_it_states(told: PageMapLesson) -> None:
    for one in snapshots(told):
        assert one.pages.count("u") * PAGE_BYTES == one.heap_in_use_bytes
        assert one.pages.count("s") * PAGE_BYTES == one.heap_released_bytes
        assert (len(one.pages) - one.pages.count("u")) * PAGE_BYTES == one.heap_idle_bytes
        assert sum(span.pages for span in one.spans) * PAGE_BYTES == one.heap_in_use_bytes
        assert sum(span.objects * span.slot_bytes for span in one.spans) == one.heap_alloc_bytes
        assert one.pages == "".join(_drawn(one))


def _drawn(one: Snapshot) -> list[str]:
    letters = [letter if letter != "u" else "?" for letter in one.pages]
    for span in one.spans:
        letters[span.first_page : span.first_page + span.pages] = "u" * span.pages
    return letters


def test_each_story_goes_from_full_to_returned_to_used_again(told: PageMapLesson) -> None:
    for story in told.stories:
        full, swept, returned, again, bigger = story.snapshots
        assert swept.heap_in_use_bytes < 0.3 * full.heap_in_use_bytes
        assert returned.heap_released_bytes > swept.heap_released_bytes
        assert returned.heap_in_use_bytes == swept.heap_in_use_bytes
        assert again.heap_alloc_bytes > returned.heap_alloc_bytes
        assert bigger.faulted_again_pages > 0


def test_the_lesson_is_always_the_same() -> None:
    assert lesson("1.22") == lesson("1.22")
