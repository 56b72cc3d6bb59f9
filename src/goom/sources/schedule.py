"""When to look: regular looks that grow rarer, and the steps up to a memory limit."""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass

COST_SHARE = 0.01  # of wall time that one kind of look may take of the subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """``first`` looks at these seconds after the start, then every ``every_seconds``.

    Intervals grow to ``stretch_fraction`` of the time gone by, so that the number of looks grows
    with the logarithm of the run's length and none has to be thrown away; and to a hundred times
    what the last look took, so that looks which became costly become rare.
    """

    first: tuple[float, ...] = ()
    every_seconds: float = 2.0
    stretch_fraction: float = 0.05
    cost_share: float = COST_SHARE

    def next_at(self, elapsed: float, cost_seconds: float) -> float:
        """When the look after one at ``elapsed`` is due; nothing repeats to the beat."""
        dearest = cost_seconds / self.cost_share
        for moment in self.first:
            if moment > elapsed:
                return max(moment, elapsed + dearest)
        step = max(self.every_seconds, elapsed * self.stretch_fraction, dearest)
        return elapsed + step * random.uniform(0.9, 1.1)


class Timer:
    """One kind of look in time."""

    def __init__(self, cadence: Cadence) -> None:
        self._cadence = cadence
        self.due_at = cadence.first[0] if cadence.first else cadence.every_seconds

    def due(self, elapsed: float) -> bool:
        """Whether it is time."""
        return elapsed >= self.due_at

    def looked(self, elapsed: float, cost_seconds: float = 0.0) -> None:
        """Plan the next look."""
        self.due_at = self._cadence.next_at(elapsed, cost_seconds)


BRINK_STEPS = (0.80, 0.88, 0.92, 0.95, 0.97, 0.985)
_APPROACH_OVER = 0.70  # of the limit: below it the next rise is another approach
_LAST_LOOK = 0.88  # from here on speed alone is a reason to look
_SMALLEST_GROWTH = 0.012  # of the limit, between two looks for speed
_NEVER_SKIPPED, _REST_SECONDS = 0.95, 1.0  # of an approach soon after another
_SLOPE_SECONDS = 0.1
_SLOWEST_SECONDS, _FASTEST_SECONDS = 0.05, 0.001
_NEAR, _NEAR_SECONDS = 0.75, 0.01


class Brink:
    """Watches one figure on its way to a limit and says when to take the evidence."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.slope_bytes_per_second = 0.0
        self.approaches = 0
        self._seen: deque[tuple[float, float]] = deque()
        self._passed = -1  # index of the last step taken
        self._looked_at_bytes = 0.0
        self._looked_at = -math.inf
        self._quiet_until = -math.inf
        self._thorough = True

    def reached(self, now: float, used_bytes: float, fetch_seconds: float) -> bool:
        """Take in a figure; whether to look now.

        Each step counts once in an approach. Close to the limit, when the time left is short
        against what a look takes, any growth counts.
        """
        self._measure(now, used_bytes)
        share = used_bytes / self.limit_bytes
        if share < _APPROACH_OVER:
            self._passed, self._looked_at_bytes = -1, 0.0
            return False
        step = max((i for i, at in enumerate(BRINK_STEPS) if share >= at), default=-1)
        grown = used_bytes - self._looked_at_bytes > _SMALLEST_GROWTH * self.limit_bytes
        hurry = share >= _LAST_LOOK and grown and self.seconds_left(used_bytes) < 5 * fetch_seconds
        if step <= self._passed and not hurry:
            return False
        return self._take_step(now, step, used_bytes)

    def seconds_left(self, used_bytes: float) -> float:
        """Until the limit at the speed of the last tenth of a second; infinite when not rising."""
        if self.slope_bytes_per_second <= 0:
            return math.inf
        return max(0.0, self.limit_bytes - used_bytes) / self.slope_bytes_per_second

    def pause_seconds(self, used_bytes: float) -> float:
        """How long not to look, so that no step is missed by much."""
        share = used_bytes / self.limit_bytes
        slowest = _NEAR_SECONDS if share > _NEAR else _SLOWEST_SECONDS
        if self.slope_bytes_per_second <= 0:
            return slowest
        one_percent = 0.01 * self.limit_bytes / self.slope_bytes_per_second
        return min(slowest, max(_FASTEST_SECONDS, one_percent))

    def _take_step(self, now: float, step: int, used_bytes: float) -> bool:
        if self._passed < 0 and now >= self._quiet_until:
            # A program that lives near its limit approaches it without end: rarer each time.
            self.approaches += 1
            self._quiet_until = now + min(300.0, 2.0 ** min(self.approaches, 9))
            self._thorough = True
        elif self._passed < 0:
            self._thorough = False
        self._passed = max(step, self._passed)
        if not self._thorough and (
            BRINK_STEPS[step] < _NEVER_SKIPPED or now - self._looked_at < _REST_SECONDS
        ):
            return False
        self._looked_at_bytes, self._looked_at = used_bytes, now
        return True

    def _measure(self, now: float, used_bytes: float) -> None:
        self._seen.append((now, used_bytes))
        while now - self._seen[0][0] > _SLOPE_SECONDS and len(self._seen) > 2:
            self._seen.popleft()
        (then, before), gone = self._seen[0], now - self._seen[0][0]
        self.slope_bytes_per_second = (used_bytes - before) / gone if gone > 0 and then < now else 0
