"""Go 1.22 introduced a page cache that is filled ahead of need."""

from __future__ import annotations

from hashlib import sha256

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import number, text

_FILLS = r"= h\.pages\.allocToCache\("


def measure(bench: Bench) -> Figures:
    """The page cache of 1.21 and 1.22, and who fills it."""
    _, newer, older = bench.pair("1.22", "1.21")
    return {go.version: _measure(go) for go in (older, newer)}


def _measure(go: Go) -> Row:
    fills = go.source.find(_FILLS, "runtime", code_only=True)
    on_demand = go.source.function("runtime/mheap.go", "allocSpan").count("allocToCache(")
    return {
        "page_cache_of_p": layout(go, "runtime.p").fields.get("pcache", ""),
        "places_that_fill": len(fills),
        "places_in_alloc_span": on_demand,
        "text_of_mpagecache_hash": sha256(
            go.source.text("runtime/mpagecache.go").encode()
        ).hexdigest()[:12],
    }


def judge(figures: Figures) -> Judgement:
    """New when 1.21 has none; ahead of need when something else than allocSpan fills it."""
    older, newer = figures.values()
    new = not older["page_cache_of_p"] and bool(newer["page_cache_of_p"])
    ahead = number(newer, "places_that_fill") > number(newer, "places_in_alloc_span")
    if new and ahead:
        return holds("1.21 has no page cache, and 1.22 fills it before allocSpan asks")
    if new or ahead:
        return holds_in_part("it is new" if new else "something else than allocSpan fills it")
    same = text(older, "text_of_mpagecache_hash") == text(newer, "text_of_mpagecache_hash")
    return does_not_hold(
        f"mpagecache.go is {'the same' if same else 'nearly the same'} in both, and only allocSpan"
        " fills the cache, when it is empty"
    )


CLAIM = Claim(
    Statement(
        id="C049",
        chapter="2.4",
        statement="Go 1.22 introduces runtime.pageCache, filled before it is needed.",
        method="mpagecache.go and p.pcache of 1.21 and 1.22; every call of allocToCache",
        rule=(
            "holds when 1.21 has no page cache and 1.22 fills it outside of allocSpan; in part "
            "when one of these"
        ),
        truth=(
            "Each P has had a page cache since 1.14. allocSpan fills it when it is empty and "
            "fewer than 16 pages are wanted (mheap.go, mpagecache.go)."
        ),
    ),
    measure,
    judge,
)
