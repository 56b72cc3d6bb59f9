"""Which process wrote which cycle of a log that several wrote: restarts, and logs run together.

A process counts its cycles 1, 2, 3 and its clock only rises. So the log falls into runs in which
both hold; runs that continue each other's count make a chain, and chains follow each other in one
process when the later begins, in the log and by its own count and clock, after the earlier ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_OPEN_PROCESSES = 64  # looked back at; bounds the time that a hostile log takes


@dataclass(slots=True)
class _Chain:
    """Cycles that count on without a gap, and where the chain begins and ends."""

    runs: list[int]
    first_row: int
    last_row: int


def split(number: Ints, at_seconds: Floats) -> Ints:
    """The process of each cycle, 0, 1, … in the order in which they appear."""
    step, passed = np.diff(number), np.diff(at_seconds)
    if ((step > 0) & (passed >= 0)).all():
        return np.zeros(len(number), np.int64)
    breaks = np.flatnonzero((step != 1) | (passed < 0)) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(number)])) - 1
    chains = _chains(number, at_seconds, starts, ends)
    return np.repeat(_processes(number, at_seconds, chains, len(starts)), ends - starts + 1)


def largest(process: Ints) -> int:
    """The process with the most cycles; 0 when there is none."""
    return int(np.bincount(process).argmax()) if len(process) else 0


def _chains(number: Ints, at_seconds: Floats, starts: Ints, ends: Ints) -> list[_Chain]:
    chains: list[_Chain] = []
    ended: dict[int, list[_Chain]] = {}  # by the number that would come next
    for run, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        waiting = ended.get(int(number[start]), [])
        if waiting and at_seconds[waiting[-1].last_row] <= at_seconds[start]:
            chain = waiting.pop()
            chain.runs.append(run)
            chain.last_row = end
        else:
            chain = _Chain([run], start, end)
            chains.append(chain)
        ended.setdefault(int(number[end]) + 1, []).append(chain)
    return chains


def _processes(number: Ints, at_seconds: Floats, chains: list[_Chain], runs: int) -> Ints:
    process_of_run = np.zeros(runs, np.int64)
    last_rows: list[int] = []  # by process
    for chain in chains:
        first = chain.first_row
        recent = range(max(0, len(last_rows) - _OPEN_PROCESSES), len(last_rows))
        before = [
            process
            for process in recent
            if last_rows[process] < first
            and number[last_rows[process]] < number[first]
            and at_seconds[last_rows[process]] <= at_seconds[first]
        ]
        if before:
            chosen = max(before, key=lambda process: int(number[last_rows[process]]))
            last_rows[chosen] = chain.last_row
        else:
            chosen = len(last_rows)
            last_rows.append(chain.last_row)
        process_of_run[chain.runs] = chosen
    return process_of_run
