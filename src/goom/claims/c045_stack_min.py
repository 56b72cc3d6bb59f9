"""stackMin is 2048 bytes."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_SAID_BYTES = 2048


def measure(bench: Bench) -> Figures:
    """The constant, and the smallest stack that is seen."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {
        "stack_min_bytes": int(go.source.constant("stackMin", "runtime/stack.go")),
        "new_stack_bytes": go.run("stackwatch", "start").figures()["new_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """The constant and what a goroutine gets, both: holds."""
    constant = every(figures, lambda row: number(row, "stack_min_bytes") == _SAID_BYTES)
    seen = every(figures, lambda row: number(row, "new_stack_bytes") == _SAID_BYTES)
    if constant and seen:
        return holds("the constant is 2048, and so is the stack of a new goroutine")
    if constant or seen:
        return holds_in_part("only one of the constant and the stack that is seen is 2048")
    return does_not_hold(f"the constant is {per_version(figures, 'stack_min_bytes')}")


CLAIM = Claim(
    Statement(
        id="C045",
        chapter="2.3",
        statement="The smallest stack, stackMin, is 2048 bytes.",
        method="the runtime's constant, and the bounds in the g of a new goroutine",
        rule="holds when both are 2048; in part when one is",
        truth=(
            "stackMin is 2048 (stack.go). With what Windows, Plan 9 and iOS keep for the system it "
            "is rounded up to 8 KiB on Windows and 4 KiB on the others."
        ),
    ),
    measure,
    judge,
)
