"""The rule of the claim about the choice of a barrier."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each, of

MEASURED = {
    "pointer_write_marking_to_quiet_ratio": 9.6,
    "pause_many_to_few_stacks_ratio": 1.4,
    "stacks_many_to_few_ratio": 4300,
}
NONE = {"switches_that_choose": 0, "barriers_in_the_runtime": 1, **MEASURED}
TWO = {"switches_that_choose": 0, "barriers_in_the_runtime": 2, **MEASURED}
SWITCH = {"switches_that_choose": 1, "barriers_in_the_runtime": 1, **MEASURED}

TWINS: tuple[Twin, ...] = (
    Twin("C064", DOES_NOT_HOLD, each(**NONE)),
    Twin("C064", IN_PART, each(**NONE) | of("1.27.3", **SWITCH)),
    Twin("C064", HOLDS, each(**TWO)),
    Twin("C064", HOLDS, each(**SWITCH)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
