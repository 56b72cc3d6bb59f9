"""One process out of a log that several wrote."""

from __future__ import annotations

from dataclasses import fields, replace
from math import nan
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCCycles, GCTrace, PacerLines, Scavenges

Table = TypeVar("Table", GCCycles, Scavenges)


def main_process(trace: GCTrace) -> int:
    """The process that wrote the most cycles; 0 when there is none."""
    process = trace.cycles.process
    return int(np.bincount(process).argmax()) if len(process) else 0


def process_count(trace: GCTrace) -> int:
    """How many processes wrote the log."""
    return int(trace.cycles.process.max(initial=-1)) + 1


def of_process(trace: GCTrace, process: int) -> GCTrace:
    """The cycles and scavenges of one process; pacer lines name no process and are left out when
    there are several.
    """
    if process_count(trace) <= 1:
        return trace
    chosen = trace.cycles.process == process
    new_index = np.where(chosen, np.cumsum(chosen) - 1, -1)
    scavenges = _rows(trace.scavenges, trace.scavenges.process == process)
    known = process == main_process(trace)
    return replace(
        trace,
        cycles=_rows(trace.cycles, chosen),
        scavenges=replace(scavenges, cycle=_moved(scavenges.cycle, new_index)),
        pacer=_without_lines(trace.pacer),
        started_at_seconds=trace.started_at_seconds if known else nan,
    )


def _rows(table: Table, chosen: NDArray[np.bool_]) -> Table:
    columns = {one.name: getattr(table, one.name)[chosen] for one in fields(table)}
    return replace(table, **columns)


def _moved(cycle: NDArray[np.int64], new_index: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(cycle >= 0, new_index[np.maximum(cycle, 0)], -1)


def _without_lines(pacer: PacerLines) -> PacerLines:
    return replace(pacer, **{one.name: getattr(pacer, one.name)[:0] for one in fields(pacer)})
