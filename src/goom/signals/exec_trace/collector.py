"""What the collector cost whom: assists, the allocation behind them, stops and sweeping."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from goom.case.exec_trace import ExecutionTrace, Flags, Seconds
from goom.case.exec_trace_report import Allocator, HeldUp, LateStop, States, StopReason, SweepWork
from goom.signals.exec_trace.words import entry_name, own_line

_SHOWN = 10


def held_up(trace: ExecutionTrace) -> tuple[HeldUp, ...]:
    """Who assisted, longest in sum first."""
    assists = trace.assists
    length = assists.end_seconds - assists.start_seconds
    found = [
        _held_up(trace, entry, length, assists.entry == entry)
        for entry in np.unique(assists.entry).tolist()
    ]
    return tuple(sorted(found, key=lambda one: -one.seconds)[:_SHOWN])


def _held_up(trace: ExecutionTrace, entry: int, length: Seconds, mine: Flags) -> HeldUp:
    assists, groups = trace.assists, trace.groups
    seconds = float(length[mine].sum())
    own = groups.entry == entry
    ran = float(groups.running_seconds[own].sum())
    took = np.maximum(groups.allocated_while_marking_bytes, 0)
    lines: dict[str, float] = {}
    stacks, place = np.unique(assists.stack[mine], return_inverse=True)
    for stack, under in zip(
        stacks.tolist(), np.bincount(place, length[mine]).tolist(), strict=True
    ):
        line = own_line(trace, stack)
        lines[line] = lines.get(line, 0.0) + under
    where, under_it = _heaviest(lines)
    return HeldUp(
        name=entry_name(trace, entry),
        assists=int(mine.sum()),
        goroutines=len(np.unique(assists.goroutine[mine])),
        seconds=seconds,
        longest_seconds=float(length[mine].max()),
        of_all_fraction=seconds / max(float(length.sum()), 1e-12),
        of_its_time_fraction=seconds / max(ran, seconds) if seconds else 0.0,
        while_marking_bytes=int(took[own].sum()),
        while_marking_fraction=float(took[own].sum() / max(int(took.sum()), 1)),
        where=where,
        where_fraction=under_it / seconds if seconds else 0.0,
    )


def _heaviest(lines: dict[str, float]) -> tuple[str, float]:
    """The function with most of it, written with its heaviest line, and how much that is."""
    functions: dict[str, float] = {}
    for line, seconds in lines.items():
        function = line.partition("  ")[0]
        functions[function] = functions.get(function, 0.0) + seconds
    first = max(functions, key=lambda function: functions[function])
    inside = [line for line in lines if line.partition("  ")[0] == first]
    return max(inside, key=lambda line: lines[line]), functions[first]


def allocators(trace: ExecutionTrace) -> tuple[Allocator, ...]:
    """Who took how much from the heap, most while marking first."""
    groups = trace.groups
    marked = np.maximum(groups.allocated_while_marking_bytes, 0)
    whole = max(int(marked.sum()), 1)
    order = np.lexsort((-groups.allocated_bytes, -marked))[:_SHOWN]
    return tuple(
        Allocator(
            name=entry_name(trace, int(groups.entry[row])),
            goroutines=int(groups.count[row]),
            bytes=int(groups.allocated_bytes[row]),
            while_marking_bytes=int(marked[row]),
            while_marking_fraction=float(marked[row] / whole),
        )
        for row in order.tolist()
        if groups.allocated_bytes[row] > 0
    )


def stop_reasons(trace: ExecutionTrace) -> tuple[StopReason, ...]:
    """Stops of the world by reason, longest in sum first."""
    stops = trace.stops
    length = stops.end_seconds - stops.start_seconds
    waited = stops.stopped_seconds - stops.start_seconds
    found = []
    for reason in np.unique(stops.reason).tolist():
        mine = stops.reason == reason
        late = waited[mine][~np.isnan(waited[mine])]
        found.append(
            StopReason(
                reason=trace.strings[reason] or "not known: it began before the trace",
                count=int(mine.sum()),
                total_seconds=float(length[mine].sum()),
                median_seconds=float(np.median(length[mine])),
                longest_seconds=float(length[mine].max()),
                longest_to_stop_seconds=float(late.max()) if len(late) else float("nan"),
            )
        )
    return tuple(sorted(found, key=lambda one: -one.total_seconds))


def late_stops(trace: ExecutionTrace) -> tuple[LateStop, ...]:
    """The stops that waited longest for a P, longest first."""
    stops = trace.stops
    waited = np.nan_to_num(stops.stopped_seconds - stops.start_seconds)
    rows = np.argsort(-waited, kind="stable")[:_SHOWN]
    return tuple(_late(trace, row) for row in rows.tolist() if waited[row] > 0)


def _late(trace: ExecutionTrace, row: int) -> LateStop:
    stops = trace.stops
    stack = int(stops.late_stack[row])
    frames = trace.stacks[stack]
    start = float(stops.start_seconds[row])
    return LateStop(
        at_seconds=start,
        reason=trace.strings[stops.reason[row]],
        seconds=float(stops.end_seconds[row]) - start,
        to_stop_seconds=float(stops.stopped_seconds[row]) - start,
        goroutine=int(stops.late_goroutine[row]),
        name=frames[-1].function.rpartition("/")[2] if frames else "",
        where=own_line(trace, stack),
    )


def sweeps(trace: ExecutionTrace) -> tuple[SweepWork, ...]:
    """Sweeping before an allocation or a collection could go on, longest in sum first."""
    found = trace.sweeps
    lines: dict[str, list[int]] = {}
    stacks, place = np.unique(found.stack, return_inverse=True)
    for nth, stack in enumerate(stacks.tolist()):
        lines.setdefault(own_line(trace, stack) or "(no stack)", []).append(nth)
    made = [_sweep(trace, where, np.isin(place, those)) for where, those in lines.items()]
    return tuple(sorted(made, key=lambda one: -one.seconds)[:_SHOWN])


def _sweep(trace: ExecutionTrace, where: str, mine: Flags) -> SweepWork:
    found = trace.sweeps
    return SweepWork(
        where=where,
        count=int(mine.sum()),
        seconds=float((found.end_seconds - found.start_seconds)[mine].sum()),
        swept_bytes=int(found.swept_bytes[mine].sum()),
        reclaimed_bytes=int(found.reclaimed_bytes[mine].sum()),
    )


def states(trace: ExecutionTrace) -> Iterator[States]:
    """Goroutines by start function, longest running first."""
    groups = trace.groups
    for row in range(min(len(groups), _SHOWN)):
        yield States(
            name=entry_name(trace, int(groups.entry[row])),
            count=int(groups.count[row]),
            running_seconds=float(groups.running_seconds[row]),
            runnable_seconds=float(groups.runnable_seconds[row]),
            waiting_seconds=float(groups.waiting_seconds[row]),
            syscall_seconds=float(groups.syscall_seconds[row]),
        )
