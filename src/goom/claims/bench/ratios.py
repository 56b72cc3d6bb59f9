"""Times, only ever as ratios of what ran in turns on the same machine, with their spread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of two things that took turns: the median of the ratios of each turn, and their middle half.

    The rounds of one turn share whatever else the machine was doing; the ratio cancels it.
    """

    median: float
    low: float  # first quartile
    high: float  # third quartile
    rounds: int

    @property
    def text(self) -> str:
        """``1.06 (1.01 to 1.12)``."""
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"

    def figures(self, name: str) -> dict[str, float]:
        """``NAME_ratio``, ``NAME_low_ratio``, ``NAME_high_ratio`` and ``rounds``, for a claim."""
        return {
            f"{name}_ratio": self.median,
            f"{name}_low_ratio": self.low,
            f"{name}_high_ratio": self.high,
            "rounds": self.rounds,
        }


def take_turns(
    runs: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, tuple[float, ...]]:
    """Run all in turns, the order turned round each time; figures by name, by round."""
    figures: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            figures[name].append(runs[name]())
    return {name: tuple(values) for name, values in figures.items()}


def ratio_of(figures: tuple[float, ...], to: tuple[float, ...]) -> Ratio:
    """``figures`` over ``to``, round by round."""
    ratios = sorted(one / other for one, other in zip(figures, to, strict=True))
    last = len(ratios) - 1
    quarter = round(last / 4)
    return Ratio(median(ratios), ratios[quarter], ratios[last - quarter], len(ratios))
