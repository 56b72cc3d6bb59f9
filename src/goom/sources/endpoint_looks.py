"""Asks an endpoint for one thing after another, on schedule and within a budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from urllib.parse import urlsplit

from goom.case.errors import GoomError
from goom.case.units import percent_text, seconds_text
from goom.sources.capture_plan import Budget, Look, worth_dumping
from goom.sources.lookers import Looker
from goom.sources.pprof_endpoint import PprofEndpoint, answers
from goom.sources.recorder import Recorder
from goom.sources.schedule import Cadence, Timer

_COUNT_SECONDS = 2.0
_ROUND_TRIPS = 3  # at first: the shortest is the way there and back
_SILENT_COUNTS = 3  # in a row
_FIRST_AT_SECONDS = {"metrics": 0.2, "cpu": 1.5}
_AT_BRINK = ("heap", "goroutine", "memstats")


@dataclass(slots=True)
class _Asked:
    """One kind of look and its state."""

    look: Look
    looker: Looker
    timer: Timer
    under_way: bool = False
    given_up: bool = False

    def wants(self, elapsed: float) -> bool:
        """Whether it is due and has not had all its rounds."""
        left = not self.look.rounds or self.looker.answers < self.look.rounds
        return left and not self.given_up and self.timer.due(elapsed)


class EndpointLooks:
    """``tick`` often; ``last`` before the end; ``at_brink`` from any thread; ``stop``."""

    def __init__(self, endpoint: PprofEndpoint, recorder: Recorder, budget: Budget) -> None:
        self.goroutines: int | None = None
        self._listed: frozenset[str] = frozenset()  # the profiles that the program has
        self._endpoint, self._recorder, self._budget = endpoint, recorder, budget
        self._asked: list[_Asked] = []
        self._round_trip_seconds = 0.0
        self._silent_counts = 0
        self._stopped = threading.Event()
        self._counter = threading.Thread(target=self._count, name="count", daemon=True)

    def start(
        self,
        looks: Sequence[Look],
        every_seconds: float,
        for_seconds: float,
        used_bytes: float = nan,
    ) -> None:
        """Plan the looks. Each may take its share of the budget, and none goes to the beat.

        ``used_bytes`` is the memory in use now, where it is known.
        """
        for _ in range(_ROUND_TRIPS):
            self._count_once()
        asked = [look for look in looks if look.query is not None]
        for look in asked:
            cadence = Cadence(
                first=tuple(share * for_seconds for share in look.moments)
                or (_FIRST_AT_SECONDS.get(look.name, 0.0),),
                every_seconds=every_seconds,
                stretch_fraction=0.0,
                cost_share=self._budget.fraction / len(asked),
            )
            if self._has(look) and self._affordable(look, for_seconds, used_bytes):
                self._asked.append(_Asked(look, self._looker(look), Timer(cadence)))
        self._counter.start()

    def tick(self, elapsed: float) -> None:
        """Ask for what is due, one thing at a time, so that the cost of each is known."""
        for asked in self._asked:
            if asked.under_way and not asked.looker.busy:
                asked.under_way = False
                cost = self._cost(asked)
                asked.timer.looked(elapsed, cost)
                self._budget.spend(cost)
                asked.given_up = bool(asked.look.rounds) and not asked.looker.answers
        if any(asked.under_way and not asked.looker.query.waits_seconds for asked in self._asked):
            return
        due = [asked for asked in self._asked if not asked.under_way and asked.wants(elapsed)]
        if due:
            first = min(due, key=lambda asked: asked.timer.due_at)
            self._ask(first, elapsed)

    def at_brink(self) -> None:
        """The limit is near: ask for what shows who holds the memory, whatever it costs."""
        for asked in self._asked:
            if asked.look.name in _AT_BRINK:
                asked.looker.ask()

    def last(self, elapsed: float, within_seconds: float) -> None:
        """Everything on schedule once more, as far as the budget goes."""
        until = time.monotonic() + within_seconds
        for asked in self._asked:
            asked.looker.wait(max(0.0, until - time.monotonic()))
            if asked.look.rounds == 1 or asked.look.moments or not asked.looker.answers:
                continue
            cost = self._cost(asked)
            if not self._budget.allows(cost, elapsed):
                self._leave(asked.look, f"a last one would take {seconds_text(cost)}")
                continue
            asked.looker.ask()
            asked.looker.wait(max(0.0, until - time.monotonic()))
            self._budget.spend(self._cost(asked))

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()
        for asked in self._asked:
            asked.looker.stop()

    @property
    def answers(self) -> int:
        """How many looks were answered."""
        return sum(asked.looker.answers for asked in self._asked)

    @property
    def silent(self) -> bool:
        """Whether nobody has answered for a while."""
        return self._silent_counts >= _SILENT_COUNTS

    def _ask(self, asked: _Asked, elapsed: float) -> None:
        known = asked.looker.answers > 0
        if known and not self._budget.allows(self._cost(asked), elapsed):
            asked.timer.looked(elapsed, self._cost(asked))
            return
        asked.under_way = True
        asked.looker.ask()

    def _cost(self, asked: _Asked) -> float:
        """What the last look took, without waiting and without the way there and back."""
        looker = asked.looker
        waited = 0.0 if looker.answers else looker.query.waits_seconds  # Looker leaves it out else
        return max(0.0, looker.cost_seconds - waited - self._round_trip_seconds)

    def _has(self, look: Look) -> bool:
        """Whether the program has what the look asks for."""
        if look.at_server and look.query:
            return answers(self._server_url, look.query)
        return not look.listed or look.name in self._listed

    def _affordable(self, look: Look, for_seconds: float, used_bytes: float) -> bool:
        """Whether the cost of a look, where known beforehand, fits the budget."""
        goroutines = self.goroutines or 0
        estimate = look.estimate_seconds(goroutines, used_bytes)
        if look.name == "dump" and not worth_dumping(goroutines):
            self._leave(look, f"it would write the stacks of {goroutines:,} goroutines")
            return False
        if estimate > self._budget.fraction * for_seconds:
            self._leave(look, f"it would take about {seconds_text(estimate)}")
            return False
        return True

    def _leave(self, look: Look, why: str) -> None:
        share = percent_text(self._budget.fraction)
        self._recorder.not_read(
            look.title, f"{why}; the budget is {share}", "Allow more:  --budget 5%, or --for 5m"
        )

    def _looker(self, look: Look) -> Looker:
        assert look.query is not None
        if not look.at_server:
            return Looker(look.query, self._endpoint, self._recorder)
        return Looker(look.query, PprofEndpoint(self._server_url), self._recorder)

    @property
    def _server_url(self) -> str:
        parts = urlsplit(self._endpoint.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    def _count(self) -> None:
        while not self._stopped.wait(_COUNT_SECONDS):
            self._count_once()

    def _count_once(self) -> None:
        started = time.monotonic()
        try:
            counts = self._endpoint.counts()
        except GoomError:
            self._silent_counts += 1
            return
        self._silent_counts = 0
        took = time.monotonic() - started
        self._round_trip_seconds = min(self._round_trip_seconds or took, took)
        self.goroutines = counts.get("goroutine", self.goroutines)
        self._listed = frozenset(counts) or self._listed
