"""What the forward run carries from cycle to cycle, and how it reads its scenario.

The forward run's inner loop (the modules forward_*) is written in floats and tuples of floats, and
asks mgcpacer*.py in them: the same source runs as plain Python and, compiled, at a hundred times
the speed. The price is that a byte count may be off by a rounding.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from goom.runtime.pacer.mgcscavenge import Footprint


class Rules(NamedTuple):
    """How the collector is set, in numbers: the settings and what depends on the version.

    ``memory_limit`` is infinite for none. ``dedicated`` workers, and ``fractional`` of each of
    ``procs`` Ps (startCycle). ``modern`` is 1.0 for 1.21's headroom and cons/mark, 0.0 for 1.19's;
    ``limit_scavenge_factor`` times the limit is where the background scavenger aims.
    """

    gogc: int
    heap_minimum: float
    memory_limit: float
    procs: float
    dedicated: float
    fractional: float
    modern: float
    limit_scavenge_factor: float


class Body(NamedTuple):
    """What of the scenario never changes; ``by_bytes`` is 1.0 when progress is allocation."""

    by_bytes: float
    length: float
    globals_scan: float
    waste: float
    stuck: float
    release_per_second: float
    slice_seconds: float
    while_marking: float
    cached: float


class Moment(NamedTuple):
    """The scenario at one moment; scenario.py says what each figure is."""

    allocation: float
    mutators: float
    reachable: float
    scannable: float
    stacks: float
    non_heap: float
    mark: float


class ConsMark(NamedTuple):
    """The estimate, its last four measurements (1.21) and the controller's integral (1.19)."""

    estimate: float
    first: float
    second: float
    third: float
    fourth: float
    err_integral: float


class State(NamedTuple):
    """The process at a mark termination, the ``number``-th; ``gc_seconds`` is when it was, negative
    for never.
    """

    number: float
    seconds: float
    allocated: float
    gc_seconds: float
    heap_marked: float
    heap_scan: float
    stack_scan: float
    last_goal: float
    last_in_use: float
    fill_seconds: float
    cons: ConsMark
    pages: Footprint


def progress(body: Body, seconds: float, allocated: float) -> float:
    """How far the scenario is: seconds or bytes, by its axis."""
    return allocated if body.by_bytes > 0 else seconds


def piece_at(table: Any, place: float, piece: int) -> int:
    """The row of the table that holds ``place``, at or after row ``piece``."""
    while place >= float(table[piece, 1]):
        piece += 1
    return piece


def moment(table: Any, piece: int, place: float) -> Moment:
    """Every course at one place of a piece (scenario.pieces)."""
    on = place - float(table[piece, 0])
    return Moment(
        float(table[piece, 2]) + float(table[piece, 3]) * on,
        float(table[piece, 4]) + float(table[piece, 5]) * on,
        float(table[piece, 6]) + float(table[piece, 7]) * on,
        float(table[piece, 8]) + float(table[piece, 9]) * on,
        float(table[piece, 10]) + float(table[piece, 11]) * on,
        float(table[piece, 12]) + float(table[piece, 13]) * on,
        float(table[piece, 14]) + float(table[piece, 15]) * on,
    )
