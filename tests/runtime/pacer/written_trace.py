"""GC logs of a made-up process whose every figure is known: written as Go writes them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from goom.case.gctrace import GCTrace
from goom.formats.gctrace import parse
from goom.runtime.pacer.mgcpacer import (
    NO_MEMORY_LIMIT_BYTES,
    HeapGoal,
    current_cons_mark,
    gc_percent_heap_goal_bytes,
    heap_goal,
    heap_minimum_bytes,
    runway_bytes,
    sweep_dist_min_trigger_bytes,
    trigger_bytes,
)
from goom.runtime.pacer.mgcpacer_1_21 import ConsMark
from goom.runtime.pacer.versions import pacer_of

MIB = 1 << 20


@dataclass
class Process:
    """What it marks wanders at random; it allocates as much as its pacer lets it. Half is scanned.

    ``overhead`` is what of its limit the heap never gets. ``spans`` are in use from the start and
    never go back: what the heap does not fill of them, it does not get either.
    """

    chance: random.Random
    gc_percent: int = 100
    memory_limit: int = NO_MEMORY_LIMIT_BYTES
    overhead: int = 0
    spans: int = 0
    stacks: int = 3000
    globals_: int = 200_000
    large: int = 0  # what one allocation may take the heap past its trigger
    marked: int = 60 * MIB
    least_marked: int = 20 * MIB
    most_marked: int = 1 << 40
    goals: list[HeapGoal] = field(default_factory=list)
    triggers: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def log(self, cycles: int, with_pacer: bool) -> GCTrace:
        """The log of so many cycles."""
        lines, runway, estimate = [], 0, ConsMark()
        for number in range(1, cycles + 1):
            lines += self._cycle(number, runway, with_pacer)
            work = self.marked // 2 + self.stacks + self.globals_
            allocated = self.ends[-1] - self.starts[-1]
            # Of 20 ms of two Ps half a millisecond went to assists, and five to idle workers.
            estimate = estimate.next(current_cons_mark(allocated, work, 0.275, 0.25))
            runway = runway_bytes(estimate.cons_mark, work)
        return parse("\n".join([*lines, ""]).encode())

    def _goal(self, triggered: int, heap_live: int) -> HeapGoal:
        roots = self.stacks + self.globals_
        spans = max(self.spans, heap_live)
        limit_goal = pacer_of(None).memory_limit_heap_goal_bytes(
            self.overhead + spans - heap_live,
            max(self.overhead + spans - self.memory_limit, 0),
            self.memory_limit,
            self.marked,
        )
        return heap_goal(
            gc_percent_heap_goal_bytes(self.marked, roots, self.gc_percent),
            heap_minimum_bytes(self.gc_percent),
            limit_goal,
            sweep_dist_min_trigger_bytes(self.marked),
            triggered,
        )

    def _cycle(self, number: int, runway: int, with_pacer: bool) -> list[str]:
        before = self._goal(0, self.marked)
        trigger = trigger_bytes(before.goal_bytes, before.min_trigger_bytes, self.marked, runway)
        start = trigger + self.chance.randrange(8192) + self.chance.randrange(self.large + 1)
        end = start + 8192 + self.chance.randrange(4 * MIB)
        goal = self._goal(start, end)
        self.goals.append(goal)
        self.triggers.append(trigger)
        self.starts.append(start)
        self.ends.append(end)
        wandered = max(int(self.marked * self.chance.uniform(0.85, 1.17)), self.least_marked)
        self.marked = min(wandered, end, self.most_marked)
        scan = self.marked // 2
        pacer = (
            f"pacer: 27% CPU (25 exp.) for {scan}+{self.stacks}+{self.globals_} B work (1 B exp.)"
            f" in {start} B -> {end} B (∆goal {end - goal.goal_bytes}, cons/mark 0.25)"
        )
        heaps = f"{start >> 20}->{end >> 20}->{self.marked >> 20} MB"
        cycle = (
            f"gc {number} @{number / 5:.3f}s 1%: 0+10+0 ms clock, 0+0.50/5/5+0 ms cpu, {heaps},"
            f" {goal.goal_bytes >> 20} MB goal, {self.stacks >> 20} MB stacks,"
            f" {self.globals_ >> 20} MB globals, 2 P"
        )
        return [pacer, cycle] if with_pacer else [cycle]
