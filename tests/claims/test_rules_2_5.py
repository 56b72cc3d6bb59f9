"""The rules of chapter 2.5: mappings and the limit of a container."""

from __future__ import annotations

import pytest

from goom.case.claim import CANNOT_MEASURE, DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each

TWINS: tuple[Twin, ...] = (
    Twin(
        "C054",
        HOLDS,
        each(sys_alloc_anonymous_private=True, heap_grows_by_sys_map=False, access_behind=""),
    ),
    Twin(
        "C054",
        IN_PART,
        each(sys_alloc_anonymous_private=True, heap_grows_by_sys_map=True, access_behind="---p"),
    ),
    Twin("C054", DOES_NOT_HOLD, each(sys_alloc_anonymous_private=False)),
    Twin("C055", HOLDS, each(misaligned_addresses=3)),
    Twin("C055", DOES_NOT_HOLD, each(misaligned_addresses=0)),
    Twin("C056", HOLDS, each(in_source=1, in_binary=1, known_message_in_binary=1)),
    Twin("C056", DOES_NOT_HOLD, each(in_source=0, in_binary=0, known_message_in_binary=1)),
    Twin("C056", IN_PART, each(in_source=1, in_binary=0, known_message_in_binary=1)),
    Twin(
        "C057",
        HOLDS,
        each(
            misaligned_addresses=3,
            killed_with_32_mib_written=True,
            killed_with_128_mib_written=True,
        ),
    ),
    Twin(
        "C057",
        IN_PART,
        each(
            misaligned_addresses=3,
            killed_with_32_mib_written=False,
            killed_with_128_mib_written=True,
        ),
    ),
    Twin(
        "C057",
        DOES_NOT_HOLD,
        each(
            misaligned_addresses=0,
            killed_with_32_mib_written=False,
            killed_with_128_mib_written=True,
        ),
    ),
    Twin(
        "C057",
        CANNOT_MEASURE,
        each(
            misaligned_addresses=0,
            killed_with_32_mib_written=False,
            killed_with_128_mib_written=False,
        ),
    ),
    Twin("C058", HOLDS, each(compiles=True, runtime_uses_fixed_noreplace=True)),
    Twin("C058", IN_PART, each(compiles=True, runtime_uses_fixed_noreplace=False)),
    Twin(
        "C058",
        DOES_NOT_HOLD,
        each(compiles=False, runtime_uses_fixed_noreplace=False, compiler_says="no"),
    ),
    Twin(
        "C059",
        HOLDS,
        each(killed=True, formula_asks_bytes=9e9, limit_tried_bytes=1e8, peak_bytes=1e8),
    ),
    Twin(
        "C059",
        IN_PART,
        each(killed=False, formula_asks_bytes=2e8, limit_tried_bytes=1e8, peak_bytes=1e8),
    ),
    Twin(
        "C059",
        DOES_NOT_HOLD,
        each(killed=False, formula_asks_bytes=9e9, limit_tried_bytes=1e8, peak_bytes=1e8),
    ),
    Twin("C060", HOLDS, each(misaligned_addresses=1, heap_touched_by_one_collection_fraction=1)),
    Twin("C060", IN_PART, each(misaligned_addresses=0, heap_touched_by_one_collection_fraction=1)),
    Twin(
        "C060",
        DOES_NOT_HOLD,
        each(misaligned_addresses=0, heap_touched_by_one_collection_fraction=0.1),
    ),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
