"""Goal and trigger of a sampled process, recomputed by the pacer's own equations of its version.

The runtime keeps neither: heapGoalInternal and trigger (runtime/mgcpacer.go) compute both from the
same figures whenever they are asked for.
"""

from __future__ import annotations

from goom.case.xray import XrayPacer, XraySample
from goom.runtime.pacer.mgcpacer import (
    GOGC,
    HEAP_MINIMUM,
    MEMORY_LIMIT,
    NO_GOAL_BYTES,
    NOT_TRIGGERED_BYTES,
    REGIMES,
    heap_goal,
    trigger_bytes,
)
from goom.runtime.pacer.versions import pacer_of

_NONE = (1 << 64) - 1  # ^uint64(0): no goal of GOGC, no cycle under way


def xray_pacer(sample: XraySample, go_version: str) -> XrayPacer:
    """The goal that the process has now; BadInput for a version before 1.19."""
    pacer, memory = sample.pacer, sample.memory
    limit = pacer.memory_limit_bytes
    non_heap = memory.mapped_ready_bytes - memory.heap_free_bytes - memory.heap_alloc_bytes
    of_limit = pacer_of(go_version).memory_limit_heap_goal_bytes(
        non_heap, max(memory.mapped_ready_bytes - limit, 0), limit, pacer.heap_marked_bytes
    )
    goal = heap_goal(
        min(pacer.gc_percent_heap_goal_bytes, NO_GOAL_BYTES),
        0,  # the runtime has taken the minimum into the goal already
        of_limit,
        pacer.sweep_dist_min_trigger_bytes,
        NOT_TRIGGERED_BYTES if pacer.triggered_bytes == _NONE else pacer.triggered_bytes,
    )
    regime = goal.regime
    if regime == GOGC and goal.goal_bytes == pacer.heap_minimum_bytes:
        regime = HEAP_MINIMUM
    # Without GOMEMLIMIT its goal is beyond all memory: no bound at all when GOGC is off too.
    bounded = pacer.has_memory_limit or regime != MEMORY_LIMIT
    start = trigger_bytes(
        goal.goal_bytes, goal.min_trigger_bytes, pacer.heap_marked_bytes, pacer.runway_bytes
    )
    return XrayPacer(
        goal_bytes=goal.goal_bytes if bounded and goal.goal_bytes < NO_GOAL_BYTES else None,
        trigger_bytes=start if bounded and goal.goal_bytes < NO_GOAL_BYTES else None,
        regime=REGIMES[regime],
        memory_limit_goal_bytes=of_limit if pacer.has_memory_limit else None,
        limit_used_bytes=memory.mapped_ready_bytes,
        non_heap_bytes=non_heap,
    )
