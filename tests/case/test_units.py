"""Figures in words."""

from __future__ import annotations

from math import nan

import pytest

from goom.case.units import GIB, MIB, mib_text, whole_mib_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "less than 1 MiB"),
        (57.4 * MIB, "57 MiB"),
        (1023 * MIB, "1023 MiB"),
        (50 * GIB, "50.0 GiB"),
        (nan, "unknown"),
    ],
)
def test_a_gc_logs_whole_mib_are_said_as_such_and_large_ones_as_others(
    count: float, text: str
) -> None:
    assert whole_mib_text(count) == text


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert mib_text(-0.01 * MIB) == "0.0"
