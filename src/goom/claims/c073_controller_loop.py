"""gcController above 80 % CPU shows in traceGCControllerStart of runtime/trace/gc.go."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number


def measure(bench: Bench) -> Figures:
    """The file, the function, and what does measure the collector's CPU."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("assisting", "50", "1", "0").figures()
    return {
        "file_runtime_trace_gc": bool(go.source.text("runtime/trace/gc.go")),
        "functions_named_so": len(
            go.source.find(r"traceGCController(Start|End)", "runtime", "internal/trace")
        ),
        "gc_cpu_fraction": round(found["gc_seconds"] / found["total_seconds"], 3),
    }


def judge(figures: Figures) -> Judgement:
    """File and function: holds."""
    if every(figures, lambda row: bool(row["file_runtime_trace_gc"])
             and number(row, "functions_named_so") > 0):  # fmt: skip
        return holds("both are there")
    if none(figures, lambda row: bool(row["file_runtime_trace_gc"])
            or number(row, "functions_named_so") > 0):  # fmt: skip
        return does_not_hold("there is neither the file nor the function, and no control loop")
    return holds_in_part("one of them is there")


CLAIM = Claim(
    Statement(
        id="C073",
        chapter="3.3",
        statement=(
            "runtime/trace/gc.go samples a GC control loop (traceGCControllerStart); over 80 % "
            "CPU is an alarm."
        ),
        method="the file and the functions in the source",
        rule="holds when file and function exist; in part when one does",
        truth=(
            "The pacer is a handful of functions called at the start and end of a cycle and "
            "while marking; it has no loop of its own (mgcpacer.go). The collector's CPU is "
            "/cpu/classes/gc/total over /cpu/classes/total."
        ),
    ),
    measure,
    judge,
)
