"""GOGC and GOMEMLIMIT against the container's limit."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.subject import Subject
from goom.case.units import MIB, bytes_text
from goom.case.verdict import Finding
from goom.rooms import finding
from goom.signals.course import Course
from goom.signals.marked_heap import MarkedHeap

_TIGHT = 0.97  # measured: at the limit itself processes are killed, at 90 % they are not


@finding
def settings(subject: Subject, course: Course, marked: MarkedHeap | None) -> Iterator[Finding]:
    """A soft limit that holds nothing back, a goal beyond the limit, collection switched off."""
    limit = course.harm.limit_bytes
    soft = course.harm.stated_gomemlimit_bytes
    if not isnan(limit) and not isnan(soft) and soft > _TIGHT * limit:
        yield Finding(
            code="gomemlimit_above_limit",
            title="GOMEMLIMIT holds nothing back",
            detail=f"GOMEMLIMIT={bytes_text(soft)} in a container of {bytes_text(limit)}: memory "
            f"that is not Go's comes on top. Try {int(0.9 * limit / MIB)}MiB.",
            source="environment",
        )
    if subject.gogc_percent is not None and subject.gogc_percent < 0 and isnan(soft):
        yield Finding(
            code="gogc_off",
            title="Collection is switched off",
            detail="GOGC=off without GOMEMLIMIT: nothing is ever collected.",
            source="environment",
        )
    yield from _goal(course, marked)


def _goal(course: Course, marked: MarkedHeap | None) -> Iterator[Finding]:
    harm = course.harm
    if marked is None or isnan(harm.limit_bytes) or not isnan(harm.effective_gomemlimit_bytes):
        return
    goal = marked.next_goal_bytes
    if goal > harm.limit_bytes and not harm.killed:
        yield Finding(
            code="goal_beyond_limit",
            title="The collector may pass the limit",
            detail=f"The goal is {bytes_text(goal)} in a container of "
            f"{bytes_text(harm.limit_bytes)} and no GOMEMLIMIT is set: it went well so far.",
            source=marked.source,
        )
