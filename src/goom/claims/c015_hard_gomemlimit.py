"""GOMEMLIMIT=2GiB is a hard limit, to be used instead of GOGC alone."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version
from goom.claims.bench.running import Setting

_SOFT_MIB = 60
_SOFT = Setting(environment=(("GOMEMLIMIT", f"{_SOFT_MIB}MiB"),))
_CGROUP_BYTES = 144 * MIB
_LIMIT = (("GOMEMLIMIT", "128MiB"),)
_LIMITED = Setting(environment=_LIMIT, memory_limit_bytes=_CGROUP_BYTES)
_GARBAGE = ("pacing", "steady", "80", "400", "1", "4")  # fits, when it is collected in time
_LIVE = ("pacing", "steady", "170", "10", "1")  # does not fit
_OVER = "used_over_gomemlimit_ratio"


def measure(bench: Bench) -> Figures:
    """What a limit of 60 MiB does to 100 MiB live; who survives in a real memory cgroup."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    over = go.run("pacing", "steady", "100", "100", "1", setting=_SOFT)
    return {
        _OVER: over.figures()["most_under_limit_bytes"] / (_SOFT_MIB * MIB),
        "garbage_survives_with_it": not go.run(*_GARBAGE, setting=_LIMITED).killed,
        "garbage_killed_without_it": go.run(
            *_GARBAGE, setting=Setting(memory_limit_bytes=_CGROUP_BYTES)
        ).killed,
        "live_data_killed_in_spite_of_it": go.run(*_LIVE, setting=_LIMITED).killed,
        "status_with_2_gib": _status(go, "2GiB"),
        "status_with_2_gb": _status(go, "2GB"),
    }


def _status(go: Go, limit: str) -> int:
    setting = Setting(environment=(("GOMEMLIMIT", limit),))
    return go.run("pacing", "steady", "1", "1", "1", setting=setting).status


def judge(figures: Figures) -> Judgement:
    """Two halves: it is hard, and it helps."""
    hard = every(figures, lambda row: number(row, _OVER) <= 1 and not _killed(row))
    helps = every(figures, _helps)
    said = (
        f"with 100 MiB live, use came to {per_version(figures, _OVER, '{:.1f}')} times"
        f" GOMEMLIMIT=60MiB; in a cgroup of 144 MiB, GOMEMLIMIT=128MiB"
        f" {'saved' if helps else 'did not save'} 80 MiB live with garbage, and 170 MiB live"
        f" {'were' if every(figures, _killed) else 'were not always'} killed in spite of it"
    )
    if hard and helps:
        return holds(said)
    return does_not_hold(said) if not hard and none(figures, _helps) else holds_in_part(said)


def _helps(row: Row) -> bool:
    return bool(row["garbage_survives_with_it"] and row["garbage_killed_without_it"])


def _killed(row: Row) -> bool:
    return bool(row["live_data_killed_in_spite_of_it"])


CLAIM = Claim(
    Statement(
        id="C015",
        chapter="1",
        statement=(
            "After a burst of traffic, set GOMEMLIMIT=2GiB, a hard limit, instead of relying on"
            " GOGC alone."
        ),
        method=(
            "100 MiB live under GOMEMLIMIT=60MiB; 80 MiB live with garbage, and 170 MiB live, in a"
            " real memory cgroup of 144 MiB with GOMEMLIMIT=128MiB; the spelling 2GB"
        ),
        rule=(
            "hard: never exceeded, and no kill under it; helps: what is killed by GOGC=100 survives"
            " with it; holds with both, in part with one, does not hold with neither"
        ),
        truth=(
            "The limit is soft: what is live may pass it (mgcpacer.go, memoryLimitHeapGoal, never"
            " sets a goal below the marked heap), and it counts neither C memory nor the binary. It"
            " is good advice where garbage is the trouble. `2GB` makes the program die at its"
            " start: malformed GOMEMLIMIT (readGOMEMLIMIT)."
        ),
        instead=(
            "Set it to 90 % of the container's limit, and keep the limit of the container as the"
            " hard one; make live data fit, or the collector spins and the kernel kills anyway."
        ),
    ),
    measure,
    judge,
)
