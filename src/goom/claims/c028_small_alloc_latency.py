"""Small allocations became 31 % faster in Go 1.22."""

from __future__ import annotations

from functools import partial

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of, take_turns
from goom.claims.bench.reading import number

_ROUNDS = 9
_SAID = 290 / 420


def measure(bench: Bench) -> Figures:
    """Time per 24-byte allocation, 1.22 and the newest in turns with what came before."""
    key, newer, older = bench.pair("1.22", "1.21")
    runs = {go.version: partial(_nanoseconds, go) for go in (older, newer, bench.newest)}
    for run in runs.values():
        run()  # builds, and warms the page cache
    times = take_turns(runs, _ROUNDS)
    figures = {key: ratio_of(times[newer.version], times[older.version])}
    if bench.newest is not newer:
        newest = f"{bench.newest.version}/{newer.version}"
        figures[newest] = ratio_of(times[bench.newest.version], times[newer.version])
    return {
        pair: {
            "time_ratio": round(ratio.median, 3),
            "time_low_ratio": round(ratio.low, 3),
            "time_high_ratio": round(ratio.high, 3),
        }
        for pair, ratio in figures.items()
    }


def _nanoseconds(go: Go) -> float:
    return float(go.run_again("alloctime", "24", "noscan").figures()["median_ns"])


def judge(figures: Figures) -> Judgement:
    """A ratio of 0.69 was promised: up to 0.80 counts as that, up to 0.92 as some of it."""
    row = next(iter(figures.values()))
    ratio = number(row, "time_ratio")
    spread = f"{number(row, 'time_low_ratio'):.2f} to {number(row, 'time_high_ratio'):.2f}"
    said = f"a 24-byte allocation takes {ratio:.2f} times as long in 1.22 as in 1.21 ({spread})"
    if ratio <= (_SAID + 0.91) / 2:
        return holds(said)
    return holds_in_part(said) if number(row, "time_high_ratio") < 0.92 else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C028",
        chapter="2.1",
        statement="The P99 of small allocations falls from 420 to 290 ns in 1.22, by 31 %.",
        method=(
            "median time of batches of 256 allocations of 24 bytes on one P, versions in turns, "
            "nine rounds (a single one is shorter than reading the clock, so it has no P99)"
        ),
        rule=(
            "holds when the ratio 1.22 to 1.21 is at most 0.80; in part when its upper quartile "
            "is below 0.92"
        ),
        truth=(
            "Nothing in 1.22 makes small allocations that much cheaper. The real step is 1.27, "
            "whose compiler calls allocation functions made for one size (malloc_generated.go); "
            "the second row shows it."
        ),
    ),
    measure,
    judge,
    alone=True,
)
