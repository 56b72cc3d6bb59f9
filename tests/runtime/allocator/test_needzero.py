"""When memory is cleared, by version, and where the runtime's source says so."""

from __future__ import annotations

import re

import pytest

from goom.golang.toolchain import obtain
from goom.runtime.allocator.malloc import place
from goom.runtime.allocator.needzero import Pages, cleared_bytes, needzero


def test_fresh_pages_need_no_zeroing_in_any_version() -> None:
    assert not any(needzero(Pages.FRESH, version) for version in ("1.19", "1.22", "1.27", None))
    assert all(needzero(Pages.USED, version) for version in ("1.19", "1.22", "1.27", None))


def test_pages_given_back_count_as_zero_since_1_26() -> None:
    assert [needzero(Pages.GIVEN_BACK, f"1.{minor}") for minor in (21, 25, 26, 27)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert needzero(Pages.GIVEN_BACK, "1.27", madvdontneed=False)


@pytest.mark.parametrize(
    ("size", "pointers", "version", "cleared"),
    [
        (41, False, "1.22", 48),
        (5, False, "1.22", 16),
        (200, True, "1.22", 208),
        (200, True, "1.24", 200),
        (200, True, "1.27", 200),
        (41, True, "1.26", 41),
        (41, True, "1.27", 48),
        (600, True, "1.27", 640),
        (40_000, True, "1.22", 40_960),
        (0, True, "1.22", 0),
    ],
)
def test_what_is_cleared(size: int, pointers: bool, version: str, cleared: int) -> None:
    assert cleared_bytes(place(size, pointers, version), version) == cleared


def test_nothing_is_cleared_in_a_fresh_span_but_tiny_blocks() -> None:
    assert cleared_bytes(place(41, False), needs_zero=False) == 0
    assert cleared_bytes(place(5, False), needs_zero=False) == 16


@pytest.mark.real_go
@pytest.mark.parametrize(("version", "asks"), [("1.22.10", False), ("1.27.3", True)])
def test_the_source_asks_whether_pages_were_given_back(version: str, asks: bool) -> None:
    body = function(version, "mheap.go", r"\(h \*mheap\) initSpan")
    assert ("scav != npages*pageSize" in body) == asks == (not needzero(Pages.GIVEN_BACK, version))


@pytest.mark.real_go
def test_the_source_clears_what_was_asked_for_before_it_rounds_up() -> None:
    body = function("1.27.3", "malloc.go", "mallocgcSmallScanNoHeader")
    assert body.index("memclrNoHeapPointers(x, size)") < body.index("size = uintptr(gc.SizeClass")
    special = function("1.27.3", "malloc_generated.go", "mallocgcSmallScanNoHeaderSC5")
    assert "memclrNoHeapPointers(x, elemsize)" in special


def function(version: str, file: str, name: str) -> str:
    text = (obtain(version).goroot / "src/runtime" / file).read_text(encoding="utf-8")
    found = re.search(rf"^func {name}\(.*?^}}", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]
