"""Twins: the same claim on figures that differ, and the verdicts that its rule gives.

A judge that cannot say otherwise is none. Every ``tests/claims/test_rules_CHAPTER.py`` lists them:

    TWINS = (
        Twin("C030", HOLDS, each(objects_of_24_bytes=100_000, class_of_24_bytes=3)),
        Twin("C030", DOES_NOT_HOLD, each(objects_of_24_bytes=100_000, class_of_24_bytes=4)),
        Twin("C002", DOES_NOT_HOLD, pair(pause_median_ratio=1.06)),
    )
    UNMEASURABLE = {"C110": "it is not about Go's memory"}  # measure always raises, whatever runs

    @pytest.mark.parametrize("twin", TWINS, ids=str)
    def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
        assert twin.judged().truth == twin.truth, twin.judged().because

``tests/claims/test_rules.py`` gathers them all and asks for two verdicts of each claim.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from goom import claims
from goom.case.claim import Figures, Judgement, Value
from goom.claims.bench.claim import Claim, find_claims
from goom.claims.bench.reading import Row

VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
PAIR = "1.22.10/1.21.13"


@dataclass(frozen=True)
class Twin:
    """Figures, and the verdict that the claim's rule gives for them."""

    claim: str
    truth: str
    figures: Figures

    def __str__(self) -> str:
        return f"{self.claim} {self.truth}"

    def judged(self) -> Judgement:
        """What the claim's judge says of the figures."""
        return all_claims()[self.claim].judge(self.figures)


def each(**row: Value) -> dict[str, Row]:
    """The same figures in every version."""
    return dict.fromkeys(VERSIONS, row)


def of(version: str, **row: Value) -> dict[str, Row]:
    """Figures of one version, to be laid over others:  each(a=1) | of("1.27.3", a=2)."""
    return {version: row}


def pair(key: str = PAIR, /, **row: Value) -> dict[str, Row]:
    """Figures that compare two releases."""
    return {key: row}


@functools.cache
def all_claims() -> dict[str, Claim]:
    """Every claim of the house by its id."""
    return {claim.id: claim for claim in find_claims(claims)}
