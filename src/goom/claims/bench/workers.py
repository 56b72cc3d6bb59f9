"""Threads that measure, and the end of all they started when a measurement is broken off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any, TypeVar

from goom.claims.bench.descendants import descendants, end_descendants

T = TypeVar("T")
R = TypeVar("R")
_ROUND_SECONDS = 0.02


class Workers:
    """``count`` threads. What is measured runs in them, never in the caller's thread, so that the
    caller can be interrupted at any moment.
    """

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="measuring")
        self._not_ours = descendants()
        self._running: set[Future[Any]] = set()

    def together(self, work: Callable[[T], R], things: Sequence[T]) -> Iterator[R]:
        """The results side by side, each as soon as it is there."""
        for future in as_completed([self._begin(work, thing) for thing in things]):
            yield future.result()

    def one_by_one(self, work: Callable[[T], R], things: Sequence[T]) -> Iterator[R]:
        """The results in order, nothing else running meanwhile."""
        for thing in things:
            yield self._begin(work, thing).result()

    def end(self) -> None:
        """Cancel what waits; kill what runs until all threads are free. Nothing when all is done.

        A worker whose program is killed goes on and may start another, so this is done in rounds.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        while any(not future.done() for future in self._running):
            end_descendants(except_for=self._not_ours)
            time.sleep(_ROUND_SECONDS)
        self._pool.shutdown(wait=True)

    def _begin(self, work: Callable[[T], R], thing: T) -> Future[R]:
        future = self._pool.submit(work, thing)
        self._running.add(future)
        return future
