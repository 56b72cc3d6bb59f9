"""The rules of chapter 3.2: the heap goal, GOGC and the memory limit."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each, of


def slopes(factor: float) -> dict[str, float]:
    """The room to grow at each GOGC, so many times what GOGC says."""
    return {f"goal_at_{gogc}_ratio": gogc / 100 * factor for gogc in (25, 50, 100, 200, 400)}


TWINS: tuple[Twin, ...] = (
    Twin(
        "C065",
        HOLDS,
        of("1.21.13", names_in_source=0, error_of_gogc_formula_bytes=0, goals_compared=5)
        | of("1.22.10", names_in_source=3, error_of_gogc_formula_bytes=900, goals_compared=5),
    ),
    Twin(
        "C065",
        IN_PART,
        of("1.21.13", names_in_source=0, error_of_gogc_formula_bytes=0, goals_compared=5)
        | of("1.22.10", names_in_source=0, error_of_gogc_formula_bytes=900, goals_compared=5),
    ),
    Twin(
        "C065",
        DOES_NOT_HOLD,
        of("1.21.13", names_in_source=0, error_of_gogc_formula_bytes=0, goals_compared=5)
        | of("1.22.10", names_in_source=0, error_of_gogc_formula_bytes=0, goals_compared=5),
    ),
    Twin("C066", HOLDS, each(names_revise_heap_goal=1, names_decay_factor=2)),
    Twin("C066", IN_PART, each(names_revise_heap_goal=1, names_decay_factor=0)),
    Twin(
        "C066",
        DOES_NOT_HOLD,
        each(
            names_revise_heap_goal=0,
            names_decay_factor=0,
            revise_sets_assist_ratio=True,
            revise_sets_goal=False,
        ),
    ),
    Twin(
        "C067",
        HOLDS,
        each(error_with_few_stacks_fraction=0.001, error_with_1000_deep_stacks_fraction=0.002),
    ),
    Twin(
        "C067",
        IN_PART,
        each(error_with_few_stacks_fraction=0.01, error_with_1000_deep_stacks_fraction=0.15),
    ),
    Twin(
        "C067",
        DOES_NOT_HOLD,
        each(error_with_few_stacks_fraction=0.2, error_with_1000_deep_stacks_fraction=0.2),
    ),
    Twin("C068", HOLDS, each(default_limit_bytes=str(2**64 - 1), used_to_limit_ratio=1.0)),
    Twin("C068", IN_PART, each(default_limit_bytes=str(2**63 - 1), used_to_limit_ratio=1.0)),
    Twin("C068", DOES_NOT_HOLD, each(default_limit_bytes=str(2**63 - 1), used_to_limit_ratio=2.0)),
    Twin(
        "C069",
        HOLDS,
        each(error_of_gogc_formula_unset_bytes=0, error_of_gogc_formula_at_64_gib_bytes=77),
    ),
    Twin(
        "C069",
        IN_PART,
        each(error_of_gogc_formula_unset_bytes=77, error_of_gogc_formula_at_64_gib_bytes=77),
    ),
    Twin(
        "C069",
        DOES_NOT_HOLD,
        each(error_of_gogc_formula_unset_bytes=0, error_of_gogc_formula_at_64_gib_bytes=0),
    ),
    Twin("C070", HOLDS, each(**slopes(1.0) | {"goal_at_400_ratio": 2.0})),
    Twin("C070", IN_PART, each(**slopes(1.03))),
    Twin("C070", DOES_NOT_HOLD, each(**slopes(1.0))),
    Twin(
        "C071",
        HOLDS,
        each(collections_without_limit=5, collections_with_limit=9, used_without_limit_bytes=1),
    ),
    Twin(
        "C071",
        IN_PART,
        each(collections_without_limit=0, collections_with_limit=9, used_without_limit_bytes=1),
    ),
    Twin(
        "C071",
        DOES_NOT_HOLD,
        each(collections_without_limit=0, collections_with_limit=0, used_without_limit_bytes=1),
    ),
    Twin("C072", HOLDS, each(field_heap_goal="runtime/mgcpacer.go:1", metric_equals_next_gc=True)),
    Twin("C072", IN_PART, each(field_heap_goal="", metric_equals_next_gc=True)),
    Twin("C072", DOES_NOT_HOLD, each(field_heap_goal="", metric_equals_next_gc=False)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
