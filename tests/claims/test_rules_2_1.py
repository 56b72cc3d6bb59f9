"""The rules of chapter 2.1: the levels of the allocator."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS
from tests.claims.twins import Twin, each, of

TWINS: tuple[Twin, ...] = (
    Twin("C030", HOLDS, each(objects_of_24_bytes=100_000, class_of_24_bytes=3)),
    Twin("C030", DOES_NOT_HOLD, each(objects_of_24_bytes=100_000, class_of_24_bytes=4)),
    Twin(
        "C030",
        DOES_NOT_HOLD,
        each(objects_of_24_bytes=100_000, class_of_24_bytes=3)
        | of("1.27.3", objects_of_24_bytes=12, class_of_24_bytes=3),
    ),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
