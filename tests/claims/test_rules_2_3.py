"""The rules of chapter 2.3: goroutine stacks."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART, Value
from goom.claims.bench.reading import Row
from tests.claims.twins import Twin, each, of

Rows = dict[str, Row]


def starts(new: int, reused: int, later: int = 2048) -> Rows:
    """What goroutines start with."""
    return each(new_bytes=new, adapted_bytes=reused, reused_bytes=reused, later_new_bytes=later)


def moved(after: int, **told: Value) -> Rows:
    """A stack of 2 KiB before, and what became of a variable on it."""
    usual: dict[str, Value] = {"moved": True, "pointer_followed": True, "value_kept": True}
    return each(before_bytes=2048, after_bytes=after, **usual | told)


def triggers(deep: int, big: int, small: int = 0) -> Rows:
    """Growths by what made them."""
    return each(growths_of_recursion=deep, growths_of_big_frame=big, growths_of_small_call=small)


def frames(defers: int, both: int, open_ended: int = 0) -> Rows:
    """Growths with deferred calls, beside one with a struct alone."""
    return each(
        growths_with_1000_defers=defers,
        growths_with_struct=1,
        growths_with_struct_and_defers=both,
        functions_with_fixed_frame=33,
        functions_without=open_ended,
    )


def snippet(builds: bool, growths: int) -> Rows:
    """The article's snippet."""
    return each(
        snippet_builds=builds,
        compiler_says="" if builds else "undefined: trace",
        growths_of_its_function=growths,
        growths_of_used_array=1,
    )


def names(functions: int, events: int) -> Rows:
    """What bears the name."""
    return each(
        growths_in_the_program=7,
        functions_named_stackgrow=functions,
        functions_named_copystack=1,
        events_of_stack_growth=events,
        events_of_the_tracer=200,
    )


def guard(size: int) -> Rows:
    """The guard."""
    return each(
        guard_bytes=size, stack_guard="a + b", nosplit_base_bytes=800, small_frame_bytes=128
    )


def doubling(small: float, large: float, big: float, calls: bool = True) -> Rows:
    """By how much growths enlarge the stack."""
    return each(
        recursion_smallest_growth_ratio=small,
        recursion_largest_growth_ratio=large,
        frame_of_8_kib_growth_ratio=big,
        calls_morestack=calls,
    )


def most(limit: int) -> Rows:
    """The limit."""
    return each(limit_bytes=limit, largest_stack_below_100_mb_bytes=1 << 26)


TWINS: tuple[Twin, ...] = (
    Twin("C039", IN_PART, starts(2048, 16384)),
    Twin("C039", HOLDS, starts(2048, 2048)),
    Twin("C039", DOES_NOT_HOLD, starts(8192, 8192)),
    Twin("C039", DOES_NOT_HOLD, starts(2048, 16384, later=16384)),
    Twin("C040", HOLDS, moved(262144)),
    Twin("C040", IN_PART, moved(262144, moved=False)),
    Twin("C040", DOES_NOT_HOLD, moved(262144, pointer_followed=False)),
    Twin("C040", DOES_NOT_HOLD, moved(262144, value_kept=False)),
    Twin("C040", DOES_NOT_HOLD, moved(2048)),
    Twin("C041", HOLDS, triggers(7, 1)),
    Twin("C041", IN_PART, triggers(7, 0)),
    Twin("C041", IN_PART, triggers(7, 1, small=1)),
    Twin("C041", DOES_NOT_HOLD, triggers(0, 0)),
    Twin("C042", DOES_NOT_HOLD, frames(0, 1)),
    Twin("C042", IN_PART, frames(2, 1)),
    Twin("C042", IN_PART, frames(0, 2)),
    Twin("C042", HOLDS, frames(0, 1, open_ended=3)),
    Twin("C043", DOES_NOT_HOLD, snippet(False, 0)),
    Twin("C043", IN_PART, snippet(False, 1)),
    Twin("C043", IN_PART, snippet(True, 0)),
    Twin("C043", HOLDS, snippet(True, 1)),
    Twin("C044", DOES_NOT_HOLD, names(0, 0)),
    Twin("C044", IN_PART, names(1, 0)),
    Twin("C044", IN_PART, names(0, 1)),
    Twin("C044", HOLDS, names(1, 1)),
    Twin("C045", HOLDS, each(stack_min_bytes=2048, new_stack_bytes=2048)),
    Twin("C045", IN_PART, each(stack_min_bytes=2048, new_stack_bytes=8192)),
    Twin("C045", DOES_NOT_HOLD, each(stack_min_bytes=4096, new_stack_bytes=4096)),
    Twin("C046", HOLDS, most(1_000_000_000)),
    Twin("C046", HOLDS, most(1 << 30)),
    Twin("C046", DOES_NOT_HOLD, most(250_000_000)),
    Twin("C047", DOES_NOT_HOLD, guard(928)),
    Twin("C047", HOLDS, guard(512)),
    Twin("C047", DOES_NOT_HOLD, guard(512) | of("1.27.3", **guard(928)["1.27.3"])),
    Twin("C048", IN_PART, doubling(2, 2, 8)),
    Twin("C048", HOLDS, doubling(2, 2, 2)),
    Twin("C048", DOES_NOT_HOLD, doubling(1.5, 2, 8)),
    Twin("C048", DOES_NOT_HOLD, doubling(2, 2, 2, calls=False)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
