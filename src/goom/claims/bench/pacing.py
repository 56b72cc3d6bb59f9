"""Goals as a real program sees them, next to what the pacer's formula makes of the same figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from goom.claims.bench.bench import Go
from goom.claims.bench.running import Setting
from goom.runtime.pacer.mgcpacer import gc_percent_heap_goal_bytes, heap_minimum_bytes

_LIVE_MIB = 20


@dataclass(frozen=True, slots=True)
class GoalPoint:
    """One setting of GOGC right after a collection. All but ``gc_percent`` in bytes."""

    gc_percent: int
    heap_marked_bytes: int  # /gc/heap/live:bytes
    stack_scan_bytes: int
    globals_scan_bytes: int
    heap_goal_bytes: int  # /gc/heap/goal:bytes
    next_gc_bytes: int  # MemStats.NextGC

    @property
    def scanned_bytes(self) -> int:
        """What GOGC is a percentage of."""
        return self.heap_marked_bytes + self.stack_scan_bytes + self.globals_scan_bytes

    @property
    def by_gogc_bytes(self) -> int:
        """What GOGC alone makes the goal (commit, mgcpacer.go)."""
        roots = self.stack_scan_bytes + self.globals_scan_bytes
        goal = gc_percent_heap_goal_bytes(self.heap_marked_bytes, roots, self.gc_percent)
        return max(goal, heap_minimum_bytes(self.gc_percent))

    @property
    def simple_bytes(self) -> int:
        """The formula of many articles: the heap alone."""
        return self.heap_marked_bytes + self.heap_marked_bytes * self.gc_percent // 100


def goal_points(go: Go, goroutines: int = 0, memory_limit: str = "") -> tuple[GoalPoint, ...]:
    """GOGC 25, 50, 100, 200, 400 with 20 MiB of objects and so many deep stacks."""
    environment = (("GOMEMLIMIT", memory_limit),) if memory_limit else ()
    ran = go.run("goals", str(_LIVE_MIB), str(goroutines), setting=Setting(environment=environment))
    return tuple(GoalPoint(**point) for point in ran.figures()["points"])


def worst_error(points: Iterable[GoalPoint], predicted: Callable[[GoalPoint], int]) -> int:
    """The largest difference from the goal that the runtime set, in bytes."""
    return max(abs(predicted(point) - point.heap_goal_bytes) for point in points)
