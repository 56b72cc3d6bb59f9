"""SetGCPercent(10) is a remedy for a kill right at the start."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, per_version
from goom.claims.bench.running import Ran, Setting

_CGROUP_BYTES = 120 * MIB
_LIMITED = Setting(memory_limit_bytes=_CGROUP_BYTES)
_BY_LIMIT = Setting(memory_limit_bytes=_CGROUP_BYTES, environment=(("GOMEMLIMIT", "108MiB"),))
_FITS_MIB, _TOO_LARGE_MIB = 72, 140
_WASTE = "4"
_SAVED, _IN_SPITE = "garbage_saved_by_gogc_10", "live_data_killed_in_spite_of_it"


def measure(bench: Bench) -> Figures:
    """Two start-ups in a cgroup of 120 MiB: one whose live data fits, one whose does not."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    def start(size: int, gogc: str, setting: Setting = _LIMITED) -> Ran:
        return go.run("pacing", "startup", str(size), gogc, _WASTE, setting=setting)

    plain, low, limited = (
        start(_FITS_MIB, "100"),
        start(_FITS_MIB, "10"),
        start(_FITS_MIB, "100", _BY_LIMIT),
    )
    return {
        _SAVED: plain.killed and low.status == 0,
        _IN_SPITE: start(_TOO_LARGE_MIB, "10").killed,
        "collections_with_gogc_10": _cycles(low),
        "collections_with_gomemlimit": _cycles(limited),
        "saved_by_gomemlimit": limited.status == 0,
    }


def _cycles(ran: Ran) -> int | None:
    return None if ran.status else int(ran.figures()["cycles"])


def judge(figures: Figures) -> Judgement:
    """A remedy saves; one that saves only where garbage was the trouble is one in part."""
    saved, in_spite = (
        sum(bool(row[name]) for row in figures.values()) for name in (_SAVED, _IN_SPITE)
    )
    said = (
        f"in 120 MiB it saved 72 MiB live with garbage in {saved} of {len(figures)} versions, with"
        f" {per_version(figures, 'collections_with_gogc_10')} collections against"
        f" {per_version(figures, 'collections_with_gomemlimit')} under GOMEMLIMIT; 140 MiB live"
        f" were killed in spite of it in {in_spite}"
    )
    if none(figures, lambda row: bool(row[_SAVED])):
        return does_not_hold(said)
    always = every(figures, lambda row: bool(row[_SAVED] and not row[_IN_SPITE]))
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
            "holds when it saves what GOGC=100 loses and nothing is killed in spite of it; does not"
            " hold when it saves nothing; otherwise in part"
        ),
        truth=(
            "It saves a start whose garbage was the trouble, at the price of many more collections,"
            " and for ever after. Where the live data does not fit it saves nothing."
        ),
        instead=(
            "GOMEMLIMIT at 90 % of the limit saves the same start with fewer collections, and costs"
            " none while memory is free."
        ),
    ),
    measure,
    judge,
)
