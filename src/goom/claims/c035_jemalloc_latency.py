"""The tiny allocator takes 18.7 ns for 16 bytes and 16.2 ns for 96, jemalloc 42 and 40."""

from __future__ import annotations

from functools import partial

from goom.case.claim import Figures, Judgement, Statement, cannot_measure
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of, take_turns
from goom.claims.bench.reading import per_version

_ROUNDS = 5


def measure(bench: Bench) -> Figures:
    """What can be measured: whether 96 bytes cost less than 16 in the same program."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    runs = {size: partial(_nanoseconds, go, size) for size in ("16", "96")}
    times = take_turns(runs, _ROUNDS)
    ratio = ratio_of(times["96"], times["16"])
    return {
        "time_of_96_to_16_bytes_ratio": round(ratio.median, 2),
        "time_of_96_to_16_bytes_low_ratio": round(ratio.low, 2),
        "time_of_96_to_16_bytes_high_ratio": round(ratio.high, 2),
    }


def _nanoseconds(go: Go, size: str) -> float:
    return float(go.run_again("alloctime", size, "noscan").figures()["median_ns"])


def judge(figures: Figures) -> Judgement:
    """No figure here can speak for a machine, a load and a jemalloc that are not named."""
    ratios = per_version(figures, "time_of_96_to_16_bytes_ratio", "{:.2f}")
    return cannot_measure(
        "the article names neither machine, load nor settings, and 96 bytes never pass through the"
        f" tiny allocator; here 96 bytes take {ratios} times as long as 16, not 0.87 times"
    )


CLAIM = Claim(
    Statement(
        id="C035",
        chapter="2.2",
        statement=(
            "Latency: jemalloc 42.3 ns (16 B) and 39.8 ns (96 B), tiny allocator 18.7 and 16.2 ns."
        ),
        method=(
            "time of 96-byte against 16-byte allocations in turns, as the one part of the table "
            "that has a counterpart here"
        ),
        rule=(
            "cannot be measured: absolute figures of an unnamed machine, and a comparison with "
            "an unnamed jemalloc"
        ),
        truth=(
            "16 and 96 bytes are size classes 2 and 8 of the ordinary small allocator; only "
            "objects under 16 bytes are tiny (malloc.go)."
        ),
    ),
    measure,
    judge,
    alone=True,
)
