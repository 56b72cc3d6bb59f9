"""Collect reasons for and against while a detector thinks."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

from goom.case.verdict import Blame, Hypothesis, Reason

_NEGLIGIBLE = 0.05
PRIOR_LOG_ODDS = -3.0  # most services are not ill, and each illness is one of eleven


@dataclass(slots=True)
class Weighing:
    """Reasons by side, in log-odds; what weighs nothing is not said."""

    speaks_for: list[Reason] = field(default_factory=list)
    speaks_against: list[Reason] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def plus(self, weight: float, text: str, source: str = "") -> None:
        """Speaks for the cause."""
        if weight > _NEGLIGIBLE:
            self.speaks_for.append(Reason(text, weight, source))

    def minus(self, weight: float, text: str, source: str = "") -> None:
        """Speaks against the cause."""
        if weight > _NEGLIGIBLE:
            self.speaks_against.append(Reason(text, weight, source))

    def lacks(self, what: str) -> None:
        """Evidence that would have helped."""
        self.missing.append(what)

    def hypothesis(
        self,
        cause: str,
        summary: str,
        *,
        scenario: str,
        blame: tuple[Blame, ...] = (),
        limit_reached_at_seconds: float = nan,
    ) -> Hypothesis:
        """What the detector says in the end."""
        return Hypothesis(
            cause=cause,
            summary=summary,
            prior=0.0 if cause == "healthy" else PRIOR_LOG_ODDS,
            speaks_for=tuple(self.speaks_for),
            speaks_against=tuple(self.speaks_against),
            missing=tuple(self.missing),
            blame=blame,
            scenario=scenario,
            limit_reached_at_seconds=limit_reached_at_seconds,
        )
