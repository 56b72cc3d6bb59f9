"""What is made of traces that real Go recorded, and of some written by hand."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from goom.case.exec_trace import ExecutionTrace
from goom.formats.exec_trace import exec_trace
from goom.formats.exec_trace import gather as exec_trace_gather
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from goom.formats.exec_trace.nouns import Reading, trace_of
from tests.formats.exec_trace.recorded import contexts_read
from tests.formats.exec_trace.written import ONE_TICK, batch, events, tables, trace

TRACES = Path(__file__).parent / "traces"
STARTS = ((Event.PROC_STATUS, 0, 0, 1), (Event.GO_STATUS, 0, 7, 1, 2))
MS = ONE_TICK // 1000


def recorded(name: str) -> ExecutionTrace:
    with (TRACES / f"{name}.trace").open("rb") as file:
        return read(file, name=name)


def written(*rows: tuple[int, ...], strings: tuple[str, ...] = ()) -> ExecutionTrace:
    return read(io.BytesIO(trace(tables(strings), batch(events(*STARTS, *rows)))))


@pytest.mark.parametrize("version", ["1.22.10", "1.27.3"])
def test_every_request_is_a_task_with_two_regions(version: str) -> None:
    found = recorded(f"{version}-handlers")
    names = [found.strings[number] for number in found.regions.name]
    assert (names.count("render"), names.count("query")) == (300, 300)
    assert len(found.tasks) == 300
    assert {found.strings[number] for number in found.tasks.name} == {"request"}
    served = [found.strings[number] for number in found.goroutine_lives.name]
    assert served.count("main.serve") == 300


@pytest.mark.parametrize("version", ["1.22.10", "1.27.3"])
def test_what_requests_allocated_is_charged_to_them(version: str) -> None:
    """300 trees of 1,023 nodes of 32 bytes and 3 of 65,535: within a tenth, for spans are whole."""
    found = recorded(f"{version}-handlers")
    groups = found.groups
    mine = [found.strings[number] == "main.serve" for number in groups.entry]
    allocated = 300 * 1023 * 32 + 3 * 65_535 * 32
    assert int(groups.allocated_bytes[mine].sum()) == pytest.approx(allocated, rel=0.1)


def test_the_goroutine_that_copies_is_the_one_that_stops_last() -> None:
    found = recorded("1.27.3-stubborn")
    waited = found.stops.stopped_seconds - found.stops.start_seconds
    long = waited > 1e-3
    assert long.sum() >= 4
    for stack in found.stops.late_stack[long]:
        assert found.stacks[stack][-1].function == "main.copyLong"


def test_collections_begin_and_end_between_their_stops() -> None:
    found = recorded("1.27.3-stubborn")
    reasons = [found.strings[number] for number in found.stops.reason]
    assert reasons.count("GC sweep termination") == reasons.count("GC mark termination") == 4
    assert len(found.collections) == 4
    assert found.collections.whole.all()


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.trace")), ids=lambda path: path.stem)
def test_states_of_all_goroutines_fill_their_lives(path: Path) -> None:
    """Running time is at most what the Ps have; who was there from the start fills the trace."""
    found = recorded(path.stem)
    groups = found.groups
    assert groups.running_seconds.sum() <= found.procs * found.duration_seconds * 1.001
    main = [found.strings[number] == "main.main" for number in groups.entry]
    sums = sum(
        column[main].sum()
        for column in (
            groups.running_seconds,
            groups.runnable_seconds,
            groups.waiting_seconds,
            groups.syscall_seconds,
        )
    )
    assert sums == pytest.approx(found.duration_seconds, rel=0.01)


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.trace")), ids=lambda path: path.stem)
def test_how_much_is_read_at_once_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recorded(path.stem)
    monkeypatch.setattr(exec_trace, "WINDOW_BYTES", 700)
    parts = recorded(path.stem)
    assert whole.event_counts == parts.event_counts
    assert parts.irregular_events == 0
    for table in ("collections", "assists", "sweeps", "stops", "regions"):
        one, other = getattr(whole, table), getattr(parts, table)
        assert np.array_equal(one.start_seconds, other.start_seconds), table
        assert np.array_equal(one.end_seconds, other.end_seconds), table
    assert np.array_equal(whole.groups.entry.sum(), parts.groups.entry.sum())
    for column in ("running_seconds", "runnable_seconds", "waiting_seconds", "syscall_seconds"):
        one, other = getattr(whole.groups, column), getattr(parts.groups, column)
        assert np.sort(one) == pytest.approx(np.sort(other), abs=1e-6), column
    assert whole.groups.allocated_bytes.sum() == parts.groups.allocated_bytes.sum()


def test_an_assist_is_as_long_as_it_says() -> None:
    found = written((Event.GC_MARK_ASSIST_BEGIN, MS, 1), (Event.GC_MARK_ASSIST_END, 3 * MS))
    assert found.assists.goroutine.tolist() == [7]
    length = found.assists.end_seconds - found.assists.start_seconds
    assert length == pytest.approx([3e-3])
    assert found.assists.whole.tolist() == [True]


def test_an_assist_that_goes_on_ends_with_the_trace() -> None:
    found = written((Event.GC_MARK_ASSIST_BEGIN, MS, 1), (Event.HEAP_ALLOC, 5 * MS, 100))
    assert found.assists.end_seconds == pytest.approx([6e-3])
    assert found.assists.whole.tolist() == [False]


def test_regions_in_each_other_keep_their_own_ends() -> None:
    found = written(
        (Event.USER_REGION_BEGIN, MS, 0, 1, 1),
        (Event.USER_REGION_BEGIN, MS, 0, 2, 1),
        (Event.USER_REGION_END, MS, 0, 2, 1),
        (Event.USER_REGION_BEGIN, MS, 0, 2, 1),
        (Event.USER_REGION_END, 2 * MS, 0, 2, 1),
        (Event.USER_REGION_END, MS, 0, 1, 1),
        strings=("outer", "inner"),
    )
    names = [found.strings[number] for number in found.regions.name]
    length = found.regions.end_seconds - found.regions.start_seconds
    assert names == ["outer", "inner", "inner"]
    assert length == pytest.approx([6e-3, 1e-3, 2e-3])


def test_what_the_collector_sets_is_nobodys_allocation() -> None:
    found = written(
        (Event.HEAP_ALLOC, 1, 1000),
        (Event.HEAP_ALLOC, 1, 9000),
        (Event.STW_BEGIN, 1, 1, 1),
        (Event.HEAP_ALLOC, 1, 500),
        (Event.STW_END, 1),
        (Event.HEAP_ALLOC, 1, 700),
        strings=("GC mark termination",),
    )
    assert found.groups.allocated_bytes.sum() == 8200
    assert found.heap.heap_live_bytes.tolist() == [1000, 9000, 500, 700]


def test_sweeping_tells_what_it_gave_back() -> None:
    found = written((Event.GC_SWEEP_BEGIN, MS, 1), (Event.GC_SWEEP_END, MS, 4096, 1024))
    assert found.sweeps.swept_bytes.tolist() == [4096]
    assert found.sweeps.reclaimed_bytes.tolist() == [1024]


def test_who_is_back_from_the_kernel_keeps_its_p_when_it_takes_anothers(tmp_path: Path) -> None:
    """A stop of the world takes the Ps of those in the kernel; who stops it has its own."""
    taken = trace(
        tables(),
        batch(
            events(
                *STARTS,
                (Event.GO_SYSCALL_BEGIN, 1, 1, 0),
                (Event.GO_SYSCALL_END, 1),
                (Event.PROC_STEAL, 1, 5, 1, 9),
                (Event.HEAP_ALLOC, 1, 100),
            )
        ),
    )
    path = tmp_path / "taken.trace"
    path.write_bytes(taken)
    assert contexts_read(path)[1, 0, 7, "StateTransition"] == 3
    assert contexts_read(path)[1, 0, 7, "Metric"] == 1


def test_what_is_thinned_out_of_a_long_trace_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[exec_trace_gather.Gathered] = []

    def seen_too(gathered: exec_trace_gather.Gathered, reading: Reading) -> ExecutionTrace:
        seen.append(gathered)
        return trace_of(gathered, reading)

    whole = recorded("1.27.3-handlers")
    monkeypatch.setattr(exec_trace, "trace_of", seen_too)
    monkeypatch.setattr(exec_trace, "WINDOW_BYTES", 1 << 12)
    monkeypatch.setattr(exec_trace_gather, "_MOST_HEAP_POINTS", 50)
    monkeypatch.setattr(exec_trace_gather, "_MOST_LIVES", 50)
    thin = recorded("1.27.3-handlers")
    (gathered,) = seen
    assert gathered.heap_every > 1
    assert gathered.lives_every > 1
    parts = [column for part in (*gathered.heap, *gathered.lives) for column in part]
    assert all(column.base is None for column in parts)
    course = thin.heap.live_at_seconds
    assert 0 < len(course) < len(whole.heap.live_at_seconds) / 2
    assert (np.diff(course) >= 0).all()
    assert set(course.tolist()) <= set(whole.heap.live_at_seconds.tolist())
