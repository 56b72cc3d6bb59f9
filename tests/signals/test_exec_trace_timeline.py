"""A trace over time: shares of buckets, what is drawn of very much, and who has a lane."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from goom.case.exec_trace import ExecutionTrace
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from goom.signals.exec_trace.timeline import MOST_BUCKETS, timeline
from tests.formats.exec_trace.written import ONE_TICK, batch, events, tables, trace

TRACES = sorted((Path(__file__).parents[1] / "formats" / "exec_trace" / "traces").glob("*.trace"))
STARTS = ((Event.PROC_STATUS, 0, 0, 1), (Event.GO_STATUS, 0, 7, 1, 2))
MS = ONE_TICK // 1000


def written(*rows: tuple[int, ...]) -> ExecutionTrace:
    texts = ("main.build", "GC mark termination")
    return read(io.BytesIO(trace(tables(texts), batch(events(*STARTS, *rows)))), name="written")


def test_an_assist_is_a_lane_and_fills_its_time() -> None:
    found = timeline(
        written(
            (Event.GC_MARK_ASSIST_BEGIN, 2 * MS, 1),
            (Event.GC_MARK_ASSIST_END, 4 * MS),
            (Event.HEAP_ALLOC, 2 * MS, 100),
        )
    )
    (lane,) = found.lanes
    assert (lane.goroutine, lane.assists) == (7, 1)
    widths = np.full(len(found), found.width_seconds)
    widths[-1] = found.duration_seconds - found.width_seconds * (len(found) - 1)
    assert float((lane.assisting * widths).sum()) == pytest.approx(4e-3, rel=1e-3)
    assert lane.assisting.max() == pytest.approx(1.0)


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_real_traces_become_buckets_that_agree_with_their_sums(path: Path) -> None:
    with path.open("rb") as file:
        told = read(file)
    found = timeline(told)
    widths = np.full(len(found), found.width_seconds)
    widths[-1] = found.duration_seconds - found.width_seconds * (len(found) - 1)
    stopped = told.stops.end_seconds - told.stops.start_seconds
    assert float((found.stopped * widths).sum()) == pytest.approx(float(stopped.sum()), rel=0.02)
    assert len(found) <= MOST_BUCKETS
    peak = float(np.nanmax(found.heap_peak_bytes))
    assert peak == told.heap.heap_live_bytes.max()


def test_a_long_trace_is_no_larger_to_draw() -> None:
    rows = [
        row
        for nth in range(3000)
        for row in (
            (Event.HEAP_ALLOC, 20 * MS, nth),
            (Event.HEAP_GOAL, 0, nth),
            (Event.STW_BEGIN, 0, 2, 1),
            (Event.STW_END, MS),
        )
    ]
    found = timeline(written(*rows))
    assert len(found) <= MOST_BUCKETS
    assert len(found.goal_at_seconds) <= MOST_BUCKETS
    assert len(found.stops[0].at_seconds) <= MOST_BUCKETS


def test_an_empty_trace_has_a_timeline() -> None:
    found = timeline(written())
    assert (len(found), found.lanes, found.stops, found.collections) == (1, (), (), ())
