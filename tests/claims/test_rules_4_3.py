"""The rules of chapter 4.3: large objects."""

from __future__ import annotations

import pytest

from goom.case.claim import CANNOT_MEASURE, DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each

TWINS: tuple[Twin, ...] = (
    Twin(
        "C091",
        HOLDS,
        each(
            large_of_32759_byte_objects=0,
            large_of_32760_byte_objects=0,
            large_of_32761_byte_objects=0,
            large_of_32767_byte_objects=0,
            large_of_32768_byte_objects=1000,
            large_of_32769_byte_objects=1000,
        ),
    ),
    Twin(
        "C091",
        IN_PART,
        each(
            large_of_32759_byte_objects=0,
            large_of_32760_byte_objects=0,
            large_of_32761_byte_objects=1000,
            large_of_32767_byte_objects=1000,
            large_of_32768_byte_objects=1000,
            large_of_32769_byte_objects=1000,
        ),
    ),
    Twin(
        "C091",
        DOES_NOT_HOLD,
        each(
            large_of_32759_byte_objects=0,
            large_of_32760_byte_objects=0,
            large_of_32761_byte_objects=0,
            large_of_32767_byte_objects=0,
            large_of_32768_byte_objects=0,
            large_of_32769_byte_objects=0,
        ),
    ),
    Twin("C092", HOLDS, each(cost_of_65537_bytes=73737, asks_mheap=True, asks_mcentral=False)),
    Twin("C092", IN_PART, each(cost_of_65537_bytes=65600, asks_mheap=True, asks_mcentral=False)),
    Twin(
        "C092", DOES_NOT_HOLD, each(cost_of_65537_bytes=65600, asks_mheap=False, asks_mcentral=True)
    ),
    Twin(
        "C093",
        HOLDS,
        each(
            growth_for_half_of_idle_fraction=1.0,
            heap_idle_bytes=1e8,
            heap_alloc_late_to_early_ratio=1.5,
        ),
    ),
    Twin(
        "C093",
        IN_PART,
        each(
            growth_for_half_of_idle_fraction=1.0,
            heap_idle_bytes=1e8,
            heap_alloc_late_to_early_ratio=1.0,
        ),
    ),
    Twin(
        "C093",
        DOES_NOT_HOLD,
        each(
            growth_for_half_of_idle_fraction=0.0,
            heap_idle_bytes=1e8,
            heap_alloc_late_to_early_ratio=1.0,
        ),
    ),
    Twin(
        "C094",
        HOLDS,
        each(
            builds_as_written=True,
            mended_form_ends_with_status=2,
            go_says="x",
            mended_form_says="y",
        ),
    ),
    Twin(
        "C094",
        IN_PART,
        each(
            builds_as_written=False,
            mended_form_ends_with_status=0,
            go_says="x",
            mended_form_says="y",
        ),
    ),
    Twin(
        "C094",
        DOES_NOT_HOLD,
        each(
            builds_as_written=False,
            mended_form_ends_with_status=2,
            go_says="x",
            mended_form_says="y",
        ),
    ),
    Twin("C095", HOLDS, each(large_of_1000_buffers=0, collections_survived_in_pool=-1)),
    Twin("C095", IN_PART, each(large_of_1000_buffers=1000, collections_survived_in_pool=-1)),
    Twin("C095", IN_PART, each(large_of_1000_buffers=0, collections_survived_in_pool=1)),
    Twin("C095", DOES_NOT_HOLD, each(large_of_1000_buffers=1000, collections_survived_in_pool=1)),
    Twin("C096", HOLDS, each(collections_fresh=100, collections_pooled=0)),
    Twin("C096", IN_PART, each(collections_fresh=100, collections_pooled=60)),
    Twin("C096", DOES_NOT_HOLD, each(collections_fresh=100, collections_pooled=100)),
    Twin(
        "C097",
        HOLDS,
        each(
            equals_heap_idle=True, released_of_it_fraction=0.1, said_to_be_fragmented_fraction=0.9
        ),
    ),
    Twin(
        "C097",
        IN_PART,
        each(
            equals_heap_idle=True, released_of_it_fraction=0.98, said_to_be_fragmented_fraction=0.9
        ),
    ),
    Twin(
        "C097",
        DOES_NOT_HOLD,
        each(
            equals_heap_idle=False, released_of_it_fraction=0.98, said_to_be_fragmented_fraction=0.9
        ),
    ),
    Twin("C098", HOLDS, each(least_ratio=1.5, most_ratio=1.55)),
    Twin("C098", IN_PART, each(least_ratio=1.3, most_ratio=1.7)),
    Twin("C098", DOES_NOT_HOLD, each(least_ratio=1.0, most_ratio=2.0)),
    Twin(
        "C099",
        HOLDS,
        each(
            killed_by_the_kernel=False,
            go_messages_when_killed=3,
            status_when_refused=0,
            go_says_when_refused="",
        ),
    ),
    Twin(
        "C099",
        CANNOT_MEASURE,
        each(
            killed_by_the_kernel=False,
            go_messages_when_killed=0,
            status_when_refused=0,
            go_says_when_refused="",
        ),
    ),
    Twin(
        "C099",
        IN_PART,
        each(
            killed_by_the_kernel=True,
            go_messages_when_killed=0,
            status_when_refused=0,
            go_says_when_refused="",
        ),
    ),
    Twin(
        "C099",
        DOES_NOT_HOLD,
        each(
            killed_by_the_kernel=True,
            go_messages_when_killed=0,
            status_when_refused=2,
            go_says_when_refused="runtime: out of memory",
        ),
    ),
)
UNMEASURABLE = {"C100": "a rate without a definition"}


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
