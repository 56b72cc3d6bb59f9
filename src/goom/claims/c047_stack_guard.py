"""The guard of a stack is 256 to 512 bytes."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_LEAST_BYTES, _MOST_BYTES = 256, 512


def measure(bench: Bench) -> Figures:
    """How far stackguard0 is above the low end of a stack, and what the source makes it of."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {
        "guard_bytes": go.run("stackwatch", "start").figures()["guard_bytes"],
        "stack_guard": go.source.constant("stackGuard", "runtime/stack.go"),
        "nosplit_base_bytes": int(go.source.constant("StackNosplitBase", "internal/abi")),
        "small_frame_bytes": int(go.source.constant("StackSmall", "internal/abi")),
    }


def judge(figures: Figures) -> Judgement:
    """Within what was said in every version: holds."""
    guards = per_version(figures, "guard_bytes", "{:.0f}")
    if every(figures, lambda row: _LEAST_BYTES <= number(row, "guard_bytes") <= _MOST_BYTES):
        return holds(f"it is {guards} bytes")
    return does_not_hold(
        f"it is {guards} bytes: {per_version(figures, 'nosplit_base_bytes')} for functions that do "
        f"not check and {per_version(figures, 'small_frame_bytes')} for one small frame"
    )


CLAIM = Claim(
    Statement(
        id="C047",
        chapter="2.3",
        statement="The guard at the end of a stack, stackGuard, is 256 to 512 bytes.",
        method="stackguard0 less the low end in a goroutine's g; the constants of the source",
        rule="holds when it is between 256 and 512 bytes in every version",
        truth=(
            "stackGuard = stackNosplit + stackSystem + abi.StackSmall = 800 + 0 + 128 = 928 on "
            "Linux, 1728 with -race (stack.go)."
        ),
    ),
    measure,
    judge,
)
