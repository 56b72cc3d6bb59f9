"""The lesson: plain data that adds up, and names that stand in the runtime's sources."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.document import plain
from goom.golang.toolchain import obtain
from goom.runtime.allocator.eras import ERAS, version_text
from goom.runtime.allocator.lesson import Lesson, lesson
from goom.runtime.allocator.lesson_sources import PAGE_CACHE_ALLOC, SOURCES, malloc_source
from goom.runtime.allocator.lesson_words import CORRECTIONS, LEVELS
from goom.runtime.allocator.malloc import place

SIZES = st.one_of(st.integers(0, 40_000), st.integers(0, 1 << 28))
VERSIONS = ("1.21.13", "1.22.10", "1.26.6", None)
LESSONS = st.builds(
    lambda size, version, pointers: lesson((size,), version, pointers),
    SIZES, st.sampled_from(VERSIONS), st.booleans(),
)  # fmt: skip


def test_the_default_is_the_request_of_41_bytes() -> None:
    (request,) = lesson().requests
    assert request.here.placement.size_class == 5
    assert [(part.key, part.bytes) for part in request.here.slot_parts] == [
        ("requested", 41),
        ("rounding", 7),
    ]


def test_a_lesson_is_plain_data() -> None:
    told = json.loads(json.dumps(plain(lesson((41, 5, 600, 40_000), "1.22", True))))
    assert told["version"] == "1.22"
    assert told["requests"][0]["here"]["placement"]["kind"] == "small"


def test_a_request_is_shown_in_every_era() -> None:
    (request,) = lesson((1024,), "1.22", True).requests
    assert [era.placement.slot_bytes for era in request.eras] == [1024, 1152, 1152]
    told = [version for era in request.eras for version in era.versions]
    assert told == [f"1.{minor}" for minor in range(19, 28)]


@given(LESSONS)
def test_the_parts_of_slot_and_span_add_up(shown: Lesson) -> None:
    for era in (shown.requests[0].here, *shown.requests[0].eras):
        assert sum(part.bytes for part in era.slot_parts) == era.placement.slot_bytes
        assert sum(part.bytes for part in era.span_parts) == era.span_bytes
        assert all(part.bytes > 0 for part in era.span_parts)


@given(LESSONS)
def test_the_way_of_a_request_is_told_without_gaps(shown: Lesson) -> None:
    way = shown.requests[0].way
    levels = {level.key for level in LEVELS}
    assert way[0].level == "request"
    assert {step.level for step in way} <= levels
    assert all(step.once_per_requests >= 1 for step in way)
    for before, after in pairwise(way):
        assert _pages(before.after) == _pages(after.before)


def _pages(state: object) -> tuple[int, int, int]:
    fields = ("page_cache_pages", "free_pages", "reserved_bytes")
    first, second, third = (getattr(state, name) for name in fields)
    return first, second, third


@given(LESSONS)
def test_pages_that_leave_one_level_arrive_at_the_next(shown: Lesson) -> None:
    for step in shown.requests[0].way:
        taken = {cost.what: cost.count for cost in step.costs}.get("pages", 0)
        mapped = step.before.reserved_bytes - step.after.reserved_bytes
        before = step.before.page_cache_pages + step.before.free_pages
        after = step.after.page_cache_pages + step.after.free_pages
        if step.level == "page_alloc" or step.source == PAGE_CACHE_ALLOC:
            assert before - after == taken
        elif mapped > 0:
            assert (after - before) * 8192 == mapped == taken * 8192
        else:
            assert after == before


def test_the_most_waste_is_what_the_runtime_says_in_its_own_table() -> None:
    rows = lesson(version="1.21").classes
    told = {row.size_bytes: round(row.worst_waste_fraction * 100, 2) for row in rows}
    assert (told[8], told[48], told[4096], told[32768]) == (87.5, 31.52, 15.6, 12.5)


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_every_function_named_stands_in_the_runtime_of_its_version(version: str) -> None:
    root = obtain(version).goroot / "src"
    release = (1, int(version.split(".")[1]))
    entries = {
        malloc_source(place(size, pointers, version), release)
        for size in (*range(130), 600, 2000, 50_000)
        for pointers in (False, True)
    }
    assert not [one for one in (*SOURCES, *entries) if not _stands(root / one.file, one.function)]


def _stands(path: Path, function: str) -> bool:
    kind, _, name = function.rpartition(".")
    receiver = rf"\(\w+ {re.escape(kind.strip('()'))}\) " if kind else ""
    text = path.read_text(encoding="utf-8")
    return re.search(rf"^func {receiver}{re.escape(name)}\(", text, re.MULTILINE) is not None


@pytest.mark.real_go
def test_files_named_in_corrections_and_levels_are_there() -> None:
    root = obtain("1.27.3").goroot / "src"
    named = [one.file for one in (*LEVELS, *CORRECTIONS)]
    assert not [file for file in named if not (root / file).is_file()]


def test_eras_follow_each_other() -> None:
    assert [version_text(era.since) for era in ERAS] == ["1.19", "1.22", "1.26"]
    assert all(before.until[1] + 1 == after.since[1] for before, after in pairwise(ERAS))
