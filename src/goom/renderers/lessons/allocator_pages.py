"""The heap page by page for the allocator page: two stories side by side, step by step."""

from __future__ import annotations

from goom.case.document import Json, plain
from goom.runtime.allocator.page_map_lesson import PageMapLesson, Snapshot, lesson

_FULL = 9  # the letters 0 to 9 say how much of a page's span is live
_WORDS = (
    "Both heaps hold the same objects, and the same one in ten of them will live on. What differs "
    "is only the order in which they were asked for.",
    "A span goes back only when its last object is dead. One live object holds its whole span.",
    "Free pages are returned to the system a while later. A page of a span that holds anything "
    "cannot be returned, however little it holds.",
    "Free slots are used first: of spans that were held anyway, at no cost.",
    "Larger objects need free pages in a row. Free slots do not help them, and holes that are too "
    "short do not either.",
)


def page_map(version: str) -> Json:
    """Both stories of the page map lesson; a letter for each page of 8 KiB.

    ``f`` is free, ``s`` returned or never used, a digit in use: tenths of its span that are live.
    """
    told = lesson(version)
    return {
        "message": told.message,
        "stories": [{"title": one.title, "text": one.text} for one in told.stories],
        "steps": [_step(told, number, text) for number, text in enumerate(_WORDS)],
        "said": plain(told.said),
    }


def _step(told: PageMapLesson, number: int, text: str) -> Json:
    shown = [story.snapshots[number] for story in told.stories]
    return {
        "title": shown[0].title,
        "text": text,
        "source": shown[0].source,
        "heaps": [_heap(one) for one in shown],
    }


def _heap(one: Snapshot) -> Json:
    return {
        "pages": _letters(one),
        "text": one.text,
        "in_use_bytes": one.heap_in_use_bytes,
        "live_bytes": one.heap_alloc_bytes,
        "free_bytes": one.heap_idle_bytes - one.heap_released_bytes,
        "released_bytes": one.heap_released_bytes,
        "holes": one.free_runs,
    }


def _letters(one: Snapshot) -> str:
    letters = list(one.pages)
    for span in one.spans:
        live = str(min(_FULL, span.objects * 10 // span.slots))
        letters[span.first_page : span.first_page + span.pages] = live * span.pages
    return "".join(letters)
