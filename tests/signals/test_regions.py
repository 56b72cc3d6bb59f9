"""What each mapping is, on real address spaces and on made-up corners of them."""

from __future__ import annotations

import pytest

from goom.case.evidence import MappingLooks
from goom.signals.regions import KINDS, kinds_of, regions
from tests.signals.ledger_evidence import LOOKS, mapped, real

GO = """\
00400000-00744000 r-xp 00000000 fe:00 1 /srv/app
00744000-00aa7000 r--p 00344000 fe:00 1 /srv/app
00aa7000-00af6000 rw-p 006a7000 fe:00 1 /srv/app
00af6000-02b39000 rw-p 00000000 00:00 0
c000000000-c000400000 rw-p 00000000 00:00 0
c000400000-c004000000 ---p 00000000 00:00 0
7f0fd76a0000-7f0fd7800000 rw-p 00000000 00:00 0
7ffceb978000-7ffceb999000 rw-p 00000000 00:00 0 [stack]
7ffceb99a000-7ffceb99c000 r-xp 00000000 00:00 0 [vdso]
"""


def kinds(text: str) -> list[str]:
    return list(kinds_of(mapped(text)))


def test_a_go_program_without_c() -> None:
    assert kinds(GO) == [
        "binary", "binary", "binary", "binary", "go_heap", "reserved", "anonymous",
        "thread_stack", "kernel_page",
    ]  # fmt: skip


def test_a_heap_at_a_random_base_is_found_by_its_place() -> None:
    moved = GO.replace("c000000000-c000400000", "36a137800000-36a13e400000")
    moved = moved.replace("c000400000-c004000000", "36a13e400000-36a140000000")
    assert kinds(moved) == kinds(GO)


def test_the_kernels_own_names_for_gos_mappings_win() -> None:
    named = GO.replace(
        "c000000000-c000400000 rw-p 00000000 00:00 0",
        "7f0fd0000000-7f0fd0400000 rw-p 00000000 00:00 0 [anon: Go: heap]",
    )
    named = named.replace(
        "7f0fd7800000 rw-p 00000000 00:00 0",
        "7f0fd7800000 rw-p 00000000 00:00 0 [anon: Go: page alloc index]",
    )
    assert kinds(named)[4] == "go_heap"
    assert kinds(named)[6] == "go_metadata"


def test_a_mapping_above_a_guard_page_is_a_stack() -> None:
    thread = GO.replace(
        "7ffceb978000",
        "7f1000000000-7f1000001000 ---p 00000000 00:00 0\n"
        "7f1000001000-7f1000801000 rw-p 00000000 00:00 0\n"
        "7ffceb978000",
    )
    assert kinds(thread)[7:9] == ["reserved", "thread_stack"]


def test_malloc_gets_its_arenas_and_brk() -> None:
    heaps = GO.replace(
        "c000000000-c0004", "13248000-1625d000 rw-p 00000000 00:00 0 [heap]\nc000000000-c0004"
    ).replace(
        "7ffceb978000",
        "7f2000000000-7f2000021000 rw-p 00000000 00:00 0\n"
        "7f2000021000-7f2004000000 ---p 00000000 00:00 0\n"
        "7ffceb978000",
    )
    assert kinds(heaps)[4] == "c_heap"
    assert kinds(heaps)[8:10] == ["c_heap", "reserved"]


def test_without_a_limit_on_the_stack_mmap_grows_upwards() -> None:
    upwards = GO.replace("7f0fd76a0000-7f0fd7800000", "2aaaab6a0000-2aaaab800000")
    assert kinds(upwards)[4] == "go_heap"
    assert kinds(upwards)[6] == "anonymous"


@pytest.mark.parametrize("name", ["/memfd:x (deleted)", "/dev/shm/a", "/SYSV00000000 (deleted)"])
def test_shared_memory_is_not_a_file(name: str) -> None:
    shared = GO.replace("7f0fd7800000 rw-p 00000000 00:00 0", f"7f0fd7800000 rw-s 0 00:01 9 {name}")
    assert kinds(shared)[6] == "shared"


@pytest.mark.parametrize("name", sorted(path.name for path in LOOKS.iterdir()))
def test_every_resident_byte_is_of_one_kind(name: str) -> None:
    looks = real(name).mappings
    found = regions(looks)
    assert found is not None
    rss = looks.all[0].rss_bytes.sum()
    parts = [found.last(f"{kind}_{figure}_bytes") for kind in KINDS for figure in ("anon", "file")]
    assert sum(parts) == rss
    assert found.last("reserved_anon_bytes") == 0


def test_c_and_go_are_told_apart_in_a_program_with_both() -> None:
    found = regions(real("1.22.10-cgo").mappings)
    assert found is not None
    assert found.last("c_heap_anon_bytes") > 48 << 20  # 50,000 mallocs of 1000 bytes
    assert found.last("anonymous_anon_bytes") > 20 << 20  # 20 of 1 MiB, which malloc maps
    assert found.last("go_heap_anon_bytes") < 2 << 20
    assert found.last("thread_stack_mappings") >= 4


def test_a_listing_without_sizes_says_nothing() -> None:
    assert regions(MappingLooks((mapped(GO),))) is None
