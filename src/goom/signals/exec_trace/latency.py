"""How much of a request's time was the collector's: assists of its goroutine, stops of the world.

A stop counts for everything that goes on in it. An assist counts from its beginning to its end,
parked time included, less the stops inside it, so that nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from goom.case.exec_trace import ExecutionTrace, Lives, Numbers, Seconds
from goom.case.exec_trace_report import Handler
from goom.signals.exec_trace.requests import handlers_of, requests
from goom.signals.exec_trace.words import entry_name

_LEAST = 5  # occurrences that a percentile is said of
_MOST_HANDLERS = 12
_MOST_IN_TAIL = 4
_RUNTIMES = ("runtime.", "runtime/trace.")
ALL_REQUESTS = "all requests of net/http"


def handlers(trace: ExecutionTrace) -> tuple[Handler, ...]:
    """User regions and net/http's requests; where there are neither, goroutines.

    Those that most of the time went to come first.
    """
    served = requests(trace)
    found = [*_by_name(trace, "region", trace.regions), *_requests(trace, served)]
    found = found or list(_by_name(trace, "goroutine", _own(trace)))
    return tuple(sorted(found, key=lambda one: -one.total_seconds)[:_MOST_HANDLERS])


def _requests(trace: ExecutionTrace, served: Lives) -> Iterator[Handler]:
    """All requests together, and those that were seen in a handler by it."""
    whole = next(iter(_by_name(trace, "request", served)), None)
    if whole is None:
        return
    handler = handlers_of(trace, served)
    tail = served.end_seconds - served.start_seconds >= whole.p99_seconds
    yield replace(whole, name=ALL_REQUESTS, tail_in=_shares(trace, handler[tail]))
    seen = handler > 0
    known = Lives(
        served.start_seconds[seen],
        served.end_seconds[seen],
        served.goroutine[seen],
        handler[seen],
        served.creator[seen],
        served.every,
    )
    yield from _by_name(trace, "handler", known)


def _shares(trace: ExecutionTrace, handler: Numbers) -> tuple[tuple[str, float], ...]:
    """Each handler's share of some requests, largest first; those never seen in one left out."""
    numbers, counts = np.unique(handler, return_counts=True)
    rows = [
        (entry_name(trace, number), count / len(handler))
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)
        if number
    ]
    return tuple(sorted(rows, key=lambda row: -row[1])[:_MOST_IN_TAIL])


def _own(trace: ExecutionTrace) -> Lives:
    """Goroutines that the program started itself."""
    lives = trace.goroutine_lives
    names = np.array([not name.startswith(_RUNTIMES) for name in trace.strings])
    mine = names[lives.name]
    return Lives(
        lives.start_seconds[mine],
        lives.end_seconds[mine],
        lives.goroutine[mine],
        lives.name[mine],
        lives.creator[mine],
        lives.every,
    )


def _by_name(trace: ExecutionTrace, kind: str, lives: Lives) -> Iterator[Handler]:
    stopped = stopped_between(trace, lives.start_seconds, lives.end_seconds)
    assisted = assisted_between(trace, lives)
    for name in np.unique(lives.name).tolist():
        mine = lives.name == name
        if int(mine.sum()) * lives.every >= _LEAST:
            shown = trace.strings[name] if kind == "region" else entry_name(trace, name)
            length = lives.end_seconds[mine] - lives.start_seconds[mine]
            yield _handler((shown, kind, lives.every), length, assisted[mine], stopped[mine])


def _handler(
    what: tuple[str, str, int], length: Seconds, assisted: Seconds, stopped: Seconds
) -> Handler:
    name, kind, every = what
    low, p50, high, p99 = np.quantile(length, (0.45, 0.5, 0.55, 0.99))
    middle, tail = (length >= low) & (length <= high), length >= p99
    part = np.minimum(assisted + stopped, length)
    return Handler(
        name=name,
        kind=kind,
        count=len(length) * every,
        total_seconds=float(length.sum()) * every,
        p50_seconds=float(p50),
        p99_seconds=float(p99),
        p99_without_gc_seconds=float(np.quantile(length - part, 0.99)),
        middle_gc_fraction=_share(part[middle], length[middle]),
        tail_gc_fraction=_share(part[tail], length[tail]),
        tail_assist_seconds=float(assisted[tail].mean()),
        tail_stopped_seconds=float(stopped[tail].mean()),
    )


def _share(part: Seconds, whole: Seconds) -> float:
    total = float(whole.sum())
    return float(part.sum()) / total if total else 0.0


def stopped_between(trace: ExecutionTrace, start: Seconds, end: Seconds) -> Seconds:
    """How long the world was stopped between the times of each row."""
    begins, ends = trace.stops.start_seconds, trace.stops.end_seconds
    if not len(begins):
        return np.zeros(len(start))
    times = np.stack((begins, ends), axis=1).ravel()
    stopped = np.cumsum(np.stack((np.zeros(len(begins)), ends - begins), axis=1).ravel())
    order = np.argsort(times, kind="stable")
    upto = np.interp(np.stack((start, end)), times[order], stopped[order])
    between: Seconds = upto[1] - upto[0]
    return between


def assisted_between(trace: ExecutionTrace, lives: Lives) -> Seconds:
    """How long each row's goroutine assisted between its times, stops of the world left out."""
    assists = trace.assists
    if not len(assists):
        return np.zeros(len(lives))
    inside = stopped_between(trace, assists.start_seconds, assists.end_seconds)
    net = np.maximum(assists.end_seconds - assists.start_seconds - inside, 0.0)
    ids = np.unique(np.concatenate((assists.goroutine, lives.goroutine)))
    keys = _keys(trace, ids, assists.goroutine, assists.start_seconds)
    order = np.argsort(keys, kind="stable")
    upto = np.concatenate(([0.0], np.cumsum(net[order])))
    first, last = (
        np.searchsorted(keys[order], _keys(trace, ids, lives.goroutine, times))
        for times in (lives.start_seconds, lives.end_seconds)
    )
    between: Seconds = upto[last] - upto[first]
    return between


def _keys(
    trace: ExecutionTrace, ids: Numbers, goroutine: Numbers, seconds: NDArray[np.float64]
) -> Numbers:
    """One whole number for a goroutine and a time, in the order of both."""
    stride = int(trace.duration_seconds * 1e9) + 2
    return np.searchsorted(ids, goroutine) * stride + (seconds * 1e9).astype(np.int64)
