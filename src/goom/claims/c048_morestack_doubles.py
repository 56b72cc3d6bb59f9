"""A stack that is full is replaced by one twice its size."""

from __future__ import annotations

from itertools import pairwise

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version
from goom.claims.bench.stack_sizes import sizes_in, symbols


def measure(bench: Bench) -> Figures:
    """By how much each growth of a recursion and of a big frame enlarges the stack."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    recursion = _ratios(sizes_in(go, "recursion"))
    big = _ratios(sizes_in(go, "big_frame"))
    return {
        "recursion_smallest_growth_ratio": min(recursion, default=0.0),
        "recursion_largest_growth_ratio": max(recursion, default=0.0),
        "frame_of_8_kib_growth_ratio": max(big, default=0.0),
        "calls_morestack": any(
            name.startswith("runtime.morestack") for name in symbols(go, "stackwatch")
        ),
    }


def _ratios(sizes: list[int]) -> list[float]:
    return [new / old for old, new in pairwise(sizes)]


def judge(figures: Figures) -> Judgement:
    """Twice in every growth: holds. Twice, but more for a big frame: in part."""
    twice = every(
        figures,
        lambda row: (
            number(row, "recursion_smallest_growth_ratio")
            == number(row, "recursion_largest_growth_ratio")
            == 2
        ),
    )
    if not twice or none(figures, lambda row: bool(row["calls_morestack"])):
        return does_not_hold("the stack of a recursion is not doubled, or not by morestack")
    big = per_version(figures, "frame_of_8_kib_growth_ratio")
    if every(figures, lambda row: number(row, "frame_of_8_kib_growth_ratio") == 2):
        return holds("every growth doubles the stack, whatever the frame")
    return holds_in_part(
        f"every growth of a recursion doubles the stack; one call with a frame of 8 KiB makes it "
        f"{big} times as large at once"
    )


CLAIM = Claim(
    Statement(
        id="C048",
        chapter="2.3",
        statement="Overflow calls morestack: a stack of twice the size, a copy, and on it goes.",
        method="the sizes of the stack in 2,000 nested calls, and around one frame of 8 KiB",
        rule="holds when all growths double; in part when only those for small frames do",
        truth=(
            "newstack doubles until the frame and the guard fit: from 2 to 16 KiB for a frame of "
            "8 KiB (stack.go). Then the function begins anew, with its check."
        ),
    ),
    measure,
    judge,
)
