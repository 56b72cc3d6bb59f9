"""Watch gcControllerState.heapGoal."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.pacing import goal_points
from goom.claims.bench.reading import every, none


def measure(bench: Bench) -> Figures:
    """The field, and the figures that say the same."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    points = goal_points(go)
    state = go.source.first(r"^\theapGoal\s+(atomic|u?int)", "runtime/mgcpacer.go", code_only=True)
    return {
        "field_heap_goal": state is not None,
        "metric_equals_next_gc": all(p.heap_goal_bytes == p.next_gc_bytes for p in points),
        "metric_heap_goal_bytes": points[0].heap_goal_bytes,
    }


def judge(figures: Figures) -> Judgement:
    """A field of that name: holds. The figure under other names: in part."""
    if every(figures, lambda row: bool(row["field_heap_goal"])):
        return holds("gcControllerState has the field")
    if none(figures, lambda row: bool(row["field_heap_goal"])) and every(
        figures, lambda row: bool(row["metric_equals_next_gc"])
    ):
        return holds_in_part(
            "the field is not there, the figure is: /gc/heap/goal:bytes, equal to MemStats.NextGC"
        )
    return does_not_hold("neither the field nor the figure is there everywhere")


CLAIM = Claim(
    Statement(
        id="C072",
        chapter="3.2",
        statement="The indicator to observe is gcControllerState.heapGoal.",
        method=(
            "fields of gcControllerState; /gc/heap/goal:bytes against MemStats.NextGC at five "
            "settings"
        ),
        rule="holds when the field exists; in part when only the metric does",
        truth=(
            "heapGoal is a method since 1.19. From outside: /gc/heap/goal:bytes, "
            "MemStats.NextGC, the HeapGoal events of an execution trace (mgcpacer.go, "
            "metrics.go)."
        ),
    ),
    measure,
    judge,
)
