"""Where a burst of work comes in, by the stacks of what rose."""

from __future__ import annotations

import pytest

from goom.case.evidence import Profiles
from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.diagnose import diagnose
from goom.signals.course import Course
from goom.signals.entrance import Entrance, entrance
from goom.signals.site_growth import site_growth
from tests.detectors.world import World, evidence
from tests.signals.small_evidence import clock, frames, heap

SERVER = ("net/http.HandlerFunc.ServeHTTP", "net/http.(*conn).serve")
UPLOAD = frames("image.NewRGBA", "main.decode", "main.upload", *SERVER)
SCALE = frames("image.NewRGBA", "main.scale", "main.upload", *SERVER)
REPORT = frames("main.report", *SERVER)


@pytest.fixture(scope="module")
def course() -> Course:
    """Of a service that is as it was from its start."""
    found = diagnose(evidence(World(seconds=8))).signals[Course]
    assert isinstance(found, Course)
    return found


def found(course: Course, *rows: tuple[tuple[Frame, ...], float]) -> Entrance | None:
    """Where it comes in when the stacks rise from nothing to so many MiB."""
    held = [(stack, mib * MIB) for stack, mib in rows]
    looks = Profiles((heap(1, *((stack, 1.0) for stack, _ in rows)), heap(9, *held)))
    sites = site_growth(clock(), looks, Subject())
    assert sites is not None
    return entrance(looks, Subject(), sites, course)


def test_the_handler_that_nearly_all_rose_under_is_the_entrance(course: Course) -> None:
    seen = found(course, (UPLOAD, 50), (SCALE, 10), (REPORT, 1))
    assert seen is not None
    assert (seen.allocator, seen.frame.function) == ("main.decode", "main.upload")


def test_it_is_as_far_out_as_nearly_all_goes_and_no_further(course: Course) -> None:
    """Two kinds of work come through one handler: both rise under it alone."""
    other = frames("main.parse", "main.batch", "main.handle", *SERVER)
    one = frames("main.decode", "main.upload", "main.handle", *SERVER)
    seen = found(course, (one, 30), (other, 25))
    assert seen is not None
    assert seen.frame.function == "main.handle"
    seen = found(course, (one, 60), (other, 1))
    assert seen is not None
    assert seen.frame.function == "main.handle"


def test_other_work_that_rises_beside_it_leaves_it_open(course: Course) -> None:
    assert found(course, (UPLOAD, 50), (REPORT, 20)) is None
    assert found(course) is None


@pytest.mark.parametrize("roots", [("main.work",), ("main.main", "runtime.main")])
def test_what_a_goroutine_was_started_with_is_no_entrance(
    course: Course, roots: tuple[str, ...]
) -> None:
    seen = found(course, (frames("main.decode", "main.one", *roots), 50))
    assert seen is not None
    assert seen.frame.function == "main.one"
    assert found(course, (frames("main.decode"), 50)) is None
