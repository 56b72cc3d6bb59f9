"""What a trace may be that no Go ever wrote: a sentence, never a traceback, never much memory."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.case.exec_trace import ExecutionTrace
from goom.formats.exec_trace.batches import MAX_BATCHES
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from tests.formats.exec_trace.written import batch, events, numbers, tables, trace, varint

TRACES = sorted((Path(__file__).parent / "traces").glob("*.trace"))
RUNS = events((Event.PROC_STATUS, 0, 0, 1), (Event.GO_STATUS, 0, 7, 1, 2))


def of(raw: bytes) -> ExecutionTrace:
    return read(io.BytesIO(raw))


def complaint(raw: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        of(raw)
    return f"{caught.value.message}\n{caught.value.hint}"


def test_an_old_format_is_told_what_to_do() -> None:
    assert "Build the program with Go 1.22 or newer" in complaint(b"go 1.21 trace\0\0\0rest")


def test_a_newer_format_than_is_known_is_said_to_be_that() -> None:
    assert "goom reads those of Go 1.22 to 1.26" in complaint(b"go 1.31 trace\0\0\0")


@pytest.mark.parametrize("raw", [b"", b"go 1.26 tr", b"GIF89a", b"go 1.x trace\0\0\0"])
def test_what_is_no_trace_is_said_to_be_none(raw: bytes) -> None:
    assert "no Go execution trace" in complaint(raw)


def test_a_trace_without_a_generation_is_no_evidence() -> None:
    assert "no whole generation" in complaint(trace())


@pytest.mark.parametrize(
    ("inside", "where"),
    [
        (b"\xc8\x01", "no event of this version"),
        (bytes([Event.GO_START]) + b"\x80", "cut off"),
        (bytes([Event.GO_START, 1]), "cut off"),
        (bytes([Event.STACK, 1]), "no event of this version"),
    ],
)
def test_an_event_that_cannot_be_is_named_with_its_byte(inside: bytes, where: str) -> None:
    raw = trace(tables(), batch(RUNS + inside))
    said = complaint(raw)
    at = raw.rindex(RUNS + inside) + len(RUNS)
    assert where in said
    assert f"byte {at:,}" in said


def test_a_newer_event_is_none_of_an_older_version() -> None:
    switch = events((Event.GO_SWITCH, 0, 8, 1))
    assert "no event" in complaint(trace(tables(version=22), batch(RUNS + switch), version=22))


def test_a_batch_longer_than_go_writes_them_is_damage() -> None:
    raw = trace(tables()) + bytes([Event.EVENT_BATCH]) + numbers(1, 1, 1, 1 << 30)
    assert "cannot be" in complaint(raw)


def test_a_number_of_eleven_bytes_is_damage() -> None:
    assert "ten bytes" in complaint(trace(bytes([Event.EVENT_BATCH]) + b"\xff" * 11 + b"\0"))


def test_a_generation_that_comes_back_is_damage() -> None:
    raw = trace(tables(), batch(RUNS), batch(RUNS, generation=5))
    assert "followed by 5" in complaint(raw)


def test_a_clock_that_stands_still_is_damage() -> None:
    clock = numbers(Event.SYNC, Event.FREQUENCY, 0)
    assert "how fast its clock runs" in complaint(trace(batch(clock), batch(RUNS)))


def test_time_that_leaps_by_years_is_damage() -> None:
    leap = bytes([Event.GO_STOP]) + varint(1 << 63) + numbers(1, 0)
    assert "time leaps" in complaint(trace(tables(), batch(RUNS + leap)))


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_a_cut_off_trace_is_read_up_to_there_or_refused(path: Path) -> None:
    raw = path.read_bytes()
    for size in range(0, len(raw), max(len(raw) // 40, 1)):
        try:
            assert of(raw[:size]).read_bytes <= size
        except BadInput as error:
            assert error.hint


def test_numbers_that_nothing_stands_for_become_nothing() -> None:
    odd = events(
        (Event.STW_BEGIN, 1, 99, 98),
        (Event.USER_REGION_BEGIN, 1, 1 << 63, (1 << 64) - 1, 5),
        (Event.USER_REGION_END, 1, 1 << 63, (1 << 64) - 1, 5),
        (Event.STW_END, 1),
    )
    found = of(trace(tables(), batch(RUNS + odd)))
    assert found.strings[found.stops.reason[0]] == ""
    assert found.stacks[found.stops.stack[0]] == ()
    assert found.strings[found.regions.name[0]] == ""


def test_events_of_nobody_are_counted_and_told() -> None:
    lost = events((Event.GO_STOP, 1, 1, 1), (Event.STW_END, 1), (Event.GC_MARK_ASSIST_END, 1))
    assert of(trace(tables(), batch(lost))).irregular_events == 3


def test_a_million_tiny_batches_are_refused() -> None:
    one = batch(b"")
    raw = trace(tables(), one * (MAX_BATCHES + 1))
    assert "batches" in complaint(raw)


def test_a_small_file_takes_little_memory() -> None:
    """Ids far apart, a stack of each: nothing may be as large as an id."""
    rows = [(Event.GO_CREATE, 1, (1 << 62) >> (nth % 60), nth, nth) for nth in range(2000)]
    raw = trace(tables(), batch(RUNS + events(*rows)))
    tracemalloc.start()
    try:
        of(raw)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
