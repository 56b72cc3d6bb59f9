"""Objects of 32 KB and more are allocated from the heap directly."""

from __future__ import annotations

from collections.abc import Mapping

from goom.case.claim import (
    Figures,
    Judgement,
    Statement,
    Value,
    does_not_hold,
    holds,
    holds_in_part,
)
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import number

_SIZES = ("32759", "32760", "32761", "32767", "32768", "32769")
_EACH = 1000


def measure(bench: Bench) -> Figures:
    """How many of a thousand of each size the runtime counts outside of every size class."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("largeobjects", "counts", *_SIZES).figures()
    return {f"large_of_{size}_byte_objects": found[size] for size in _SIZES}


def judge(figures: Figures) -> Judgement:
    """From 32,768 bytes on, in every version: holds. Near there: in part."""
    first = {version: _first_large(row) for version, row in figures.items()}
    said = ", ".join(f"from {size:,} bytes in {version}" for version, size in first.items())
    if set(first.values()) == {32768}:
        return holds(said)
    return holds_in_part(said) if all(first.values()) else does_not_hold("not up to 32,769 bytes")


def _first_large(row: Mapping[str, Value]) -> int:
    """The smallest size of the list of which all were large; 0 for none."""
    sizes = (int(size) for size in _SIZES if number(row, f"large_of_{size}_byte_objects") >= _EACH)
    return min(sizes, default=0)


CLAIM = Claim(
    Statement(
        id="C091",
        chapter="4.3",
        statement="Objects of 32 KB and more are allocated directly from the heap.",
        method=(
            "the last bucket of /gc/heap/allocs-by-size:bytes over 1,000 objects of each of six "
            "sizes"
        ),
        rule=(
            "holds when 32,768 is the first large size in every version; in part when the "
            "border is near and moves"
        ),
        truth=(
            "Up to 1.21 larger than 32,768 bytes; since 1.22 larger than 32,760, also without "
            "pointers, because room for a header is set aside (malloc.go): a []byte of exactly "
            "32 KiB became a large object."
        ),
    ),
    measure,
    judge,
)
