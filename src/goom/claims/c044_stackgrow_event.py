"""A function runtime.stackgrow runs and go tool trace shows 'Stack growth'."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number
from goom.claims.bench.stack_sizes import growths_in, symbols

_TRACERS = ("runtime", "internal/trace", "cmd/trace")
_EVENT = r"(?i)[\"`]\s*stack[ _-]?grow(?:th)?\s*[\"`]|\b(?:traceEv|Ev|tracev2\.Ev)StackGrow"


def measure(bench: Bench) -> Figures:
    """The name in a binary whose stacks do grow, and such an event in the tracer's source."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    names = symbols(go, "stackwatch")
    return {
        "growths_in_the_program": growths_in(go, "recursion"),
        "functions_named_stackgrow": sum("stackgrow" in name.lower() for name in names),
        "functions_named_copystack": sum(name == "runtime.copystack" for name in names),
        "events_of_stack_growth": len(go.source.find(_EVENT, *_TRACERS)),
        "events_of_the_tracer": len(go.source.find(r"^\s+(?:traceEv|Ev)\w+", *_TRACERS[:2])),
    }


def judge(figures: Figures) -> Judgement:
    """Both exist: holds. One: in part."""
    function = every(figures, lambda row: number(row, "functions_named_stackgrow") > 0)
    event = every(figures, lambda row: number(row, "events_of_stack_growth") > 0)
    if function and event:
        return holds("the function and the event exist")
    if function or event:
        return holds_in_part("the function exists" if function else "the event exists")
    return does_not_hold(
        "a program whose stacks grow holds runtime.copystack and nothing named stackgrow, and the "
        "tracer has no event for it"
    )


CLAIM = Claim(
    Statement(
        id="C044",
        chapter="2.3",
        statement="runtime.stackgrow runs, and go tool trace shows a 'Stack growth' event.",
        method="symbols of a binary whose stacks grow; names of events in the tracer's source",
        rule="holds when both exist; in part when one does",
        truth=(
            "morestack (asm), newstack and copystack (stack.go) do it, and no event tells. Since "
            "1.23 GODEBUG=traceallocfree=1 adds GoroutineStackAlloc and -Free, an experiment."
        ),
        instead="A probe on runtime.copystack, or GODEBUG=traceallocfree=1 from 1.23 on.",
    ),
    measure,
    judge,
)
