"""The rules of chapter 2.1: the levels of the allocator."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART, Value
from goom.claims.bench.reading import Row
from tests.claims.twins import Twin, each, of, pair

Rows = dict[str, Row]


def bits(version: str, kind: str, size_bytes: int) -> Rows:
    """mspan and its bitmap."""
    return of(
        version,
        mspan_bytes=size_bytes,
        type_of_alloc_bits=kind,
        gc_bits="type gcBits struct {",
        body_of_new_alloc_bits="",
    )


def fresh(release: str, resident_bytes: int) -> Rows:
    """What 64 MiB of fresh memory cost, in a version of that release."""
    row: dict[str, Value] = {"release": release, "reused_bytes_not_zero": 0}
    return of(release, resident_growth_bytes=resident_bytes, **row)


def locks(version: str, taken: int) -> Rows:
    """The locks that mcentral takes."""
    return of(version, locks_taken_by_mcentral=taken, locks_taken_by_span_sets=1)


TWINS: tuple[Twin, ...] = (
    Twin("C030", HOLDS, each(objects_of_24_bytes=100_000, class_of_24_bytes=3)),
    Twin("C030", DOES_NOT_HOLD, each(objects_of_24_bytes=100_000, class_of_24_bytes=4)),
    Twin(
        "C030",
        DOES_NOT_HOLD,
        each(objects_of_24_bytes=100_000, class_of_24_bytes=3)
        | of("1.27.3", objects_of_24_bytes=12, class_of_24_bytes=3),
    ),
    Twin(
        "C019",
        HOLDS,
        each(
            refill_asks_mheap=True,
            refill_asks_mcentral=False,
            mcentral_asks_mheap=False,
            slots_of_mcache="x",
        ),
    ),
    Twin(
        "C019",
        IN_PART,
        each(
            refill_asks_mheap=False,
            refill_asks_mcentral=True,
            mcentral_asks_mheap=True,
            slots_of_mcache="x",
        ),
    ),
    Twin(
        "C019",
        DOES_NOT_HOLD,
        each(
            refill_asks_mheap=False,
            refill_asks_mcentral=False,
            mcentral_asks_mheap=False,
            slots_of_mcache="",
        ),
    ),
    Twin(
        "C020",
        HOLDS,
        each(
            mcache_of_p="*runtime.mcache",
            mutexes_of_mcache=0,
            locks_on_the_fast_path=0,
            functions_read=2,
        ),
    ),
    Twin(
        "C020",
        IN_PART,
        each(
            mcache_of_p="*runtime.mcache",
            mutexes_of_mcache=0,
            locks_on_the_fast_path=1,
            functions_read=2,
        ),
    ),
    Twin(
        "C020",
        IN_PART,
        each(
            mcache_of_p="*runtime.mcache",
            mutexes_of_mcache=0,
            locks_on_the_fast_path=0,
            functions_read=0,
        ),
    ),
    Twin("C020", DOES_NOT_HOLD, each(mcache_of_p="")),
    Twin(
        "C021",
        HOLDS,
        each(has_alloc_bits=True, classes=67, classes_of_one_page=67, most_pages_of_a_class=1),
    ),
    Twin(
        "C021",
        IN_PART,
        each(has_alloc_bits=True, classes=67, classes_of_one_page=39, most_pages_of_a_class=10),
    ),
    Twin("C021", DOES_NOT_HOLD, each(has_alloc_bits=False)),
    Twin(
        "C022",
        HOLDS,
        each(
            variables_mheap=1,
            has_page_allocator=True,
            allocated_bytes=600,
            large_objects_ask_mheap=True,
            heap_sys_growth_bytes=60,
        ),
    ),
    Twin(
        "C022",
        IN_PART,
        each(
            variables_mheap=1,
            has_page_allocator=True,
            allocated_bytes=600,
            large_objects_ask_mheap=True,
            heap_sys_growth_bytes=590,
        ),
    ),
    Twin(
        "C022",
        DOES_NOT_HOLD,
        each(
            variables_mheap=4,
            has_page_allocator=True,
            large_objects_ask_mheap=True,
            allocated_bytes=600,
            heap_sys_growth_bytes=60,
        ),
    ),
    Twin(
        "C023",
        HOLDS,
        of("1.21.13", mcentral_fields_of_p=0, mutexes_of_mcentral=1)
        | of("1.22.10", mcentral_fields_of_p=1, mutexes_of_mcentral=0),
    ),
    Twin(
        "C023",
        IN_PART,
        of("1.21.13", mcentral_fields_of_p=0, mutexes_of_mcentral=1)
        | of("1.22.10", mcentral_fields_of_p=0, mutexes_of_mcentral=0),
    ),
    Twin(
        "C023",
        DOES_NOT_HOLD,
        of("1.21.13", mcentral_fields_of_p=0, mutexes_of_mcentral=0, central_of_mheap=True)
        | of("1.22.10", mcentral_fields_of_p=0, mutexes_of_mcentral=0, central_of_mheap=True),
    ),
    Twin(
        "C024",
        HOLDS,
        of("1.21.13", refills_at_start=0, heap_inuse_at_main_bytes=300_000)
        | of("1.22.10", refills_at_start=1, heap_inuse_at_main_bytes=900_000),
    ),
    Twin(
        "C024",
        IN_PART,
        of("1.21.13", refills_at_start=0, heap_inuse_at_main_bytes=300_000)
        | of("1.22.10", refills_at_start=0, heap_inuse_at_main_bytes=900_000),
    ),
    Twin(
        "C024",
        DOES_NOT_HOLD,
        of("1.21.13", refills_at_start=0, heap_inuse_at_main_bytes=300_000)
        | of("1.22.10", refills_at_start=0, heap_inuse_at_main_bytes=330_000),
    ),
    Twin("C025", HOLDS, bits("1.21.13", "*gcBits", 168) | bits("1.22.10", "*sparseBits", 150)),
    Twin("C025", IN_PART, bits("1.21.13", "*gcBits", 168) | bits("1.22.10", "*sparseBits", 168)),
    Twin("C025", DOES_NOT_HOLD, bits("1.21.13", "*gcBits", 168) | bits("1.22.10", "*gcBits", 160)),
    Twin(
        "C026",
        HOLDS,
        each(
            head="func (h *mheap) allocSpan(vsize uintptr, s *mspan, needzero bool)",
            calls_memclr=True,
        ),
    ),
    Twin(
        "C026", IN_PART, each(head="func (h *mheap) allocSpan(npages uintptr)", calls_memclr=True)
    ),
    Twin(
        "C026",
        DOES_NOT_HOLD,
        each(head="func (h *mheap) allocSpan(npages uintptr)", calls_memclr=False),
    ),
    Twin("C027", HOLDS, fresh("1.21", 64 << 20) | fresh("1.22", 1 << 20)),
    Twin("C027", IN_PART, fresh("1.21", 1 << 20) | fresh("1.22", 1 << 20)),
    Twin("C027", DOES_NOT_HOLD, fresh("1.21", 64 << 20) | fresh("1.22", 64 << 20)),
    Twin("C028", HOLDS, pair(time_ratio=0.7, time_low_ratio=0.68, time_high_ratio=0.74)),
    Twin("C028", IN_PART, pair(time_ratio=0.85, time_low_ratio=0.83, time_high_ratio=0.9)),
    Twin("C028", DOES_NOT_HOLD, pair(time_ratio=0.9, time_low_ratio=0.8, time_high_ratio=1.1)),
    Twin("C028", DOES_NOT_HOLD, pair(time_ratio=1.08, time_low_ratio=1.0, time_high_ratio=1.1)),
    Twin("C029", HOLDS, locks("1.21.13", 3) | locks("1.22.10", 0)),
    Twin("C029", IN_PART, locks("1.21.13", 3) | locks("1.22.10", 1)),
    Twin("C029", DOES_NOT_HOLD, locks("1.21.13", 0) | locks("1.22.10", 0)),
    Twin("C031", HOLDS, each(functions_named_fetch=1, nextFree_calls_refill=False)),
    Twin("C031", IN_PART, each(functions_named_fetch=1, nextFree_calls_refill=True)),
    Twin("C031", DOES_NOT_HOLD, each(functions_named_fetch=0, nextFree_calls_refill=True)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
