"""The pacer run forward: a scenario and settings in, every cycle out.

    run(scenario, Settings(gogc=50)) -> ForwardRun

The model is a fluid: allocation, marking and scavenging flow at constant rates between the events
that change them, and within a cycle the events are few. What it does not know: pauses (a stop has
no length here, only a cycle has a least one), the order in which goroutines run, and the noise of
a real machine. docs/models.md says how far it is from real Go.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.runtime.allocator.eras import release_of
from goom.runtime.pacer import mgcscavenge, mgcscavenge_1_21
from goom.runtime.pacer.compiled import compiled_cycles
from goom.runtime.pacer.forward_approach import Reached
from goom.runtime.pacer.forward_cycle import COLUMNS, Cycle, Waited, run_cycles, scavenge
from goom.runtime.pacer.forward_state import Body, ConsMark, Rules, State, progress
from goom.runtime.pacer.mgcpacer import heap_minimum_bytes
from goom.runtime.pacer.mgcpacer_cycle import mark_workers
from goom.runtime.pacer.mgcscavenge import Footprint, grow, retained_bytes
from goom.runtime.pacer.mgcsweep import sweep_pages_per_byte
from goom.runtime.pacer.scenario import Scenario, Settings, pieces
from goom.runtime.pacer.versions import GO_1_19, pacer_of

MOST_CYCLES = 250_000  # some ten seconds of plain Python

_BLOCK = 4096
_SCAVENGER_REPAIRED = (1, 22)

Column = NDArray[np.float64]
Cycles = Callable[[Rules, Body, Any, State, Any], tuple[int, State, Reached]]


@dataclass(frozen=True)
class ForwardRun:
    """Every cycle of a run, in order, and where the program was when the scenario ended.

    ``cycles`` has one row a cycle, with the columns of ``forward_cycle.Cycle``; read a column by
    its name: ``run.column("heap_end")``. ``last_total_bytes`` is what GOMEMLIMIT counts: mapped
    and not released, non-heap memory included.
    """

    scenario: Scenario
    settings: Settings
    cycles: Column
    last_seconds: float
    last_allocated_bytes: float
    last_heap_live_bytes: float
    last_total_bytes: float

    def column(self, name: str) -> Column:
        """One figure of every cycle (a view, one entry a cycle)."""
        return self.cycles[:, Cycle._fields.index(name)]

    @property
    def peak_heap_bytes(self) -> float:
        """The most heapLive was: at a mark termination, or at the end."""
        return float(max(self.column("heap_end").max(initial=0.0), self.last_heap_live_bytes))

    @property
    def fresh_bytes(self) -> Column:
        """What was allocated while each cycle marked."""
        fresh: Column = self.column("heap_end") - self.column("heap_start")
        return fresh

    @property
    def sweep_pages_per_byte(self) -> Column:
        """How fast each cycle but the last is swept: pages for each byte allocated after it."""
        rows = zip(
            self.column("in_use")[:-1],
            self.column("trigger")[1:],
            self.column("heap_marked")[:-1],
            strict=True,
        )
        return np.array([sweep_pages_per_byte(*map(float, row)) for row in rows])

    @property
    def gc_cpu_seconds(self) -> float:
        """CPU time of workers and assists; idle workers take what nobody wants and do not count."""
        return float((self.column("assist_seconds") + self.column("background_seconds")).sum())

    @property
    def gc_cpu_fraction(self) -> float:
        """The collector's share of all Ps' time, as the runtime counts it."""
        return self.gc_cpu_seconds / max(self.last_seconds * self.settings.procs, 1e-12)


def run(scenario: Scenario, settings: Settings, fast: bool = False) -> ForwardRun:
    """Every cycle of a scenario under some settings.

    ``fast`` compiles the inner loop when numba is there (the first call takes seconds); the figures
    are the same bits. Raises BadInput beyond ``MOST_CYCLES`` cycles.
    """
    loop: Cycles = (compiled_cycles() if fast else None) or run_cycles
    table, rules, body = pieces(scenario), rules_of(settings), _body(scenario)
    state, blocks, total = _start(), list[Column](), 0
    while True:
        block = np.empty((_BLOCK, COLUMNS))
        count, state, at = loop(rules, body, table, state, block)
        blocks.append(block[:count])
        total += count
        if count < _BLOCK:
            break
        if total >= MOST_CYCLES:
            raise BadInput(
                f"the scenario collects more than {MOST_CYCLES:,} times.",
                "Make it shorter, or give the heap more room.",
            )
    return ForwardRun(
        scenario, settings, np.concatenate(blocks),
        at.seconds, at.allocated, at.live, _total_bytes(scenario, rules, body, state, at),
    )  # fmt: skip


def _total_bytes(scenario: Scenario, rules: Rules, body: Body, state: State, at: Reached) -> float:
    """What is mapped when the scenario ends: the scavenger had the time since the last cycle."""
    place = progress(body, at.seconds, at.allocated)
    non_heap = scenario.non_heap_bytes.at(place)
    pages = scavenge(rules, body, Waited(state.last_goal, non_heap, at.seconds), state)
    return retained_bytes(grow(pages, at.live * (1.0 + body.waste))) + non_heap


def rules_of(settings: Settings) -> Rules:
    """The settings as the inner loop takes them: with what the version makes of them."""
    workers = mark_workers(settings.procs)
    limit = settings.memory_limit_bytes
    return Rules(
        gogc=settings.gogc,
        heap_minimum=float(heap_minimum_bytes(settings.gogc)),
        memory_limit=math.inf if limit is None else float(limit),
        procs=float(settings.procs),
        dedicated=float(workers.dedicated),
        fractional=workers.fractional_utilization_goal,
        modern=0.0 if pacer_of(settings.go_version) is GO_1_19 else 1.0,
        limit_scavenge_factor=_limit_scavenge_factor(settings.go_version),
    )


def _limit_scavenge_factor(version: str) -> float:
    if release_of(version) >= _SCAVENGER_REPAIRED:
        return mgcscavenge.MEMORY_LIMIT_GOAL_FACTOR
    return mgcscavenge_1_21.MEMORY_LIMIT_GOAL_FACTOR


def _body(scenario: Scenario) -> Body:
    return Body(
        by_bytes=1.0 if scenario.axis == "allocated_bytes" else 0.0,
        length=float(scenario.length),
        globals_scan=float(scenario.globals_scan_bytes),
        waste=float(scenario.span_waste_fraction),
        stuck=float(scenario.stuck_fraction),
        release_per_second=float(scenario.release_bytes_per_second),
        slice_seconds=float(scenario.slice_seconds),
        while_marking=float(scenario.allocation_while_marking_fraction),
        cached=float(scenario.cached_bytes),
    )


def _start() -> State:
    """A process before its first collection: nothing is known of its heap."""
    return State(
        number=0.0, seconds=0.0, allocated=0.0, gc_seconds=-1.0, heap_marked=0.0, heap_scan=0.0,
        stack_scan=0.0, last_goal=0.0, last_in_use=0.0, fill_seconds=0.0,
        cons=ConsMark(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), pages=Footprint(0.0, 0.0, 0.0),
    )  # fmt: skip
