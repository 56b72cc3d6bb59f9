"""dst := buf[:min(len(data), len(buf))] keeps processLargePayload safe."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_PAYLOAD_BYTES = 100 << 10


def measure(bench: Bench) -> Figures:
    """A payload larger than the buffer, through the article's function."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    ran = go.run("payloads", "copied", str(_PAYLOAD_BYTES))
    found = {} if ran.status == 2 else ran.figures()  # 2: a panic
    return {
        "panics": ran.status == 2,
        "bytes_in": _PAYLOAD_BYTES,
        "bytes_out": found.get("bytes_out", 0),
        "allocations_a_round_by_value": found.get("allocations_by_value"),
        "allocations_a_round_by_pointer": found.get("allocations_by_pointer"),
    }


def judge(figures: Figures) -> Judgement:
    """Safe is: no panic, and all of it comes out."""
    if not every(figures, lambda row: not row["panics"]):
        return does_not_hold("it panics")
    if every(figures, lambda row: row["bytes_out"] == row["bytes_in"]):
        return holds("the payload comes out whole")
    out = per_version(figures, "bytes_out", "{:,.0f}")
    put = max(number(row, "allocations_a_round_by_value") for row in figures.values())
    return holds_in_part(
        f"it does not panic: of {_PAYLOAD_BYTES:,} bytes {out} come out and the rest is lost"
        f" without a word; and putting the slice back allocates {put:g} object each time"
    )


CLAIM = Claim(
    Statement(
        id="C120",
        chapter="4.3",
        statement="dst := buf[:min(len(data), len(buf))] prevents overflow and keeps memory safe.",
        method=(
            "the article's processLargePayload with a pool that works, given 102,400 bytes for a"
            " buffer of 65,536; allocations a round, against a pool of pointers"
        ),
        rule=(
            "holds when it does not panic and all bytes come out; in part when only one of these;"
            " does not hold when it panics"
        ),
        truth=(
            "A slice expression is checked anyway: nothing unsafe can come of it. min turns the"
            " panic into a payload cut short. Put of a slice value boxes its header, an object of"
            " 24 bytes."
        ),
        instead=(
            "Work through the payload in pieces of the buffer's length, or allocate when it is"
            " larger; keep *[]byte in the pool."
        ),
    ),
    measure,
    judge,
)
