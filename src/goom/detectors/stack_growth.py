"""Goroutine stacks are the largest part of the memory."""

from __future__ import annotations

from collections import Counter
from math import isnan

import numpy as np

from goom.case.ebpf_found import StackGrowers
from goom.case.profile import Frame
from goom.case.series import ProcessSeries
from goom.case.subject import Subject
from goom.case.units import KIB, bytes_text
from goom.case.verdict import Blame, Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.course import Course
from goom.signals.frames import user_frames
from goom.signals.goroutines import GoroutineTrend, Group
from goom.signals.growth import Growth
from goom.signals.trend import ramp

_SIGNAL_STACK_BYTES = 32 * KIB  # each thread has one for signals (mpreinit, os_linux.go)


@detector("stack_growth")
def stack_growth(
    growth: Growth,
    course: Course,
    subject: Subject,
    goroutines: GoroutineTrend | None,
    process: ProcessSeries | None,
    growers: StackGrowers | None,
) -> Hypothesis:
    """Goroutine stacks are the largest part of the memory.

    What it sees:
        StackInuse is the largest part of the memory at the peak, and each goroutine holds far
        more than the 2 to 8 KiB that a shallow one needs.

    Why it hurts:
        A stack doubles when it overflows and is copied; it only shrinks in a collection, when
        less than a quarter is in use. Deep calls in many goroutines at once keep it all.

    How sure:
        StackInuse is exact. The goroutine profile shows the frames that the deep stacks are made
        of; a recursive function stands out. eBPF (goom probe PID stacks, --ebpf) names the
        functions in which stacks were too small, and how large they became.

    What else looks like this:
        Many shallow goroutines (a goroutine leak), heap held by goroutines.

    References:
        newstack, copystack and shrinkstack in runtime/stack.go; MemStats.StackInuse.
    """
    weighing = Weighing()
    share = growth.share(growth.stacks)
    fatal = "stack exceeds" in course.harm.go_fatal
    if isnan(share) and not fatal:
        weighing.lacks("StackInuse (MemStats: heap?debug=1 or /debug/vars)")
        return _hypothesis(weighing, growth, _blame(subject, goroutines, growers))
    text = f"stacks: {bytes_text(growth.stacks)}, {share:.0%} of the memory at the peak"
    size = ramp(growth.stacks, 6e6, 20e6)
    weighing.plus(4.5 * ramp(share, 0.2, 0.5) * size, text, growth.source)
    weighing.minus(4.0 * max(ramp(share, 0.3, 0.12), 1.0 - size), text, growth.source)
    largest = growth.stacks >= max(growth.marked, growth.garbage, growth.waste, growth.outside)
    weighing.plus(1.0 * largest * size, "no other part is larger", growth.source)
    weighing.plus(6.0 * fatal, f"Go's own crash: {course.harm.go_fatal}", "stderr")
    if goroutines is not None and goroutines.peak > 0:
        threads = process.last("threads") if process is not None else 0.0
        of_threads = float(np.nan_to_num(threads)) * _SIGNAL_STACK_BYTES
        each = max(growth.stacks - of_threads, 0.0) / goroutines.peak
        each_text = f"{bytes_text(each)} of stack for each of {goroutines.peak:.0f} goroutines"
        weighing.plus(1.5 * ramp(each, 8 * KIB, 24 * KIB) * size, each_text, growth.source)
        weighing.minus(2.5 * ramp(each, 12 * KIB, 6 * KIB), each_text, growth.source)
    if growers is not None and growers.rows:
        largest_bytes = max(row.largest_bytes for row in growers.rows)
        seen = f"stacks were seen to grow to {bytes_text(largest_bytes)}"
        weighing.plus(1.0 * ramp(largest_bytes, 16 * KIB, 64 * KIB) * size, seen, growers.origin)
    weighing.minus(1.5 * course.piling_up, "goroutines pile up as well", "goroutine profiles")
    return _hypothesis(weighing, growth, _blame(subject, goroutines, growers))


def _hypothesis(weighing: Weighing, growth: Growth, blame: tuple[Blame, ...]) -> Hypothesis:
    return weighing.hypothesis(
        "stack_growth",
        f"Goroutine stacks hold {bytes_text(growth.stacks)}, "
        f"{growth.share(growth.stacks):.0%} of the memory.",
        blame=blame,
        scenario="steady",
    )


def _blame(
    subject: Subject, goroutines: GoroutineTrend | None, growers: StackGrowers | None
) -> tuple[Blame, ...]:
    """Where stacks were seen to grow; then the frames of the goroutines that stand deep."""
    rows = {one.function: one for one in _growing(growers, subject)} if growers else {}
    for one in _standing(goroutines, subject) if goroutines is not None else ():
        rows.setdefault(one.function, one)
    return tuple(rows.values())[:5]


def _growing(growers: StackGrowers, subject: Subject) -> tuple[Blame, ...]:
    """The user's own function that is nearest to each growth, by the bytes that were added."""
    added: Counter[str] = Counter()
    places: dict[str, Frame] = {}
    for row in growers.rows:
        frame = next(iter(user_frames(row.stack, subject)), row.frame)
        added[frame.function] += row.added_bytes
        places.setdefault(frame.function, frame)
    total = added.total() or 1
    return tuple(
        Blame(
            function,
            places[function].file,
            places[function].line,
            count / total,
            f"made stacks grow by {bytes_text(count)} while eBPF looked",
        )
        for function, count in added.most_common(3)
        if count >= 0.1 * total
    )


def _standing(goroutines: GoroutineTrend, subject: Subject) -> tuple[Blame, ...]:
    """The functions that most frames of the deepest common stacks belong to."""
    frames: Counter[str] = Counter()
    places: dict[str, Frame] = {}
    for group in goroutines.groups:
        many = float(group.counts.max()) if len(group.counts) else 0.0
        for frame in user_frames(group.stack, subject):
            frames[frame.function] += int(many) * _depth_weight(group)
            places.setdefault(frame.function, frame)
    total = sum(frames.values()) or 1  # every group may count nothing
    rows = []
    for function, count in frames.most_common(5):
        if function == "main.main" or count < 0.05 * total:
            continue
        place = places[function]
        why = f"makes up {count / total:.0%} of the frames on the goroutines' stacks"
        rows.append(Blame(function, place.file, place.line, count / total, why))
    return tuple(rows)


def _depth_weight(group: Group) -> int:
    """Deep stacks hold more: a group counts with its depth."""
    return max(1, len(group.stack))
