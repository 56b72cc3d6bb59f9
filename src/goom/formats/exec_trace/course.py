"""How many goroutines were in which state over time, in buckets whose width grows with the trace.

A change at a time adds one to a state from then on and takes one from another. Both are summed per
bucket, with what they add to the bucket itself, so no order between threads is needed, and the mean
of any bucket follows in the end. When the trace is longer than all buckets, two become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
States = NDArray[np.int8]

STATES = 5
BUCKETS = 4096  # half of them are in use at least, once a trace lasts a second
_FIRST_WIDTH_SECONDS = 2.0**-16


@dataclass(slots=True)
class StateCourse:
    """``add`` in any order, then ``means``."""

    width_seconds: float = _FIRST_WIDTH_SECONDS
    steps: NDArray[np.int64] = field(default_factory=lambda: np.zeros((STATES, BUCKETS), np.int64))
    inside: Seconds = field(default_factory=lambda: np.zeros((STATES, BUCKETS)))  # in buckets

    def add(self, state: States, seconds: Seconds, by: int) -> None:
        """From these times on, one goroutine more (``by`` 1) or less (-1) in these states."""
        if not len(seconds):
            return
        self._reach(float(seconds.max()))
        at = seconds / self.width_seconds
        bucket = at.astype(np.int64)
        place = state.astype(np.int64) * BUCKETS + bucket
        size = STATES * BUCKETS
        self.steps += by * np.bincount(place, minlength=size).reshape(STATES, BUCKETS)
        left = np.bincount(place, 1.0 - (at - bucket), size).reshape(STATES, BUCKETS)
        self.inside += by * left

    def _reach(self, seconds: float) -> None:
        while seconds >= BUCKETS * self.width_seconds:
            self._halve()

    def _halve(self) -> None:
        first, second = self.steps[:, ::2], self.steps[:, 1::2]
        inside = (self.inside[:, ::2] + first + self.inside[:, 1::2]) / 2
        self.steps, self.inside = np.zeros_like(self.steps), np.zeros_like(self.inside)
        self.steps[:, : BUCKETS // 2] = first + second
        self.inside[:, : BUCKETS // 2] = inside
        self.width_seconds *= 2

    def means(self, until_seconds: float) -> Seconds:
        """By state and bucket, as far as the trace goes: how many there were on average."""
        self._reach(until_seconds)
        before = np.cumsum(self.steps, axis=1) - self.steps
        used = max(int(np.ceil(until_seconds / self.width_seconds)), 1)
        means: Seconds = np.maximum(before + self.inside, 0.0)[:, :used]
        last = until_seconds / self.width_seconds - (used - 1)
        if 0.0 < last < 1.0:  # what is there goes on to the bucket's end, and the trace does not
            going_on = (before + self.steps)[:, used - 1] * (1.0 - last)
            means[:, -1] = np.maximum((means[:, -1] - going_on) / last, 0.0)
        return means
