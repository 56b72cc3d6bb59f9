"""A forward run as the GC log that such a process would have written."""

from __future__ import annotations

from collections.abc import Iterator

from goom.runtime.pacer.forward import ForwardRun
from goom.runtime.pacer.forward_cycle import Cycle

MIB = 1 << 20


def log_of(made: ForwardRun) -> bytes:
    """gctrace and gcpacertrace lines of every cycle."""
    rows = [Cycle(*map(float, row)) for row in made.cycles]
    return "".join(
        line for number, one in enumerate(rows, 1) for line in _lines(made, number, one)
    ).encode()


def _lines(made: ForwardRun, number: int, cycle: Cycle) -> Iterator[str]:
    procs = made.settings.procs
    place = cycle.allocated if made.scenario.axis == "allocated_bytes" else cycle.trigger_seconds
    stacks = int(made.scenario.stack_scan_bytes.at(place))
    roots = int(made.scenario.globals_scan_bytes)
    heap = int(cycle.work) - stacks - roots
    wall = (cycle.end_seconds - cycle.trigger_seconds) * 1e3
    start, end, goal = int(cycle.heap_start), int(cycle.heap_end), int(cycle.goal)
    yield (
        f"pacer: 30% CPU (25 exp.) for {heap}+{stacks}+{roots} B work (1 B exp.) in {start} B"
        f" -> {end} B (∆goal {end - goal}, cons/mark {cycle.cons_mark})\n"
    )
    cpu = [
        cycle.assist_seconds * 1e3, cycle.background_seconds * 1e3, cycle.idle_seconds * 1e3
    ]  # fmt: skip
    yield (
        f"gc {number} @{cycle.trigger_seconds:.3f}s 5%: 0+{wall:.3f}+0 ms clock,"
        f" 0+{cpu[0]:.3f}/{cpu[1]:.3f}/{cpu[2]:.3f}+0 ms cpu,"
        f" {start // MIB}->{end // MIB}->{int(cycle.heap_marked) // MIB} MB, {goal // MIB} MB goal,"
        f" {stacks // MIB} MB stacks, {roots // MIB} MB globals, {procs} P\n"
    )
