"""Every claim's rule can say more than one thing; shown by the twins of all chapters."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from goom.case.claim import CANNOT_MEASURE
from goom.claims.bench.bench import Bench, CannotMeasureError
from tests.claims.twins import Twin, all_claims

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("test_rules_*.py"))
CHAPTERS: list[ModuleType] = [importlib.import_module(f"tests.claims.{name}") for name in NAMES]
TWINS: list[Twin] = [twin for chapter in CHAPTERS for twin in chapter.TWINS]
UNMEASURABLE: dict[str, str] = {
    claim: why
    for chapter in CHAPTERS
    for claim, why in getattr(chapter, "UNMEASURABLE", {}).items()
}


@pytest.mark.parametrize("claim", sorted(all_claims().keys() - UNMEASURABLE.keys()))
def test_a_rule_can_say_more_than_one_thing(claim: str) -> None:
    assert len({twin.truth for twin in TWINS if twin.claim == claim}) >= 2


@pytest.mark.parametrize("claim", sorted(UNMEASURABLE))
def test_what_is_called_unmeasurable_gets_no_verdict(claim: str) -> None:
    one = all_claims()[claim]
    try:
        figures = one.measure(Bench(()))
    except CannotMeasureError:
        return
    assert one.judge(figures).truth == CANNOT_MEASURE


def test_twins_are_of_claims_that_exist() -> None:
    assert {twin.claim for twin in TWINS} | UNMEASURABLE.keys() <= all_claims().keys()
