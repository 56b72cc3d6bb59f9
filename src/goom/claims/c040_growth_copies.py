"""A stack grows by moving to a new one: copy, adjust pointers, go on."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """A local variable and a pointer to it, before and after a deep recursion."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    seen = go.run("stackwatch", "moved").figures()
    return {name: seen[name] for name in (
        "before_bytes", "after_bytes", "moved", "pointer_followed", "value_kept"
    )}  # fmt: skip


def judge(figures: Figures) -> Judgement:
    """The variable moved, its pointer with it, and its value came along: holds."""
    grew = every(figures, lambda row: number(row, "after_bytes") > number(row, "before_bytes"))
    moved = every(figures, lambda row: bool(row["moved"]))
    whole = every(figures, lambda row: bool(row["pointer_followed"]) and bool(row["value_kept"]))
    if grew and moved and whole:
        sizes = per_version(figures, "after_bytes", "{:,.0f}")
        return holds(
            f"on the way from 2,048 to {sizes} bytes a local variable moved with its value, and "
            "the pointer to it followed"
        )
    if grew and whole:
        return holds_in_part("the stack grew, and no variable moved")
    return does_not_hold("the stack did not grow, or what was on it did not come along")


CLAIM = Claim(
    Statement(
        id="C040",
        chapter="2.3",
        statement="A stack grows by a new stack, a copy, and pointers that are put right.",
        method="address, pointer and value of a local variable before and after 2,000 nested calls",
        rule="holds when the address changed, the pointer followed and the value is the same",
        truth=(
            "newstack calls copystack: it moves what is in use, then walks every frame and adjusts "
            "each pointer into the old stack (stack.go)."
        ),
    ),
    measure,
    judge,
)
