"""The goal in force: the log's last one, unless X-ray saw what came after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.signals.goal_outlook import GoalOutlook, goal_outlook
from goom.signals.usage import usage
from goom.signals.xray_course import xray_course
from tests.signals.small_evidence import cgroup, clock, marked, memstats

MARKS = marked([1, 5, 9], [34, 35, 34])
SESSION = Frame("main.openSession", "/src/app/app.go", 102)
SETS = BinaryCalls({"runtime/debug.SetGCPercent": (SESSION,)})


def seen(gogc: list[float], goals: list[float]) -> GoalOutlook:
    looks = memstats(
        [1, 5, 9], HeapMarked=[34 * MIB] * 3, GOGC=gogc, GCPercentHeapGoal=goals,
        GOMEMLIMIT=[np.nan] * 3, MappedReady=[60 * MIB] * 3, HeapIdle=[0] * 3,
        HeapReleased=[0] * 3, HeapAlloc=[34 * MIB] * 3,
    )  # fmt: skip
    found = xray_course(looks, Subject(go_version="1.22.10"))
    return goal_outlook(MARKS, None, found, SETS)


def test_a_goal_that_was_raised_after_the_last_line_of_the_log_counts() -> None:
    found = seen([100, 100, 500], [68.0 * MIB, 70.0 * MIB, 210.0 * MIB])
    assert found.goal_bytes == 210 * MIB
    assert (found.gogc_at_first, found.gogc_percent) == (100, 500)
    assert found.changed_by == (SESSION,)


def test_a_setting_that_stayed_was_changed_by_nobody() -> None:
    found = seen([500] * 3, [210.0 * MIB] * 3)
    assert found.gogc_percent == 500
    assert found.changed_by == ()


def test_off_has_no_goal() -> None:
    assert np.isinf(seen([-1] * 3, [np.nan] * 3).goal_bytes)


def test_a_goal_that_x_ray_cannot_reckon_is_the_logs() -> None:
    """A memory limit is in force, and a bundle of somebody else's does not say what is free."""
    looks = memstats(
        [1, 5, 9], HeapMarked=[34 * MIB] * 3, GOGC=[500] * 3, GOMEMLIMIT=[900 * MIB] * 3,
        GCPercentHeapGoal=[300 * MIB] * 3, HeapAlloc=[34 * MIB] * 3,
    )  # fmt: skip
    logged = replace(MARKS, goal_bytes=np.array([200, 210, 204.0]) * MIB)
    found = goal_outlook(logged, None, xray_course(looks, Subject(go_version="1.22.10")), None)
    assert found.goal_bytes == pytest.approx(204 * MIB)
    assert found.gogc_percent == 500


def test_without_x_ray_the_marks_tell() -> None:
    charge = usage(clock(), Subject(), cgroup([1, 5, 9], usage_bytes=[40 * MIB] * 3), None)
    found = goal_outlook(MARKS, charge, None, None)
    assert found.goal_bytes == 2 * 34 * MIB  # nothing stated one
    assert found.other_bytes == pytest.approx(6 * MIB)
    assert (found.gogc_percent, found.charge_was_seen) == (100, True)
