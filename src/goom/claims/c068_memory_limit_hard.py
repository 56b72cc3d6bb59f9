"""GOMEMLIMIT is math.MaxUint64 by default, and a hard ceiling."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version
from goom.claims.bench.running import Setting

_MAX_UINT64 = (1 << 64) - 1
_LIMIT_BYTES = 60 << 20
_LIMITED = Setting(environment=(("GOMEMLIMIT", str(_LIMIT_BYTES)),))


def measure(bench: Bench) -> Figures:
    """The default, and what a program that needs 100 MiB uses under a limit of 60."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    limited = go.run("steady", "100", "100", setting=_LIMITED).figures()
    return {
        # text, since a JSON reader may round it
        "default_limit_bytes": str(go.run("goals", "20", "0").figures()["memory_limit_bytes"]),
        "limit_bytes": _LIMIT_BYTES,
        "used_bytes": limited["most_used_bytes"],
        "used_to_limit_ratio": round(limited["most_used_bytes"] / _LIMIT_BYTES, 2),
        "collections": limited["collections"],
    }


def judge(figures: Figures) -> Judgement:
    """Both: holds. One of them: in part."""
    default = every(figures, lambda row: row["default_limit_bytes"] == str(_MAX_UINT64))
    hard = every(figures, lambda row: number(row, "used_to_limit_ratio") <= 1.05)
    used = per_version(figures, "used_to_limit_ratio", "{:.2f}")
    if default and hard:
        return holds("the default is that, and no program gets past its limit")
    if default or hard:
        return holds_in_part("the default is so" if default else f"no program passed it: {used}")
    preset = next(iter(figures.values()))["default_limit_bytes"]
    return does_not_hold(
        f"the default is {preset} (MaxInt64), and a program that keeps 100 MiB runs to its end with"
        f" {used} times its limit of 60 MiB"
    )


CLAIM = Claim(
    Statement(
        id="C068",
        chapter="3.2",
        statement="GOMEMLIMIT defaults to math.MaxUint64 and is a hard ceiling on memory.",
        method="debug.SetMemoryLimit(-1); a program that keeps 100 MiB under GOMEMLIMIT=60MiB",
        rule=(
            "holds when the default is that and use stays within 1.05 of the limit; in part "
            "when one of these"
        ),
        truth=(
            "math.MaxInt64, and a soft limit: the collector runs more often to stay below it, "
            "gives up half of the CPU at most (the CPU limiter), and lets the program exceed it "
            "rather than stop it (mgclimit.go, mgcpacer.go)."
        ),
        instead=(
            "Set it to about 90 % of the container's limit and make sure that what survives "
            "fits well below; it cannot hold back a program that needs more, it only makes it "
            "slow first."
        ),
    ),
    measure,
    judge,
)
