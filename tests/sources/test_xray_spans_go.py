"""The span map adds up to what the process says of itself, on real Go."""

from __future__ import annotations

import time

import numpy as np
import pytest
from tests.sources.span_subjects import spans_of
from tests.sources.xray_subjects import Subject

from goom.case.xray_spans import PAGE_BYTES, SWEPT, SpanMap
from goom.runtime.allocator.span_classes import span_classes
from goom.sources.xray.attach import attach
from goom.sources.xray.spans import read_spans

pytestmark = pytest.mark.real_go
VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
STRIPPED = ("-ldflags=-s -w",)
KINDS = {"unstripped": (), "stripped": STRIPPED, "stripped PIE": (*STRIPPED, "-buildmode=pie")}
_TRIES = 60


def quiet_map(subject: Subject) -> tuple[dict[str, int], SpanMap]:
    """What the process says, and the map that was read while it said the same before and after."""
    target = attach(subject.pid)
    try:
        before = subject.ask()
        for _ in range(_TRIES):
            time.sleep(0.02)
            found = read_spans(target)
            after = subject.ask()
            if before == after:
                return before, found
            before = after
    finally:
        target.close()
    raise AssertionError("the process is never quiet")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_map_is_what_the_process_counts(version: str, kind: str) -> None:
    with spans_of(version, KINDS[kind]) as subject:
        said, found = quiet_map(subject)
    assert not found.torn
    groups, cells, procs = found.groups, found.cells, found.procs
    assert (groups.pages * groups.spans).sum() * PAGE_BYTES == said["HeapInuse"]
    assert cells.in_use_pages.sum() * PAGE_BYTES == said["HeapInuse"]
    unused = (cells.free_pages + cells.cached_pages + cells.padding_pages).sum()
    assert unused * PAGE_BYTES == said["HeapIdle"]
    released = (cells.released_pages + cells.padding_pages).sum()
    released += procs.cached_released_pages.sum()
    assert released * PAGE_BYTES == said["HeapReleased"]
    assert found.stacks.pages.sum() * PAGE_BYTES == said["StackInuse"]
    # ReadMemStats has just flushed the caches, so nothing is held back.
    assert not procs.objects_not_counted.any()
    objects = groups.objects * groups.spans
    small = groups.span_class > 1
    sizes = [name for name in said if name.startswith("size") and name != "size0"]
    assert len(sizes) == 60  # BySize ends before the largest classes
    for name in sizes:
        here = small & (groups.slot_bytes == int(name.removeprefix("size")))
        assert objects[here].sum() == said[name], name
    assert objects.sum() == said["HeapObjects"]
    whole = np.where(small, objects * groups.slot_bytes, groups.pages * groups.spans * PAGE_BYTES)
    assert whole.sum() == said["HeapAlloc"]


@pytest.mark.parametrize("version", VERSIONS)
def test_spans_have_the_layout_that_the_model_says_and_large_objects_their_own_size(
    version: str,
) -> None:
    with spans_of(version, STRIPPED) as subject:
        _, found = quiet_map(subject)
    groups, table = found.groups, span_classes(version)
    small = groups.span_class > 1
    assert (groups.slots == table.slots[groups.span_class])[small].all()
    assert (groups.pages == table.pages[groups.span_class])[small].all()
    assert (groups.slot_bytes == table.slot_bytes[groups.span_class])[small].all()
    large = groups.object_bytes[~small] // groups.spans[~small]
    assert {40_001 + row * 300_007 for row in range(5)} <= set(large.tolist())
    assert (groups.state == SWEPT).all()


@pytest.mark.parametrize("version", VERSIONS)
def test_holes_lists_and_stacks_say_what_the_pages_and_spans_say(version: str) -> None:
    with spans_of(version, STRIPPED) as subject:
        _, found = quiet_map(subject)
    groups, holes, cells = found.groups, found.holes, found.cells
    assert (holes.pages * holes.runs).sum() == cells.free_pages.sum()
    assert (holes.released_pages * holes.runs).sum() == cells.released_pages.sum()
    assert holes.pages.max() == cells.largest_hole_pages.max()
    # All caches are flushed and all spans swept, so mcentral lists each span that a cache could
    # take once; those without a free slot are full.
    small = groups.span_class > 1
    for name, rows in (
        ("partial_swept", groups.objects < groups.slots),
        ("full_swept", groups.objects == groups.slots),
    ):
        here = np.bincount(
            groups.span_class[small & rows], weights=groups.spans[small & rows], minlength=136
        )
        assert (getattr(found.central, name)[2:] == here[2:]).all(), name
    assert found.stacks.used.sum() >= 40  # the goroutines
    assert (found.stacks.used <= found.stacks.slots).all()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_map_read_while_the_process_allocates_is_whole_or_says_by_how_much_not(
    version: str,
) -> None:
    with spans_of(version, STRIPPED, mode="churn") as subject:
        target = attach(subject.pid)
        maps = [read_spans(target) for _ in range(25)]
        target.close()
    assert sum(one.is_torn for one in maps) <= 1
    for one in maps:
        pages = int((one.groups.pages * one.groups.spans).sum())
        off = abs(pages - one.counters.heap_in_use_bytes // PAGE_BYTES)
        assert off <= round(one.drift_fraction * len(one.cells) * one.cell_pages)
