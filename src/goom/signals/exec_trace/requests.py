"""The requests that net/http served over HTTP/1, and which handlers they were in.

A connection's goroutine lives longer than a request, and the trace has no event for a request. But
net/http starts a goroutine for each one, when its body was read to the end, that reads ahead until
the answer is written; that goroutine's life is taken for the request's, and what held up the
connection's goroutine meanwhile for what held up the request. (HTTP/2 and most of gRPC start a
goroutine per request: there the goroutine itself is the request.)

Source: net/http/server.go ``conn.serve``, ``startBackgroundRead``, ``finishRequest``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.exec_trace import ExecutionTrace, Lives, Numbers

READS_AHEAD = "net/http.(*connReader).backgroundRead"
SERVES = "net/http.(*conn).serve"


def requests(trace: ExecutionTrace) -> Lives:
    """One row a request: its times, and the goroutine of its connection."""
    lives = trace.goroutine_lives
    mine = _named(trace, READS_AHEAD)[lives.name] & (lives.creator > 0)
    whose = lives.creator[mine]
    name = np.full(len(whose), _number(trace, SERVES), np.int64)
    start, end = lives.start_seconds[mine], lives.end_seconds[mine]
    return Lives(start, end, whose, name, whose, lives.every)


def handlers_of(trace: ExecutionTrace, served: Lives) -> Numbers:
    """By request: the handler that it was seen in first, into strings; 0 where it never was."""
    seen = trace.handling
    if not len(seen) or not len(served):
        return np.zeros(len(served), np.int64)
    order = np.lexsort((seen.at_seconds, seen.goroutine))
    moment = _key(seen.goroutine[order], seen.at_seconds[order])
    first = np.searchsorted(moment, _key(served.goroutine, served.start_seconds))
    at = np.minimum(first, len(seen) - 1)
    inside = (first < len(seen)) & (moment[at] <= _key(served.goroutine, served.end_seconds))
    found: Numbers = np.where(inside, seen.handler[order][at], 0)
    return found


def _named(trace: ExecutionTrace, name: str) -> NDArray[np.bool_]:
    return np.array([one == name for one in trace.strings])


def _number(trace: ExecutionTrace, name: str) -> int:
    return trace.strings.index(name) if name in trace.strings else 0


def _key(goroutine: Numbers, seconds: NDArray[np.float64]) -> NDArray[np.complex128]:
    """A goroutine and a time as one that sorts by both: NumPy orders complex numbers so."""
    return goroutine + 1j * seconds
