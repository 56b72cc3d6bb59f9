"""The numbers of the levels are those of the runtime's source, version by version."""

from __future__ import annotations

import re

import pytest

from goom.golang.toolchain import obtain
from goom.runtime.allocator import eras, levels, malloc, spans

MAY_STAND_IN = (
    "runtime/malloc.go", "runtime/mcentral.go", "runtime/mheap.go", "runtime/mpagealloc.go",
    "runtime/mpagecache.go", "runtime/mbitmap_allocheaders.go", "runtime/mbitmap.go",
    "internal/runtime/gc/malloc.go", "internal/runtime/gc/sizeclasses.go",
)  # fmt: skip
WORD_BITS, WORD_BYTES = 64, 8


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_every_number_is_the_runtimes(version: str) -> None:
    said = source(version)
    assert 1 << number(said, "logPallocChunkPages = ") == levels.CHUNK_PAGES
    assert number(said, "spanBudget := ") == levels.SWEEP_BUDGET_SPANS
    assert number(said, "const chunkBytes = ") << 10 == levels.ZEROING_CHUNK_BYTES
    assert "const pageCachePages = 8 * unsafe.Sizeof(pageCache{}.cache)" in said
    assert levels.PAGE_CACHE_PAGES == WORD_BITS
    divisor = number(said, "npages < pageCachePages/")
    assert levels.PAGE_CACHE_PAGES // divisor == levels.PAGE_CACHE_BELOW_PAGES
    assert 1 << sum(numbers(said, "logHeapArenaBytes = (")) == levels.ARENA_BYTES
    assert number(said, "TinySize = ") == malloc.TINY_BLOCK_BYTES


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.22.10", "1.27.3"])
def test_headers_are_the_runtimes(version: str) -> None:
    said = source(version)
    assert number(said, "allocHeaderSize = ") == eras.HEADER_BYTES
    assert re.search(r"inSizeForMallocHeader = goarch\.PtrSize \* (goarch\.P|p)trBits", said)
    assert eras.HEADERLESS_BYTES == WORD_BYTES * WORD_BITS


@pytest.mark.real_go
def test_mark_bits_take_128_bytes_of_a_span() -> None:
    path = obtain("1.27.3").goroot / "src/runtime/mgcmark_greenteagc.go"
    found = re.search(r"^type spanInlineMarkBits struct \{(.*?)^\}", path.read_text(),
                      re.MULTILINE | re.DOTALL)  # fmt: skip
    assert found
    arrays = [int(size) for size in re.findall(r"\[(\d+)\]uint8", found[1])]
    assert sum(arrays) + 2 == spans.MARK_BITS_BYTES


def test_pages_are_rounded_up_to_what_each_level_gives() -> None:
    assert levels.level_calls(0) == levels.LevelCalls(0, 0, 0, 0)
    assert levels.level_calls(1) == levels.LevelCalls(1, 1, 1, 1)
    assert levels.level_calls(65, 500) == levels.LevelCalls(565, 2, 2, 1)
    assert levels.level_calls(8193) == levels.LevelCalls(8193, 129, 17, 2)


def source(version: str) -> str:
    root = obtain(version).goroot / "src"
    files = (root / name for name in MAY_STAND_IN)
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())
    return re.sub(r"[ \t]+", " ", text)


def number(said: str, before: str) -> int:
    return numbers(said, before)[0]


def numbers(said: str, before: str) -> list[int]:
    found = re.search(re.escape(before) + r"(\d+)(?:\+(\d+))?", said)
    assert found, before
    return [int(one) for one in found.groups() if one]
