"""A heap of 8 MiB page by page, for the page that teaches it: who dies decides what comes back.

Two runs of the simulation ask for the same objects and keep the same one in ten of them; only the
order of asking differs. Once the survivors are scattered among those that die, once they were made
a hundred at a time. All figures come from the runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.units import mib_text
from goom.runtime.allocator.malloc import PAGE_BYTES
from goom.runtime.allocator.page_map import PageMap
from goom.runtime.allocator.simulation import Options, Scavenging, Simulation, simulate
from goom.runtime.allocator.workload import NEVER, workload

_SEED = 3
_FILLED_BYTES = 7 << 20
_SIZES = np.array([64, 256, 1024, 4096, 8192, 40960])
_SHARES = np.array([0.55, 0.25, 0.12, 0.05, 0.02, 0.01])
_SURVIVES, _GROUP = 0.1, 100
_AGAIN, _BIG, _BIG_BYTES = 0.15, 24, 50_000  # what is asked for again, and what is new
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SpanShown:
    """One span: its first page, its pages, the size of its slots, and how many of them are taken.

    The slot of a large object is its span.
    """

    first_page: int
    pages: int
    slot_bytes: int
    objects: int
    slots: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The heap after one collection. ``pages`` is a letter for each page of 8 KiB in address order:

    u in use, f free, s scavenged: free and returned to the system, or never used.
    """

    title: str
    text: str
    source: str
    pages: str
    spans: tuple[SpanShown, ...]
    heap_in_use_bytes: int
    heap_idle_bytes: int
    heap_released_bytes: int
    heap_alloc_bytes: int
    free_runs: int
    largest_free_run_pages: int
    faulted_again_pages: int


@dataclass(frozen=True, slots=True)
class Story:
    """One run, step by step; ``key`` is "scattered" or "together"."""

    key: str
    title: str
    text: str
    snapshots: tuple[Snapshot, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement one can read, and what is true of it."""

    claim_ids: tuple[str, ...]
    often_said: str
    true: str
    evidence: str


@dataclass(frozen=True, slots=True)
class PageMapLesson:
    """Both stories on a heap of ``go_version``, and the one sentence to remember."""

    go_version: str
    message: str
    stories: tuple[Story, ...]
    said: tuple[Said, ...]


def lesson(go_version: str = "1.27") -> PageMapLesson:
    """The lesson for one version, always the same; some tenths of a second."""
    chance = np.random.default_rng(_SEED)
    sizes = _asked_for(chance)
    kept = chance.random(len(sizes)) < _SURVIVES
    order = _in_groups(kept)
    asked = {"scattered": (sizes, kept), "together": (sizes[order], kept[order])}
    runs = {key: _run(*one, go_version) for key, one in asked.items()}
    scattered, together = (int(runs[key].heap_in_use_bytes[1]) for key in ("scattered", "together"))
    message = (
        f"One object in ten lives on. Made here and there among the others they hold "
        f"{_mib(scattered)} of spans, made together {_mib(together)}: a span goes back "
        f"only when its last object is dead."
    )
    stories = tuple(_story(key, run) for key, run in runs.items())
    return PageMapLesson(go_version, message, stories, _SAID)


def _asked_for(chance: np.random.Generator) -> Ints:
    count = int(_FILLED_BYTES / (_SIZES @ _SHARES))
    return chance.choice(_SIZES, count, p=_SHARES)


def _in_groups(kept: NDArray[np.bool_]) -> Ints:
    """An order in which a group of those that are kept and a group of those that die alternate."""
    turn = np.empty(len(kept))
    for which, group in ((kept, _GROUP), (~kept, _GROUP / _SURVIVES - _GROUP)):
        turn[which] = np.arange(np.count_nonzero(which)) // group
    return np.lexsort((~kept, turn))


def _run(sizes: Ints, kept: NDArray[np.bool_], go_version: str) -> Simulation:
    """Fill, drop, collect, let the scavenger work, ask for the same again, ask for big ones."""
    first = len(sizes)
    again = sizes[: int(_AGAIN * first)]
    asked = np.concatenate((sizes, again, np.full(_BIG, _BIG_BYTES)))
    dies = np.full(len(asked), NEVER)
    dies[:first][~kept] = first + 1
    # One request passes between the first two collections, so that the deaths lie between them.
    times = (first, first + 1, first + 2, first + len(again), len(asked))
    made = workload(asked, False, dies, go_version)
    rows = tuple(range(len(times)))
    options = Options("numpy", Scavenging.BACKGROUND, page_maps=rows)
    return simulate(made.trace(times), go_version, options)


def _story(key: str, run: Simulation) -> Story:
    title, text = _TITLES[key]
    snapshots = tuple(_snapshot(run, row) for row in range(len(_STEPS)))
    return Story(key, title, text, snapshots)


def _snapshot(run: Simulation, row: int) -> Snapshot:
    title, text, source = _STEPS[row]
    course, page_map = run.course, run.page_maps[row]
    figures = {
        "in_use": _mib(int(run.heap_in_use_bytes[row])),
        "alloc": _mib(int(run.heap_alloc_bytes[row])),
        "before": _mib(int(run.heap_in_use_bytes[row - 1])),
        "free": _mib(int(course.free_pages[row]) * PAGE_BYTES),
        "returned": _mib(int(course.returned_pages[row]) * PAGE_BYTES),
        "again": _mib(int(course.faulted_again_pages[row]) * PAGE_BYTES),
        "runs": int(course.free_runs[row]),
        "largest": _mib(int(course.largest_free_run_pages[row]) * PAGE_BYTES),
        "grows": int(course.grows[row].sum()),
    }
    return Snapshot(
        title,
        text.format(**figures),
        source,
        page_map.letters(),
        _spans(page_map, run.classes.slot_bytes),
        int(run.heap_in_use_bytes[row]),
        int(run.heap_idle_bytes[row]),
        int(run.heap_released_bytes[row]),
        int(run.heap_alloc_bytes[row]),
        int(course.free_runs[row]),
        int(course.largest_free_run_pages[row]),
        int(course.faulted_again_pages[row]),
    )


def _mib(size_bytes: int) -> str:
    return f"{mib_text(size_bytes)} MiB"


def _spans(page_map: PageMap, slot_bytes: Ints) -> tuple[SpanShown, ...]:
    spans = page_map.spans
    small = slot_bytes[spans.span_class]
    sizes = np.where(small, small, spans.pages * PAGE_BYTES)
    columns = (spans.first_page, spans.pages, sizes, spans.objects, page_map.slots)
    return tuple(SpanShown(*map(int, row)) for row in zip(*columns, strict=True))


_TITLES = {
    "scattered": (
        "One in ten lives, here and there",
        "As in a cache whose entries live on at random, or with one long-lived object made in each"
        " request.",
    ),
    "together": (
        "One in ten lives, made together",
        "As with a table that is loaded at once and kept, between requests that leave nothing.",
    ),
}
_STEPS = (
    (
        "The heap is full",
        "{alloc} of objects in {in_use} of spans. Each span has slots of one size; a large object"
        " has a span of its own.",
        "mcentral.go grow, mcache.go allocLarge",
    ),
    (
        "Nine in ten have died, and are swept",
        "{alloc} of slots live in {in_use} of spans (before: {before}). A span goes back to the"
        " page heap only when none of its objects lives. {free} are free now, in {runs} holes.",
        "mgcsweep.go sweep",
    ),
    (
        "One cycle later the scavenger works",
        "It returns {returned} to the system, from the highest address down, and keeps a tenth more"
        " than the spans in use. What spans hold it cannot return.",
        "mgcscavenge.go scavenge, gcPaceScavenger",
    ),
    (
        "The same sizes are asked for again",
        "Their objects go into the free slots of the spans that are there, and only {grows} spans"
        " are new. Spans in use: {in_use}, before: {before}.",
        "mcentral.go cacheSpan",
    ),
    (
        "Something bigger is asked for",
        "24 objects of 50,000 bytes want 7 pages in a row each. Free slots are of no use to them,"
        " nor are holes that are too short. {again} that had been returned are faulted in again;"
        " the largest hole has {largest}.",
        "mpagealloc.go find",
    ),
)
_SAID = (
    Said(
        ("C093",),
        "Long-running churn fragments pages; one sees it when HeapAlloc grows while HeapObjects"
        " swings.",
        "What is pinned are slots of spans: HeapInuse - HeapAlloc. Holes between spans are"
        " HeapIdle - HeapReleased, and the lowest that is long enough is used again first.",
        "Simulated and held against real Go: every object lies in the slot that the model says.",
    ),
    Said(
        ("C097",),
        "HeapSys - HeapInuse is the rate of page fragmentation.",
        "That is HeapIdle. It holds what the scavenger returned, which costs nothing, and free"
        " pages that may lie all together.",
        "mstats.go: HeapIdle = free + released.",
    ),
)
