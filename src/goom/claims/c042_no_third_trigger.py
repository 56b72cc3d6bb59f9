"""A stack also grows when the compiler cannot tell what a function needs."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version
from goom.claims.bench.stack_sizes import frames_printed, growths_in


def measure(bench: Bench) -> Figures:
    """Growths with a chain of deferred calls and without, and the compiler's own listing."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    fixed, open_ended = frames_printed(go, "stackwatch")
    return {
        "growths_with_1000_defers": growths_in(go, "defers"),
        "growths_with_struct": growths_in(go, "struct"),
        "growths_with_struct_and_defers": growths_in(go, "defers_struct"),
        "functions_with_fixed_frame": fixed,
        "functions_without": open_ended,
    }


def judge(figures: Figures) -> Judgement:
    """A frame that the compiler left open: holds. Growths by defers alone: in part."""
    unknown = not none(figures, lambda row: number(row, "functions_without") > 0)
    by_defers = not every(
        figures,
        lambda row: (
            number(row, "growths_with_1000_defers") == 0
            and row["growths_with_struct"] == row["growths_with_struct_and_defers"]
        ),
    )
    if unknown:
        return holds("the compiler left the size of a frame open")
    if by_defers:
        return holds_in_part("deferred calls make a stack grow that does not grow without them")
    listed = per_version(figures, "functions_with_fixed_frame")
    return does_not_hold(
        f"the compiler printed a fixed frame for each of {listed} functions; 1,000 deferred calls "
        "make no stack grow, nor do they beside a struct of 4,800 bytes"
    )


CLAIM = Claim(
    Statement(
        id="C042",
        chapter="2.3",
        statement=(
            "A stack also grows when the compiler cannot determine the need statically, as with a "
            "chain of defers and a big struct."
        ),
        method=(
            "sizes of the stack with 1,000 deferred calls, with a struct of 4,800 bytes, with "
            "both; go build -gcflags=-S"
        ),
        rule=(
            "holds when a function has no fixed frame; in part when deferred calls add a growth; "
            "does not hold when neither"
        ),
        truth=(
            "The size of every frame is a constant of the compiled function, and the only check is "
            "in its prologue (cmd/internal/obj/x86, stacksplit). Deferred calls are in the frame "
            "or on the heap."
        ),
    ),
    measure,
    judge,
)
