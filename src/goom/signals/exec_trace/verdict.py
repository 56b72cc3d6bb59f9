"""What an execution trace comes to: who was held up by the collector, by what, because of whom."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.exec_trace_report import (
    NOBODY_HELD_UP,
    Allocator,
    Handler,
    LateStop,
    TraceReport,
)
from goom.case.names import harmless
from goom.case.units import bytes_text, percent_text, seconds_text

LONG_TO_STOP_SECONDS = 1e-3  # a stop that waits longer for one P is worth a sentence
_MUCH_OF_LATENCY = 0.1
_MUCH_OF_TIME = 0.05
_PAYS_FOR_ITSELF = 0.2  # its share of the allocation, against its share of the assist time
_WHO = {
    "region": "Region {}",
    "request": "Requests of net/http",
    "handler": "Requests seen in {}",
    "goroutine": "Goroutines of {}",
}


def said(made: TraceReport) -> tuple[str, ...]:
    """The verdicts, most important first; that nobody was held up when there is none."""
    found = (*_of_latency(made), *_of_assists(made), *_of_stops(made))
    return found or (NOBODY_HELD_UP,)


def verdicts(made: TraceReport) -> Iterator[tuple[str, str]]:
    """The same, all of one kind together: a word for the kind, and the sentences."""
    kinds = (
        ("trace_latency", _of_latency),
        ("trace_assists", _of_assists),
        ("trace_stop", _of_stops),
    )
    for code, tell in kinds:
        sentences = " ".join(tell(made))
        if sentences:
            yield code, sentences


def _of_latency(made: TraceReport) -> Iterator[str]:
    much = [one for one in made.handlers if one.tail_gc_fraction > _MUCH_OF_LATENCY]
    for one in sorted(much, key=lambda each: -each.total_seconds)[:2]:
        yield _latency(one)


def _latency(one: Handler) -> str:
    who = _WHO[one.kind].format(harmless(one.name))
    parts = [(f"{harmless(name)} {percent_text(share)}") for name, share in one.tail_in[:2]]
    return (
        f"{who}: p99 is {seconds_text(one.p99_seconds)}, without the collector it would be"
        f" {seconds_text(one.p99_without_gc_seconds)}. Of the slowest 1 % of {one.count:,} it"
        f" took {percent_text(one.tail_gc_fraction)}, of a median one"
        f" {percent_text(one.middle_gc_fraction)}."
        + (f" The slowest were seen in {', '.join(parts)}." if parts else "")
    )


def _of_assists(made: TraceReport) -> Iterator[str]:
    if not made.held_up or made.assist_seconds < _MUCH_OF_TIME * made.duration_seconds:
        return
    first = made.held_up[0]
    yield (
        f"{harmless(first.name)} was held up by {first.assists:,} mark assists for"
        f" {seconds_text(first.seconds)} in sum, the longest {seconds_text(first.longest_seconds)};"
        f" {percent_text(first.where_fraction)} of it under {harmless(first.where)}."
    )
    if made.allocators:
        yield _because(made.allocators[0])
    yield from _for_others(made)


def _because(most: Allocator) -> str:
    """Debt grows with the bytes a goroutine allocates, times the assist ratio (gcAssistAlloc)."""
    return (
        "Each pays for what it allocates while the collector marks, and more for a byte the faster"
        f" all together allocate: {harmless(most.name)} took"
        f" {percent_text(most.while_marking_fraction)} of it"
        f" ({bytes_text(most.while_marking_bytes)})."
    )


def _for_others(made: TraceReport) -> Iterator[str]:
    """Who waited far more than what it allocates accounts for."""
    for one in made.held_up:
        little = one.while_marking_fraction < _PAYS_FOR_ITSELF * one.of_all_fraction
        if little and one.of_all_fraction > _MUCH_OF_LATENCY:
            yield (
                f"{harmless(one.name)} waited for others' allocation: it allocated"
                f" {percent_text(one.while_marking_fraction)} and was held up for"
                f" {seconds_text(one.seconds)}, {percent_text(one.of_all_fraction)} of all"
                " assist time."
            )
            return


def _of_stops(made: TraceReport) -> Iterator[str]:
    late = [one for one in made.late_stops if one.to_stop_seconds >= LONG_TO_STOP_SECONDS]
    if not late:
        return
    worst = late[0]
    same = sum(one.name == worst.name for one in late) if worst.name else 0
    yield (
        f"{harmless(worst.reason)} at {seconds_text(worst.at_seconds)} waited"
        f" {seconds_text(worst.to_stop_seconds)} for {_whom(worst)}"
        + (f"; it was the last in {same} of the {len(late)} longest. " if same > 1 else ". ")
        + _why(worst)
    )


def _whom(late: LateStop) -> str:
    if late.goroutine < 0:
        return "a P that ran no goroutine"
    return (
        f"goroutine {late.goroutine} of {harmless(late.name)}, which stopped at"
        f" {harmless(late.where)}"
    )


def _why(late: LateStop) -> str:
    if late.goroutine < 0:
        return "Its thread was looking for work, or got no CPU."
    return (
        "What ran until then did not let itself be interrupted (a long copy or clear, assembly,"
        " a page fault), or its thread got no CPU."
    )
