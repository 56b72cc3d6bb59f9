"""Requests of net/http in a trace: what is taken for one, whose assists count, which handler."""

from __future__ import annotations

import io
from pathlib import Path
from subprocess import run

import pytest

from goom.case.exec_trace import ExecutionTrace
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.signals.exec_trace.latency import ALL_REQUESTS
from goom.signals.exec_trace.report import report
from goom.signals.exec_trace.requests import READS_AHEAD, SERVES, requests
from tests.formats.exec_trace.written import ONE_TICK, batch, events, tables, trace

PROGRAM = Path(__file__).parents[1] / "formats" / "exec_trace" / "programs" / "served"
MS = ONE_TICK // 1000
READER, SERVER = 1, 2  # numbers of strings and of stacks of one frame
STARTS = (
    (Event.PROC_STATUS, 0, 0, 1), (Event.GO_STATUS, 0, 7, 1, 2),
    (Event.GO_STOP, 0, 0, SERVER), (Event.GO_START, 0, 7, 1),
)  # fmt: skip


def request(reader: int, *inside: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The connection's goroutine 7 starts a reader, works, and the reader ends with the answer."""
    return (
        (Event.GO_CREATE, MS, reader, READER, SERVER),
        *inside,
        (Event.GO_BLOCK, MS, 0, SERVER),
        (Event.GO_START, 0, reader, 1),
        (Event.GO_DESTROY, 0),
        (Event.GO_UNBLOCK, 0, 7, 1, 0),
        (Event.GO_START, 0, 7, 2),
    )


ASSIST = ((Event.GC_MARK_ASSIST_BEGIN, MS, SERVER), (Event.GC_MARK_ASSIST_END, 4 * MS))


def written(*rows: tuple[int, ...]) -> ExecutionTrace:
    raw = trace(tables((READS_AHEAD, SERVES)), batch(events(*STARTS, *rows)))
    return read(io.BytesIO(raw))


def test_a_request_lasts_as_long_as_its_reader_and_is_the_connections() -> None:
    found = requests(written(*request(20), *request(21, *ASSIST)))
    assert found.goroutine.tolist() == [7, 7]
    assert found.end_seconds - found.start_seconds == pytest.approx([1e-3, 6e-3], rel=1e-3)


def test_what_held_up_the_connection_held_up_its_request() -> None:
    rows = [one for reader in range(20, 29) for one in request(reader)]
    told = report(written(*rows, *request(40, *ASSIST)))
    (handler,) = told.handlers
    assert (handler.name, handler.kind, handler.count) == (ALL_REQUESTS, "request", 10)
    assert handler.tail_gc_fraction == pytest.approx(4 / 6, rel=1e-2)
    assert handler.middle_gc_fraction == 0.0


def test_without_net_http_there_are_no_requests() -> None:
    found = read(io.BytesIO(trace(tables(), batch(events(*STARTS)))))
    assert len(requests(found)) == 0


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.22.10", "1.27.3"])
def test_a_real_server_answered_as_many_as_are_found(version: str, tmp_path: Path) -> None:
    path = tmp_path / "served.trace"
    done = run([build(PROGRAM, obtain(version)), "trace", path, "0.7"], check=True,
               capture_output=True, text=True, timeout=120)  # fmt: skip
    with path.open("rb") as file:
        found = read(file)
    answered = int(done.stdout)
    assert len(requests(found)) == pytest.approx(answered, abs=max(4, answered * 0.01))
    seen = {one.name for one in report(found).handlers if one.kind == "handler"}
    assert seen <= {"main.search", "main.(*exporter).ServeHTTP", "main.ping"}
    assert "main.search" in seen
