"""The article's snippet makes a stack grow once and records it."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version
from goom.claims.bench.stack_sizes import growths_in


def measure(bench: Bench) -> Figures:
    """Whether it builds, and whether its array makes a stack grow once it does."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    compiled = go.compiles("stack_snippet")
    errors = [line for line in compiled.message.splitlines() if "undefined" in line]
    return {
        "snippet_builds": compiled.built,
        "compiler_says": errors[0].partition(": ")[2] if errors else "",
        "growths_of_its_function": growths_in(go, "unused_array"),
        "growths_of_used_array": growths_in(go, "big_frame"),
    }


def judge(figures: Figures) -> Judgement:
    """It builds and grows: holds. It only grows once it is mended: in part."""
    builds = every(figures, lambda row: bool(row["snippet_builds"]))
    grows = every(figures, lambda row: number(row, "growths_of_its_function") > 0)
    if builds and grows:
        return holds("it builds, and its array makes the stack grow")
    if builds or grows:
        return holds_in_part("it builds" if builds else "mended, its array makes the stack grow")
    said = str(next(iter(figures.values()))["compiler_says"])
    used = per_version(figures, "growths_of_used_array")
    return does_not_hold(
        f"it does not build ({said}); mended, its stack never grows, since nothing uses the array "
        f"(a used one: {used} growth)"
    )


CLAIM = Claim(
    Statement(
        id="C043",
        chapter="2.3",
        statement=(
            "Importing runtime/trace as _ and declaring an unused 8 KiB array forces a growth and "
            "records it."
        ),
        method="go build of the snippet; the size of the stack in the function it starts",
        rule="holds when it builds and the stack grows; in part when one of these",
        truth=(
            "A blank import gives no name to call. The compiler drops an array that nobody reads, "
            "so the frame stays small; a used one takes the stack from 2 to 16 KiB at once."
        ),
        instead=(
            "To see growths: a probe on runtime.copystack (new size in its second argument), or "
            "since 1.23 GODEBUG=traceallocfree=1 with an execution trace."
        ),
    ),
    measure,
    judge,
)
