"""Go 1.22 shrinks mspan with a sparse bitmap for allocBits."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import number, text


def measure(bench: Bench) -> Figures:
    """Mspan of both versions: its size, and what its bitmaps are."""
    _, newer, older = bench.pair("1.22", "1.21")
    return {go.version: _measure(go) for go in (older, newer)}


def _measure(go: Go) -> Row:
    mspan = layout(go, "runtime.mspan")
    bits = re.search(r"^type gcBits .*?^}", go.source.text("runtime/mheap.go"), re.M | re.S)
    allocated = go.source.function("runtime/mheap.go", "newAllocBits")
    return {
        "mspan_bytes": mspan.size_bytes,
        "type_of_alloc_bits": mspan.fields.get("allocBits", ""),
        "gc_bits": " ".join(bits[0].split()) if bits else "none",
        "body_of_new_alloc_bits": " ".join(allocated.split()),
    }


def judge(figures: Figures) -> Judgement:
    """Another form of bitmap in 1.22: holds. The same form and a smaller mspan: it is not that."""
    older, newer = figures.values()
    names = ("type_of_alloc_bits", "gc_bits", "body_of_new_alloc_bits")
    changed = [name for name in names if text(older, name) != text(newer, name)]
    sizes = f"{number(older, 'mspan_bytes'):.0f} to {number(newer, 'mspan_bytes'):.0f} bytes"
    smaller = number(newer, "mspan_bytes") < number(older, "mspan_bytes")
    if changed and smaller:
        return holds(f"allocBits has another form and mspan went from {sizes}")
    if changed:
        return holds_in_part(f"allocBits has another form; mspan went from {sizes}")
    return does_not_hold(f"allocBits is the same dense bitmap in both; mspan went from {sizes}")


CLAIM = Claim(
    Statement(
        id="C025",
        chapter="2.1",
        statement=(
            "Go 1.22 compresses mspan: allocBits becomes a sparse bitmap, which spares cache lines."
        ),
        method=(
            "size and fields of mspan from debug information; type gcBits and newAllocBits in "
            "mheap.go"
        ),
        rule=(
            "holds when 1.22 keeps allocBits in another form than 1.21 and mspan is smaller; in "
            "part when only the form changed"
        ),
        truth=(
            "allocBits is one bit for each object, as before. What 1.22 changed is where heap "
            "bits live: at the end of spans of small objects with pointers, or in an 8-byte "
            "header (mbitmap_allocheaders.go); mspan lost 8 bytes because nelems and freeindex "
            "became 16 bits wide."
        ),
    ),
    measure,
    judge,
)
