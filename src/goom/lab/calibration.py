"""Whether stated confidence can be believed: how often was it right?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan, nan

from goom.lab.check import Outcome

_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """The verdicts whose stated confidence lies in [low, high)."""

    low: float
    high: float
    count: int
    mean_confidence: float
    hit_fraction: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """``brier_score`` is the mean of (confidence - hit)²: 0 is perfect, 0.25 is a coin that says
    one half. ``bins`` are those with verdicts in them.
    """

    count: int
    hit_fraction: float
    mean_confidence: float
    brier_score: float
    bins: tuple[Bin, ...]


def calibrate(outcomes: Sequence[Outcome]) -> Calibration:
    """Stated confidence against hits, over all verdicts that were given."""
    given = [
        (one.confidence, one.found == one.expected)
        for one in outcomes
        if one.found and not isnan(one.confidence)
    ]
    return Calibration(
        count=len(given),
        hit_fraction=_mean([float(hit) for _, hit in given]),
        mean_confidence=_mean([confidence for confidence, _ in given]),
        brier_score=_mean([(confidence - hit) ** 2 for confidence, hit in given]),
        bins=tuple(
            _bin(low, high, inside)
            for low, high in pairwise(_EDGES)
            if (inside := [pair for pair in given if _within(pair[0], low, high)])
        ),
    )


def _within(confidence: float, low: float, high: float) -> bool:
    return low <= confidence < high or confidence == high == 1.0


def _bin(low: float, high: float, inside: Sequence[tuple[float, bool]]) -> Bin:
    stated, hits = zip(*inside, strict=True)
    return Bin(low, high, len(inside), _mean(stated), _mean(hits))


def _mean(figures: Sequence[float]) -> float:
    return sum(figures) / len(figures) if figures else nan
