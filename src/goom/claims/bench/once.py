"""Each thing worked out once, whoever asks first; others who ask meanwhile wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Results by key, failures included, for as long as it lives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Hashable, Future[Any]] = {}

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of ``work`` for this key; raises what it raised."""
        with self._lock:
            future = self._known.get(key)
            first = future is None
            if future is None:
                future = self._known[key] = Future()
        if first:
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
        result: T = future.result()
        return result
