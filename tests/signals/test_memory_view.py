"""Budget, mappings, huge pages and nodes on made-up evidence; nodes by the documented format."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest

from goom.case.evidence import Evidence
from goom.case.memory_view import HugePageView, MemoryBudget
from goom.case.series import CgroupSeries, MemStatsSeries
from goom.case.surroundings import (
    CgroupLevel,
    HugePages,
    Surroundings,
    SurroundingsLooks,
)
from goom.case.units import MIB
from goom.diagnose import diagnose
from goom.formats import numa_maps, surroundings
from goom.signals.limit_levels import limit_level, tightest
from goom.signals.mapping_kinds import kinds_at
from goom.signals.numa_spread import spread
from tests.signals.ledger_evidence import AT, mapped, real

TWO_NODES = Path(__file__).parents[1] / "fuzz/corpus/numa_maps/two-nodes"
ALIGNED = """\
c000000000-c000600000 rw-p 00000000 00:00 0
Size: 6144 kB
Rss:               4096 kB
Anonymous:         4096 kB
AnonHugePages:     2048 kB
THPeligible:           1
VmFlags: rd wr mr mw me ac sd hg
c000600000-c004000000 ---p 00000000 00:00 0
Rss:                  0 kB
THPeligible:           0
7f1000001000-7f1000300000 rw-p 00000000 00:00 0
Rss:                 12 kB
Anonymous:           12 kB
FilePmdMapped:        0 kB
THPeligible:           0
VmFlags: rd wr mr mw me ac sd nh
"""


def around(*levels: CgroupLevel, at: float = AT, **others: object) -> Surroundings:
    return Surroundings(taken_at_seconds=at, levels=levels, **others)  # type: ignore[arg-type]


def level(path: str, usage: float, limit: float = nan, **figures: float) -> CgroupLevel:
    stated = {"usage_bytes": usage * MIB} | {k: v * MIB for k, v in figures.items()}
    if not isnan(limit):
        stated["limit_bytes"] = limit * MIB
    return CgroupLevel(path=path, version=2, figures=stated)


def under(seen: Evidence, *looks: Surroundings) -> Evidence:
    return replace(seen, surroundings=SurroundingsLooks(looks))


def budget_of(seen: Evidence) -> MemoryBudget:
    found = diagnose(seen).signals[MemoryBudget]
    assert isinstance(found, MemoryBudget)
    return found


def test_the_budget_of_a_real_program_sums_to_its_limit_and_sees_what_go_does_not() -> None:
    """cgo held 30 MiB and more outside Go when it was looked at, stopped."""
    seen = real("1.22.10-cgo")
    assert seen.cgroup is not None
    usage = seen.cgroup.last("usage_bytes") / MIB
    told = budget_of(under(seen, around(level("/app", usage, 256))))
    assert sum(one.bytes for one in told.lines) + told.room_bytes == pytest.approx(256 * MIB)
    outside = told.bytes_of("outside_go")
    assert outside > 10 * MIB and told.unseen_bytes >= outside
    assert told.advised_gomemlimit_bytes <= 256 * MIB - told.unseen_bytes
    assert told.advised_gomemlimit_bytes > 256 * MIB - told.unseen_bytes - 1 * MIB
    assert told.ready_bytes >= sum(one.bytes for one in told.lines if one.seen) * 0.9


def test_a_neighbours_most_is_taken_of_all_looks_and_its_page_cache_is_not() -> None:
    seen = real("1.27.3-heap")
    assert seen.cgroup is not None
    own = seen.cgroup.last("usage_bytes") / MIB
    calm = around(level("/p/app", own), level("/p", own + 20, 256), at=AT - 5)
    full = around(level("/p/app", own), level("/p", own + 90, 256, file_bytes=50), at=AT - 3)
    alone = around(level("/p/app", own, 256))
    without, told = budget_of(under(seen, alone)), budget_of(under(seen, full, calm))
    assert told.is_ancestors and not without.is_ancestors
    assert told.neighbours_bytes == pytest.approx(90 * MIB)
    assert told.unseen_bytes - without.unseen_bytes == pytest.approx(40 * MIB)


def test_where_what_go_needs_does_not_fit_no_limit_is_advised() -> None:
    seen = real("1.27.3-heap")
    assert seen.cgroup is not None
    usage = seen.cgroup.last("usage_bytes") / MIB
    told = budget_of(under(seen, around(level("/app", usage, 54))))
    assert isnan(told.advised_gomemlimit_bytes)
    assert "too small" in told.advice


def test_a_run_that_is_charged_as_the_ancestor_counts_its_neighbours_once() -> None:
    seen = real("1.27.3-heap")
    whole = around(level("/p/app", 40), level("/p", 100, 256))
    found = limit_level(under(charged(seen, 99), whole))
    assert found is not None and found.neighbours_bytes == found.neighbours_held_bytes == 0
    own = limit_level(under(charged(seen, 41), whole))
    assert own is not None and own.neighbours_bytes == 60 * MIB


def test_the_look_with_least_room_counts_although_the_neighbour_is_gone_at_the_last() -> None:
    seen = charged(real("1.27.3-heap"), 40)
    full = around(level("/p/app", 40), level("/p", 120, 128), at=AT - 3)
    gone = around(level("/p/app", 40), level("/p", 41, 128))
    found = limit_level(under(seen, full, gone))
    assert found is not None and found.neighbours_bytes == 80 * MIB
    assert tightest((full, gone)) is full and tightest((gone,)) is gone


def charged(seen: Evidence, usage: float) -> Evidence:
    columns = {"usage_bytes": np.array([usage * MIB])}
    return replace(seen, cgroup=CgroupSeries(np.array([AT]), columns))


def test_an_unseen_ancestors_limit_counts_where_no_level_has_one() -> None:
    seen = replace(real("1.27.3-heap"))
    hidden = around(level("/", 40), unseen_limit_bytes=64.0 * MIB)
    found = limit_level(under(seen, hidden))
    assert found is not None and found.limit_bytes == 64 * MIB and found.is_ancestors


def test_mappings_have_alignment_huge_pages_and_advice() -> None:
    told = kinds_at(mapped(ALIGNED))
    heap, other = told.row("go_heap"), told.row("anonymous")
    assert heap is not None and other is not None
    assert (heap.ranges, heap.aligned_starts, heap.advised) == (3, 1, 1)
    assert heap.huge_bytes == 2 * MIB and heap.eligible_bytes == 6 * MIB
    assert (other.ranges, other.aligned_starts, other.advised_against) == (0, 0, 1)
    assert other.eligible_bytes == 0
    assert told.reserved_bytes == 0xC004000000 - 0xC000600000


@pytest.mark.parametrize(
    ("version", "says", "remedy"),
    [
        ("1.20.14", "MADV_HUGEPAGE", "1.21.6 or later"),
        ("1.21.0", "MADV_HUGEPAGE", "1.21.6 or later"),
        ("1.21.3", "MADV_COLLAPSE", "1.21.6 or later"),
        ("1.21.13", "khugepaged", "disablethp=1"),
        ("1.27.3", "khugepaged", "disablethp=1"),
    ],
)
def test_how_huge_pages_come_is_a_matter_of_the_version(
    version: str, says: str, remedy: str
) -> None:
    seen = _collapsed(real("1.22.10-frag"))
    settings = HugePages(enabled="always", max_ptes_none=511.0)
    told = _huge(replace(seen, subject=replace(seen.subject, go_version=version)), settings)
    assert says in told.mechanism and remedy in told.remedy
    assert ("itself" in told.mechanism) == ("1.21.6" in told.remedy)


def test_what_was_brought_back_is_at_most_what_is_huge_and_what_was_given_back() -> None:
    seen = real("1.22.10-frag")
    assert _huge(seen, HugePages()).brought_back_bytes == 0
    told = _huge(_collapsed(seen), HugePages(enabled="always", max_ptes_none=511.0))
    assert told.brought_back_bytes == pytest.approx(20 * MIB, rel=0.3)


def test_pages_on_two_nodes_in_the_documented_format_and_what_must_cross() -> None:
    pages = numa_maps.parse(TWO_NODES.read_bytes())
    online = "==> /sys/devices/system/node/online <==\n0-1\n"
    cpus = "".join(
        f"==> /sys/devices/system/node/node{node}/cpulist <==\n{node * 4}-{node * 4 + 3}\n"
        for node in (0, 1)
    )
    even = surroundings.parse(online + cpus)
    bound = surroundings.parse(f"{online}{cpus}==> /proc/7/status <==\nCpus_allowed_list:\t4-7\n")
    told = spread(pages, (), even)
    whole = pages.node_bytes.sum()
    assert told.remote_fraction == pytest.approx(0.5)
    assert told.most_fraction == pytest.approx(pages.node_bytes[:, 0].sum() / whole)
    on_one = spread(pages, (), bound)
    assert on_one.remote_fraction == pytest.approx(told.most_fraction)
    assert dict(told.policies)["interleave:0-1"] == 4 * MIB
    assert isnan(spread(pages, (), Surroundings(nodes=(0, 1))).remote_fraction)


def _huge(seen: Evidence, settings: HugePages) -> HugePageView:
    looks = under(seen, around(level("/app", 100, 512), huge=settings))
    found = diagnose(looks).signals[HugePageView]
    assert isinstance(found, HugePageView)
    return found


def _collapsed(seen: Evidence) -> Evidence:
    """The same look with 20 MiB of what Go has given back resident again, in huge pages."""
    look = seen.mappings.all[0]
    heap = int(np.nanargmax(np.where(look.start >= 0xC000000000, look.anonymous_bytes, 0)))
    grown = np.arange(len(look.start)) == heap
    again = replace(
        look,
        rss_bytes=look.rss_bytes + 20 * MIB * grown,
        anonymous_bytes=look.anonymous_bytes + 20 * MIB * grown,
        anon_huge_bytes=look.anon_huge_bytes + 30 * MIB * grown,
    )
    assert isinstance(seen.memstats, MemStatsSeries)
    columns = dict(seen.memstats.columns)
    short = 30 * MIB - columns["HeapReleased"]
    columns["HeapReleased"] = columns["HeapReleased"] + short
    columns["HeapIdle"] = columns["HeapIdle"] + short
    stats = replace(seen.memstats, columns=columns)
    return replace(seen, mappings=replace(seen.mappings, all=(again,)), memstats=stats)
