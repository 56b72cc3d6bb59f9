"""SetGCPercent(10) is a remedy for a kill right at the start."""

from __future__ import annotations

from statistics import median

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, numbers, per_version
from goom.claims.bench.running import Ran, Setting

_CGROUP_BYTES = 120 * MIB
_LIMITED = Setting(memory_limit_bytes=_CGROUP_BYTES)
_BY_LIMIT = Setting(memory_limit_bytes=_CGROUP_BYTES, environment=(("GOMEMLIMIT", "108MiB"),))
_FITS_MIB, _TOO_LARGE_MIB = 72, 140
_WASTE = "4"
_STARTS = 3  # how far a heap overshoots while it grows fast depends on when workers get a CPU
_GOGC_100, _GOGC_10 = "starts_killed_with_gogc_100", "starts_killed_with_gogc_10"
_GOMEMLIMIT, _IN_SPITE = "starts_killed_with_gomemlimit", "live_data_killed_in_spite_of_it"


def measure(bench: Bench) -> Figures:
    """Two start-ups in a cgroup of 120 MiB: one whose live data fits, one whose does not."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    def starts(gogc: str, setting: Setting = _LIMITED) -> list[Ran]:
        program = ("pacing", "startup", str(_FITS_MIB), gogc, _WASTE)
        return [go.run_again(*program, setting=setting) for _ in range(_STARTS)]

    plain, low, limited = starts("100"), starts("10"), starts("100", _BY_LIMIT)
    large = go.run("pacing", "startup", str(_TOO_LARGE_MIB), "10", _WASTE, setting=_LIMITED)
    return {
        _GOGC_100: _killed(plain),
        _GOGC_10: _killed(low),
        _GOMEMLIMIT: _killed(limited),
        "starts_each": _STARTS,
        _IN_SPITE: large.killed,
        "collections_with_gogc_10": _cycles(low),
        "collections_with_gomemlimit": _cycles(limited),
    }


def _killed(starts: list[Ran]) -> int:
    return sum(ran.killed for ran in starts)


def _cycles(starts: list[Ran]) -> float | None:
    survived = [float(ran.figures()["cycles"]) for ran in starts if not ran.killed]
    return median(survived) if survived else None


def judge(figures: Figures) -> Judgement:
    """A remedy saves; one that saves only where garbage was the trouble is one in part."""
    tried = int(sum(numbers(figures, "starts_each").values()))
    plain, low, limited = (
        f"{sum(numbers(figures, name).values()):.0f}" for name in (_GOGC_100, _GOGC_10, _GOMEMLIMIT)
    )
    in_spite = sum(bool(row[_IN_SPITE]) for row in figures.values())
    said = (
        f"of {tried} starts with {_FITS_MIB} MiB live in 120 MiB {plain} were killed at GOGC=100,"
        f" {low} at 10 and {limited} under GOMEMLIMIT=108MiB, with"
        f" {per_version(figures, 'collections_with_gogc_10')} and"
        f" {per_version(figures, 'collections_with_gomemlimit')} collections; {_TOO_LARGE_MIB} MiB"
        f" live were killed at 10 in {in_spite} of {len(figures)} versions"
    )
    if none(figures, lambda row: number(row, _GOGC_10) < number(row, _GOGC_100)):
        return does_not_hold(said)
    always = every(
        figures,
        lambda row: number(row, _GOGC_10) == 0 < number(row, _GOGC_100) and not row[_IN_SPITE],
    )
    return holds(said) if always else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C113",
        chapter="1",
        statement="debug.SetGCPercent(10) is what to do at once against a kill right at the start.",
        method=(
            "start-ups of 72 and of 140 MiB live, with four times the garbage, in a real memory"
            " cgroup of 120 MiB: GOGC 100, SetGCPercent(10), and GOMEMLIMIT=108MiB"
        ),
        rule=(
            "three starts each: holds when some are killed with GOGC=100, none with 10, and the"
            " large one is not either, in every version; does not hold when 10 saves no start in"
            " any; otherwise in part"
        ),
        truth=(
            "It saves a start whose garbage was the trouble, at the price of many more collections,"
            " and for ever after. Where the live data does not fit it saves nothing."
        ),
        instead=(
            "GOMEMLIMIT below the limit saves such a start with fewer collections, and costs none"
            " while memory is free. It is soft: leave more than a tenth where a start allocates"
            " much faster than it is marked."
        ),
    ),
    measure,
    judge,
)
