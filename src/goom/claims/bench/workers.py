"""Threads that measure, and the end of all they started when a measurement is broken off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

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
        self._lock = threading.Lock()
        self._over = False
        self._at_work = 0

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
        with self._lock:
            self._over = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        while self._at_work:
            end_descendants(except_for=self._not_ours)
            time.sleep(_ROUND_SECONDS)
        self._pool.shutdown(wait=True)

    def _begin(self, work: Callable[[T], R], thing: T) -> Future[R]:
        return self._pool.submit(self._counted, work, thing)

    def _counted(self, work: Callable[[T], R], thing: T) -> R:
        """The threads count themselves: an interrupt may come while ``submit`` starts one, and then
        the caller never gets its future.
        """
        with self._lock:
            if self._over:
                raise CancelledError
            self._at_work += 1
        try:
            return work(thing)
        finally:
            with self._lock:
                self._at_work -= 1
