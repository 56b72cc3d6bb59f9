"""Goroutines that pile up, one finding for each leak, with the vote of each signal."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from goom.case.profile import Frame

FOR, AGAINST, NOT_SEEN = "for", "against", "not seen"
NOBODY = Frame("", "", 0)
_WORTH_TELLING, _MOST_SHOWN = 20, 8
_COUNTS_AS_ONE = 1.0  # log-odds from which on a vote stands by itself


@dataclass(frozen=True, slots=True)
class LeakVote:
    """What one signal says. ``weight`` is in log-odds (natural), positive on either side, and 0
    when nothing was seen; then ``text`` says why not.
    """

    signal: str  # growth, age, never woken, retained bytes, threads
    side: str  # FOR, AGAINST, NOT_SEEN
    weight: float
    text: str
    source: str = ""

    @property
    def log_odds(self) -> float:
        """The weight with its sign."""
        return -self.weight if self.side == AGAINST else self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class GoroutineLeak:
    """Goroutines that were started at one place and wait at one place.

    ``created_at`` is the go statement, function "" when no dump says it; ``runs`` the function
    that they run, ``waits_at`` the user's innermost frame (the library's where there is none).
    Figures that nothing tells are nan.
    """

    created_at: Frame
    runs: Frame
    waits_at: Frame
    wait: str  # "chan send", "select", "IO wait": Go's own words; "" unknown
    stack: tuple[Frame, ...]  # leaf first
    count: int  # at the last look
    grown: int  # since the first
    per_second: float
    oldest_seconds: float = nan  # the oldest has been there at least so long
    stack_bytes: float = nan
    heap_bytes: float = nan  # what grew under their functions
    votes: tuple[LeakVote, ...] = ()
    confidence: float = 0.0

    @property
    def retained_bytes(self) -> float:
        """Stacks, and heap where it is known; nan when neither is."""
        known = [part for part in (self.stack_bytes, self.heap_bytes) if not isnan(part)]
        return sum(known) if known else nan

    @property
    def independent(self) -> int:
        """How many signals speak for it that stand by themselves.

        Retained bytes do not: whatever grows takes stacks.
        """
        return sum(
            vote.side == FOR and vote.weight >= _COUNTS_AS_ONE and vote.signal != "retained bytes"
            for vote in self.votes
        )

    def vote(self, signal: str) -> LeakVote | None:
        """The vote of one signal, or None."""
        return next((vote for vote in self.votes if vote.signal == signal), None)


@dataclass(frozen=True, slots=True)
class GoroutineLeaks:
    """The groups that may be leaks, likeliest first; those that speak against it are among them."""

    all: tuple[GoroutineLeak, ...]

    @property
    def likely(self) -> tuple[GoroutineLeak, ...]:
        """Those that are likelier leaks than not."""
        return tuple(leak for leak in self.all if leak.confidence >= 0.5)

    @property
    def shown(self) -> tuple[GoroutineLeak, ...]:
        """What a report tells of: the likely ones, and those that grew and are likelier none."""
        worth = [leak for leak in self.all if leak in self.likely or leak.grown >= _WORTH_TELLING]
        return tuple(worth[:_MOST_SHOWN])
