"""The rules of chapter 2.2: tiny objects and size classes."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each

TINY = {f"tiny_of_{size}_bytes_fraction": 0.5 for size in (1, 4, 8, 12, 16)}


def wasted(under_16: float, above: float) -> dict[str, float]:
    """The waste at each size that the claim asks about."""
    small = {f"waste_of_{size}_bytes_fraction": under_16 for size in (5, 9)}
    return small | {f"waste_of_{size}_bytes_fraction": above for size in (17, 33, 65, 129, 257)}


TWINS: tuple[Twin, ...] = (
    Twin("C032", HOLDS, each(classes_up_to_256=12, tiny_of_256_bytes_fraction=0.5, **TINY)),
    Twin("C032", IN_PART, each(classes_up_to_256=18, tiny_of_256_bytes_fraction=0.5, **TINY)),
    Twin("C032", DOES_NOT_HOLD, each(classes_up_to_256=18, tiny_of_256_bytes_fraction=0.0, **TINY)),
    Twin("C033", HOLDS, each(next_free_follows_a_list=True)),
    Twin(
        "C033",
        IN_PART,
        each(next_free_follows_a_list=False, next_free_reads_bits=False, bit_fields_of_mspan=3),
    ),
    Twin(
        "C033",
        DOES_NOT_HOLD,
        each(next_free_follows_a_list=False, next_free_reads_bits=True, bit_fields_of_mspan=3),
    ),
    Twin("C034", HOLDS, each(**wasted(under_16=0.0, above=0.005))),
    Twin("C034", IN_PART, each(**wasted(under_16=0.0, above=0.3))),
    Twin("C034", DOES_NOT_HOLD, each(**wasted(under_16=0.4, above=0.3))),
    Twin("C036", HOLDS, each(tables_of_257=1, table_count=1, searches=0, tables="sizeclass[257]")),
    Twin("C036", IN_PART, each(tables_of_257=0, table_count=2, searches=0, tables="a[129] b[249]")),
    Twin("C036", DOES_NOT_HOLD, each(tables_of_257=0, table_count=0, searches=1, tables="")),
    Twin("C037", HOLDS, each(cost_of_41_bytes_bytes=48.0, class_number=5)),
    Twin("C037", IN_PART, each(cost_of_41_bytes_bytes=48.0, class_number=6)),
    Twin("C037", DOES_NOT_HOLD, each(cost_of_41_bytes_bytes=64.0, class_number=6)),
)
UNMEASURABLE = {
    "C035": "absolute times of a machine and a jemalloc that are not named",
    "C038": "a share that depends on a program that is not named",
}


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
