"""A ticker that is not stopped can never be collected, and holds a goroutine."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version
from goom.claims.bench.running import Setting

_TICKERS = 20_000
_KEPT, _GOROUTINES = "kept_when_dropped_fraction", "goroutines_started"
# As in a module of Go 1.23 or later; older versions do not know the setting.
_NEW_CHANNELS = Setting(environment=(("GODEBUG", "asynctimerchan=0"),))


def measure(bench: Bench) -> Figures:
    """What is left of tickers that nothing refers to any more."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("unstopped", str(_TICKERS), setting=_NEW_CHANNELS).figures()
    return {
        _KEPT: max(0.0, found["objects_dropped"] / found["objects_held"]),
        "objects_per_ticker": round(found["objects_held"] / _TICKERS, 2),
        _GOROUTINES: found["goroutines_started"],
    }


def judge(figures: Figures) -> Judgement:
    """Two halves: it stays, and it has a goroutine."""
    said = (
        f"of {_TICKERS:,} tickers dropped without Stop"
        f" {per_version(figures, _KEPT, percent_text)} stayed in the heap;"
        f" they started {per_version(figures, _GOROUTINES)} goroutines"
    )
    stay = every(figures, _stays)
    if stay and every(figures, lambda row: number(row, _GOROUTINES) >= _TICKERS):
        return holds(said)
    gone = none(figures, _stays)
    return does_not_hold(said) if gone and none(figures, _runs) else holds_in_part(said)


def _stays(row: Row) -> bool:
    return number(row, _KEPT) > 0.5


def _runs(row: Row) -> bool:
    return number(row, _GOROUTINES) >= _TICKERS


CLAIM = Claim(
    Statement(
        id="C117",
        chapter="4.1",
        statement=(
            "A ticker that is not stopped cannot be collected: it holds a timer and a goroutine."
        ),
        method=(
            "20,000 tickers that are dropped without Stop: objects left after two collections"
            " (MemStats.HeapObjects), goroutines started"
        ),
        rule=(
            "holds when over half of them stay and each has a goroutine, in every version; does"
            " not hold when neither in any; otherwise in part"
        ),
        truth=(
            "Up to 1.22 the runtime's timers refer to it until Stop. Since 1.23 they do not unless"
            " somebody waits (time.go; up to 1.26 only in a module that says go 1.23 or later). No"
            " version starts a goroutine for it (time/tick.go)."
        ),
        instead="defer ticker.Stop() all the same: until it is collected it ticks.",
    ),
    measure,
    judge,
)
