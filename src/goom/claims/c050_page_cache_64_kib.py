"""The page cache of a P is 64 KB, 8 pages."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, per_version

_PAGE_BYTES = 8192
_SAID_PAGES = 8
_BITS = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}


def measure(bench: Bench) -> Figures:
    """One bit for each page: the width of pageCache.cache is its size."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    pages = _BITS[layout(go, "runtime.pageCache").fields["cache"]]
    small = go.source.first(r"npages < pageCachePages/4", "runtime/mheap.go")
    return {
        "pages_of_page_cache": pages,
        "page_cache_bytes": pages * _PAGE_BYTES,
        "constant": go.source.constant("pageCachePages", "runtime/mpagecache.go"),
        "serves_requests_below_pages": pages // 4 if small else None,
    }


def judge(figures: Figures) -> Judgement:
    """8 pages."""
    if every(figures, lambda row: row["pages_of_page_cache"] == _SAID_PAGES):
        return holds("the bitmap of a page cache has 8 bits")
    pages = per_version(figures, "pages_of_page_cache")
    size = per_version(figures, "page_cache_bytes", bytes_text)
    said = f"the bitmap of a page cache has {pages} bits: {size} of address space at most"
    return holds_in_part(said) if "," in pages else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C050",
        chapter="2.4",
        statement="Each P pre-allocates 64 KB (8 pages) in its page cache.",
        method=(
            "the type of pageCache.cache, one bit for each page, from debug information; "
            "pageCachePages in mpagecache.go"
        ),
        rule="holds when the bitmap has 8 bits in every version",
        truth=(
            "A page cache is an aligned chunk of 64 pages (512 KiB) of which the free ones are "
            "handed out, to requests of fewer than 16 pages (mpagecache.go). Nothing is "
            "allocated ahead: it is address space of the heap."
        ),
    ),
    measure,
    judge,
)
