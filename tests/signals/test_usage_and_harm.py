"""How much was used, against which limit, and whether that hurt."""

from __future__ import annotations

from math import isnan, nan

import pytest

from goom.case.subject import Ending, Subject
from goom.case.units import MIB
from goom.signals.harm import harm
from goom.signals.usage import usage
from tests.signals.small_evidence import cgroup, clock, log, memstats, process

LIMITED = Subject(memory_limit_bytes=100)


def test_page_cache_that_can_be_dropped_is_no_usage_but_shared_memory_is() -> None:
    group = cgroup([0, 1], usage_bytes=[50, 90], file_bytes=[10, 40], shmem_bytes=[0, 30])
    found = usage(clock(), LIMITED, group, None)
    assert found is not None
    assert found.bytes.tolist() == [40, 80]
    assert (found.peak_bytes, found.peak_at_seconds, found.peak_fraction) == (80, 1, 0.8)


def test_rss_stands_in_where_no_cgroup_was_read() -> None:
    rss = process([0, 1], rss_bytes=[10, 20])
    for group in (None, cgroup([0, 1], usage_bytes=[nan, nan]), cgroup([], usage_bytes=[])):
        found = usage(clock(), LIMITED, group, rss)
        assert found is not None
        assert (found.source, found.peak_bytes) == ("RSS", 20)


def test_nothing_read_is_no_usage() -> None:
    assert usage(clock(), LIMITED, None, None) is None
    assert usage(clock(), LIMITED, None, process([0], rss_bytes=[nan])) is None
    assert usage(clock(), LIMITED, None, process([], rss_bytes=[])) is None


def test_a_look_that_could_not_be_read_is_passed_over() -> None:
    found = usage(clock(), LIMITED, cgroup([0, 1, 2], usage_bytes=[10, nan, 30]), None)
    assert found is not None
    assert found.at(1.4) in (10, 30)
    assert found.peak_bytes == 30


@pytest.mark.parametrize("limit", [2.0**63 - 4096, 0.0, -1.0, nan])
def test_no_limit_is_not_a_large_limit(limit: float) -> None:
    found = usage(clock(), Subject(), cgroup([0], usage_bytes=[10], limit_bytes=[limit]), None)
    assert found is not None
    assert isnan(found.limit_bytes)
    assert isnan(found.peak_fraction)


def test_what_a_dying_process_gives_back_was_not_released_by_it() -> None:
    group = cgroup([0, 1, 2], usage_bytes=[50, 100, 3], oom_kills=[0, 0, 1])
    found = usage(clock(), LIMITED, group, None)
    assert found is not None
    assert found.bytes.tolist() == [50, 100]


def test_a_kill_is_as_near_as_can_be() -> None:
    killed = Subject(ending=Ending(oom_killed=True))
    found = harm(clock(), killed, None, None)
    assert found is not None
    assert (found.killed, found.nearness, found.ended_at_seconds) == (True, 1.0, 30.0)


def test_nearness_grows_with_the_peak() -> None:
    near = []
    for peak in (50, 90, 92, 99):
        used = usage(clock(), LIMITED, cgroup([0], usage_bytes=[peak]), None)
        found = harm(clock(), LIMITED, used, None)
        assert found is not None
        near.append(found.nearness)
    assert near == sorted(near)
    assert (near[0], near[-1]) == (0.0, 1.0)


def test_a_memory_limit_over_the_containers_holds_nothing_back() -> None:
    for stated, effective in ((64 * MIB, 64 * MIB), (512 * MIB, nan), (None, nan)):
        subject = Subject(memory_limit_bytes=128 * MIB, gomemlimit_bytes=stated)
        found = harm(clock(), subject, None, log([(1, 4, 2, 4)]))
        assert found is not None
        assert found.effective_gomemlimit_bytes == pytest.approx(effective, nan_ok=True)


def test_nothing_known_of_the_end_is_no_harm() -> None:
    assert harm(clock(), Subject(), None, None) is None


def test_the_limit_that_the_process_has_counts_and_not_the_environments() -> None:
    """debug.SetMemoryLimit overrides the variable."""
    subject = Subject(memory_limit_bytes=128 * MIB, gomemlimit_bytes=120 * MIB)
    looks = memstats([1, 2], GOMEMLIMIT=[48 * MIB, 48 * MIB])
    found = harm(clock(), subject, None, log([(1, 4, 2, 4)]), looks)
    assert found is not None
    assert found.stated_gomemlimit_bytes == found.effective_gomemlimit_bytes == 48 * MIB
    unset = harm(clock(), subject, None, log([(1, 4, 2, 4)]), memstats([1], HeapAlloc=[MIB]))
    assert unset is not None
    assert unset.stated_gomemlimit_bytes == 120 * MIB
