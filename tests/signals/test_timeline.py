"""All curves share one clock, whatever each source's own clock was."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np

from goom.case.evidence import Evidence
from goom.case.series import CgroupSeries, MetricsSeries
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.signals.timeline import MOST_POINTS, thinned, timeline
from tests.renderers.synthetic import leak
from tests.renderers.synthetic_facts import LIFE_SECONDS, LIMIT, STARTED, trace


def test_second_zero_is_the_start_of_the_process() -> None:
    drawn = timeline(leak().evidence)
    assert drawn.zero_seconds == STARTED
    assert {track.key for track in drawn.tracks} >= {
        "usage", "limit", "rss", "marked", "goal", "gc_cpu", "goroutines", "cpus", "threads",
    }  # fmt: skip
    for track in drawn.tracks:
        assert track.time_seconds[0] >= 0
        assert track.time_seconds[-1] <= LIFE_SECONDS


def test_the_kill_and_every_profile_are_marked_in_order() -> None:
    marks = timeline(leak().evidence).marks
    assert marks[-1].kind == "kill"
    assert abs(marks[-1].at_seconds - LIFE_SECONDS) < 1e-6
    assert [mark.at_seconds for mark in marks] == sorted(mark.at_seconds for mark in marks)
    assert sum(mark.kind == "profile" for mark in marks) == 8


def test_a_lone_log_keeps_its_own_clock() -> None:
    alone = Evidence(subject=Subject(), gctrace=replace(trace(), started_at_seconds=nan))
    drawn = timeline(alone)
    marked = drawn.track("marked")
    assert isnan(drawn.zero_seconds)
    assert marked is not None
    assert 0 < marked.time_seconds[-1] - trace().cycles.at_seconds[-1] < 0.1


def test_a_goal_holds_until_the_end_of_its_own_cycle() -> None:
    drawn, cycles = timeline(leak().evidence), trace().cycles
    goal, marked = drawn.track("goal"), drawn.track("marked")
    assert goal is not None
    assert marked is not None
    assert goal.time_seconds[0] == 0
    assert goal.time_seconds[1:].tolist() == marked.time_seconds.tolist()
    assert goal.values.tolist() == [*cycles.goal_bytes, cycles.goal_bytes[-1]]


def test_a_cgroup_without_a_limit_draws_none() -> None:
    at = np.array([1.0, 2.0])
    endless = CgroupSeries(at, {"usage_bytes": at * MIB, "limit_bytes": np.full(2, 2.0**63 - 4096)})
    drawn = timeline(Evidence(subject=Subject(), cgroup=endless))
    assert drawn.track("limit") is None
    assert drawn.track("usage") is not None


def test_a_stated_limit_is_drawn_where_the_cgroup_told_none() -> None:
    at = np.array([10.0, 20.0])
    metrics = MetricsSeries(at, {"process_resident_memory_bytes": at * MIB, "go_goroutines": at})
    stated = Subject(memory_limit_bytes=LIMIT)
    limit = timeline(Evidence(subject=stated, metrics=metrics)).track("limit")
    assert limit is not None
    assert limit.values.tolist() == [LIMIT, LIMIT]
    assert limit.time_seconds.tolist() == [0.0, 10.0]


def test_unread_samples_leave_no_point() -> None:
    at = np.array([1.0, 2.0, 3.0])
    torn = CgroupSeries(at, {"usage_bytes": np.array([1.0, nan, 3.0])})
    usage = timeline(Evidence(subject=Subject(), cgroup=torn)).track("usage")
    assert usage is not None
    assert usage.values.tolist() == [1.0, 3.0]


def test_thinning_keeps_the_peaks_and_both_ends() -> None:
    at = np.arange(100_000.0)
    values = np.sin(at)
    values[54_321] = 99.0
    values[12_345] = -99.0
    few_at, few = thinned(at, values, MOST_POINTS)
    assert len(few) <= MOST_POINTS + 2
    assert few.max() == 99.0
    assert few.min() == -99.0
    assert few_at[0] == 0
    assert few_at[-1] == at[-1]


def test_nothing_seen_gives_an_empty_timeline() -> None:
    drawn = timeline(Evidence(subject=Subject()))
    assert drawn.tracks == ()
    assert isnan(drawn.end_seconds)
