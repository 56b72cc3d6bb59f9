"""mcache.tiny caches 512 bytes."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, per_version

_COUNT = 100_000


def measure(bench: Bench) -> Figures:
    """How many one-byte objects share a block, and the constant."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("objects", str(_COUNT), "1", "noscan").figures()
    size = go.source.constant("_TinySize", "runtime/malloc.go")
    moved = size.startswith("gc.")  # to internal/runtime/gc
    return {
        "one_byte_objects_per_block": round(_COUNT / (found["mallocs"] - found["tiny_allocs"]), 1),
        "constant": go.source.constant("maxTinySize", "runtime/malloc.go"),
        "tiny_size": go.source.constant("TinySize", "internal/runtime/gc") if moved else size,
    }


def judge(figures: Figures) -> Judgement:
    """512 one-byte objects in a block: holds."""
    name = "one_byte_objects_per_block"
    said = f"a block takes {per_version(figures, name)} objects of one byte"
    if every(figures, lambda row: round(float(row[name] or 0)) == 512):
        return holds(said)
    if every(figures, lambda row: 14 < float(row[name] or 0) < 18):
        return does_not_hold(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C086",
        chapter="4.2",
        statement="runtime.mcache.tiny caches only 512 bytes.",
        method=(
            "objects of one byte per 16-byte block (MemStats.Mallocs less tiny allocs); the "
            "constant in malloc.go"
        ),
        rule="holds when 512 fit one block; does not hold when about 16 do",
        truth="mcache.tiny points into one block of 16 bytes, maxTinySize (malloc.go).",
    ),
    measure,
    judge,
)
