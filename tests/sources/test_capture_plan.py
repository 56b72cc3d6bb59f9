"""What goom may look at says what it costs, and the budget is held."""

from __future__ import annotations

import pytest

from goom.case.errors import BadInput
from goom.sources.capture_plan import LOOKS, Budget, chosen


def test_a_budget_is_a_share_of_the_time() -> None:
    budget = Budget(0.01)
    assert budget.allows(0.05, 10)
    budget.spend(0.09)
    assert not budget.allows(0.05, 10)
    assert budget.allows(0.05, 20)


def test_every_look_says_what_it_costs() -> None:
    assert all(look.cost for look in LOOKS)
    assert "~10 ms (10,000 goroutines)" in chosen(["goroutine"])[0].cost_text(10_000)


def test_a_look_that_goom_does_not_know_is_said() -> None:
    with pytest.raises(BadInput, match="hep is nothing that goom can look at"):
        chosen(["heap", "hep"])
