"""Deep calls and large local variables make a stack grow."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number
from goom.claims.bench.stack_sizes import growths_in


def measure(bench: Bench) -> Figures:
    """Growths of 2,000 nested calls, of one call with a frame of 8 KiB, and of one small call."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {
        "growths_of_recursion": growths_in(go, "recursion"),
        "growths_of_big_frame": growths_in(go, "big_frame"),
        "growths_of_small_call": growths_in(go, "shallow"),
    }


def judge(figures: Figures) -> Judgement:
    """Both make it grow and a small call does not: holds. One of them: in part."""
    calm = every(figures, lambda row: number(row, "growths_of_small_call") == 0)
    deep = every(figures, lambda row: number(row, "growths_of_recursion") > 0)
    big = every(figures, lambda row: number(row, "growths_of_big_frame") > 0)
    if calm and deep and big:
        return holds("2,000 nested calls make it grow, so does one frame of 8 KiB, a small one not")
    if deep or big:
        return holds_in_part("only one of the two makes it grow, or a small call does as well")
    return does_not_hold("neither makes it grow")


CLAIM = Claim(
    Statement(
        id="C041",
        chapter="2.3",
        statement="A stack grows when calls are too deep or local variables too large for it.",
        method="the size of the stack in each call, from the goroutine's own g",
        rule="holds when both make it grow and a small call does not; in part when one does",
        truth=(
            "Both are one check: before its frame is made, a function compares SP, less what its "
            "frame has beyond 128 bytes, with stackguard0 (cmd/internal/obj/x86, stacksplit)."
        ),
    ),
    measure,
    judge,
)
