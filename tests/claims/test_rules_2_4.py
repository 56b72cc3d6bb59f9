"""The rules of chapter 2.4: the page cache and NUMA."""

from __future__ import annotations

import pytest

from goom.case.claim import CANNOT_MEASURE, DOES_NOT_HOLD, HOLDS, IN_PART
from goom.claims.bench.reading import Row
from tests.claims.twins import Twin, each, of


def cache(version: str, kind: str, places: int, of_alloc_span: int) -> dict[str, Row]:
    """The page cache of a version, and the places that fill it."""
    return of(
        version,
        page_cache_of_p=kind,
        places_that_fill=places,
        places_in_alloc_span=of_alloc_span,
        text_of_mpagecache_hash="",
    )


TWINS: tuple[Twin, ...] = (
    Twin("C049", HOLDS, cache("1.21.13", "", 0, 0) | cache("1.22.10", "runtime.pageCache", 2, 1)),
    Twin("C049", IN_PART, cache("1.21.13", "", 0, 0) | cache("1.22.10", "runtime.pageCache", 1, 1)),
    Twin(
        "C049",
        DOES_NOT_HOLD,
        cache("1.21.13", "runtime.pageCache", 1, 1) | cache("1.22.10", "runtime.pageCache", 1, 1),
    ),
    Twin("C050", HOLDS, each(pages_of_page_cache=8, page_cache_bytes=65536)),
    Twin("C050", DOES_NOT_HOLD, each(pages_of_page_cache=64, page_cache_bytes=524288)),
    Twin(
        "C050",
        IN_PART,
        each(pages_of_page_cache=64, page_cache_bytes=524288)
        | of("1.22.10", pages_of_page_cache=8, page_cache_bytes=65536),
    ),
    Twin("C051", HOLDS, each(mentions_in_source=9, names_in_binary=2, mentions_of_mmap=40)),
    Twin("C051", DOES_NOT_HOLD, each(mentions_in_source=0, names_in_binary=0, mentions_of_mmap=40)),
    Twin("C051", IN_PART, each(mentions_in_source=0, names_in_binary=0, mentions_of_mmap=0)),
    Twin(
        "C052",
        HOLDS,
        each(fields_numa=1, fields_page_cache=1, refill_reads_them=True, refill_found=True),
    ),
    Twin(
        "C052",
        IN_PART,
        each(fields_numa=0, fields_page_cache=1, refill_reads_them=False, refill_found=True),
    ),
    Twin(
        "C052",
        DOES_NOT_HOLD,
        each(fields_numa=0, fields_page_cache=0, refill_reads_them=False, refill_found=True),
    ),
    Twin("C053", CANNOT_MEASURE, each(nodes_here=1, mentions_in_source=0)),
    Twin("C053", DOES_NOT_HOLD, each(nodes_here=4, mentions_in_source=0)),
    Twin("C053", CANNOT_MEASURE, each(nodes_here=4, mentions_in_source=7)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
