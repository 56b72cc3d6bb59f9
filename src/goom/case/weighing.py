"""Collect reasons for and against while a detector thinks."""

from __future__ import annotations

from dataclasses import dataclass, field

from goom.case.verdict import Reason

_NEGLIGIBLE = 0.05


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
