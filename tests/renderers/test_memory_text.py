"""``goom memory`` on a terminal: it fits, it says what binds, nothing in it is harmful."""

from __future__ import annotations

import pytest

from goom.case.memory_view import (
    BudgetLine,
    HugePageView,
    KindRow,
    MappingKinds,
    MemoryBudget,
    MemoryReport,
    NumaView,
)
from goom.case.subject import Subject
from goom.case.surroundings import CgroupLevel, CpuLevel, Surroundings
from goom.case.units import MIB
from goom.case.verdict import Finding
from goom.renderers import memory_text
from goom.renderers.text.lines import cells

EVIL = "\x1b[2Jgone\nline"
AROUND = Surroundings(
    levels=(
        CgroupLevel(
            path="/kubepods.slice/kubepods-burstable.slice/pod7/cri-containerd-0123456789.scope",
            version=2,
            figures={"usage_bytes": 60.0 * MIB, "high_bytes": 90.0 * MIB, "oom_kills": 2.0},
            neighbours=((EVIL, 40.0 * MIB), ("sidecar", 8.0 * MIB)),
        ),
        CgroupLevel(
            path="/kubepods.slice/kubepods-burstable.slice/pod7",
            version=2,
            figures={"usage_bytes": 108.0 * MIB, "limit_bytes": 128.0 * MIB, "limit_hits": 7.0},
        ),
        CgroupLevel(path="/", version=2),
    ),
    cpu=(CpuLevel(path="/", quota_cpus=1.5, periods=100, throttled_periods=25),),
    machine={"available_bytes": 8e9, "swap_total_bytes": 1e9, "swap_free_bytes": 5e8},
)
BUDGET = MemoryBudget(
    limit_bytes=128.0 * MIB,
    limit_of=AROUND.levels[1].path,
    is_ancestors=True,
    lines=(
        BudgetLine("heap_live", "live heap", 40.0 * MIB, seen=True),
        BudgetLine("outside_go", "outside Go", 18.0 * MIB, peak_bytes=25.0 * MIB),
        BudgetLine("page_cache", "page cache", 2.0 * MIB, note="the kernel drops it first"),
        BudgetLine("neighbours", "neighbours", 48.0 * MIB, note=f"{EVIL} 40.0 MiB"),
    ),
    room_bytes=20.0 * MIB,
    ready_bytes=44.0 * MIB,
    unseen_bytes=74.0 * MIB,
    advised_gomemlimit_bytes=54.0 * MIB,
    advice="it leaves 10.0 MiB for garbage between two collections",
)
ROW = KindRow(
    kind="go_heap", label="Go's arenas", mappings=1, size_bytes=64.0 * MIB,
    resident_bytes=42.0 * MIB, swap_bytes=0.0, huge_bytes=32.0 * MIB, eligible_bytes=64.0 * MIB,
    advised=0, advised_against=0, ranges=32, aligned_starts=1,
)  # fmt: skip
REPORT = MemoryReport(
    subject=Subject(name=EVIL, pid=7, go_version="1.22.10"),
    around=AROUND,
    budget=BUDGET,
    kinds=MappingKinds(rows=(ROW,), reserved_bytes=4e9),
    huge=HugePageView(mode="always", heap_huge_bytes=32.0 * MIB, brought_back_bytes=5.0 * MIB),
    numa=NumaView(
        nodes=(0, 1),
        by_kind={"Go's arenas": (30.0 * MIB, 12.0 * MIB)},
        policies=(("default", 42.0 * MIB),),
        remote_fraction=0.5,
        most_fraction=0.71,
    ),
    findings=(Finding(code="x", title="A title", detail=EVIL),),
    notes=(EVIL,),
)


def test_it_says_what_binds_what_go_cannot_see_and_what_fits() -> None:
    screen = memory_text.render(REPORT)
    words = " ".join(screen.split())
    assert "> …" in screen and "an ancestor's" in screen
    assert (
        "sidecar 8.0 MiB" in words and "OOM kills: 2" in words and "7 times at the limit" in words
    )
    assert "at most 25.0" in words
    assert "54MiB is the highest that keeps all within the limit" in words
    assert "used up in 25 % of periods" in words
    assert "5.0 MiB held that Go has given back" in words
    assert "50 % of accesses cross nodes" in words


def test_the_bar_is_drawn_to_scale() -> None:
    bar = next(row for row in memory_text.render(REPORT).splitlines() if row.startswith("  █"))
    length = len(bar.strip())
    assert bar.count("█") == pytest.approx(length * 40 / 128, abs=1)
    assert bar.count("x") == pytest.approx(length * 48 / 128, abs=1)
    assert bar.count(".") == pytest.approx(length * 20 / 128, abs=1)


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    rows = memory_text.render(REPORT, width=width).splitlines()
    assert max(map(cells, rows)) < max(width, 60)


def test_no_name_can_move_the_cursor() -> None:
    screen = memory_text.render(REPORT)
    assert "\x1b" not in screen and "gone\nline" not in screen


def test_without_anything_it_is_a_head() -> None:
    assert memory_text.render(MemoryReport(subject=Subject(name="app"))) == "app\n"
