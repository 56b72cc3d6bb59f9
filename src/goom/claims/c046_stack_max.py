"""A stack may have at most 1 GB on 64-bit systems."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds
from goom.claims.bench.bench import Bench, CannotMeasureError, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_SAID_BYTES = 1_000_000_000
_TRIED_BYTES = 100_000_000


def measure(bench: Bench) -> Figures:
    """The limit that Go sets itself, and the largest stack below a limit that is set by hand."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    told = go.run("stackwatch", "limit").figures()
    if told["word_bytes"] != 8:
        raise CannotMeasureError("this is no 64-bit system")
    ended = go.run("stackwatch", "overflow", str(_TRIED_BYTES)).stderr
    found = re.search(r"stack=\[0x(\w+), 0x(\w+)\]", ended)
    return {
        "limit_bytes": told["limit_bytes"],
        "largest_stack_below_100_mb_bytes": (
            int(found[2], 16) - int(found[1], 16) if found else None
        ),
    }


def judge(figures: Figures) -> Judgement:
    """The limit is a GB, counted in tens or in twos."""
    if every(figures, lambda row: number(row, "limit_bytes") in (_SAID_BYTES, 1 << 30)):
        largest = per_version(figures, "largest_stack_below_100_mb_bytes", "{:,.0f}")
        return holds(
            "the limit is 1,000,000,000 bytes; no stack comes that far, since sizes are powers of "
            f"two (below a limit of 100,000,000 the largest has {largest})"
        )
    return does_not_hold(f"the limit is {per_version(figures, 'limit_bytes', '{:,.0f}')} bytes")


CLAIM = Claim(
    Statement(
        id="C046",
        chapter="2.3",
        statement="The largest stack, stackMax, is 1 GB on 64-bit systems.",
        method=(
            "what debug.SetMaxStack says was set; a recursion without end below a limit of 100 MB"
        ),
        rule="holds when the limit is 1,000,000,000 bytes or 1 GiB",
        truth=(
            "maxstacksize is 1,000,000,000 on 64-bit systems, 250,000,000 on 32-bit ones (proc.go, "
            "main). Sizes double, so the largest stack is 512 MiB; with those before it, recursion "
            "without end writes 1 GiB before Go reports a stack overflow. In a container with less "
            "the kernel kills it first."
        ),
    ),
    measure,
    judge,
)
