"""Much mark assist means that allocation outruns marking; goroutines are made to help."""

from __future__ import annotations

from goom.case.claim import (
    Figures,
    Judgement,
    Statement,
    cannot_measure,
    does_not_hold,
    holds,
    holds_in_part,
)
from goom.case.units import seconds_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_LIVE_MIB = "20"
_SLOW_MIB_PER_SECOND = "60"
_SECONDS = "3"


def measure(bench: Bench) -> Figures:
    """The CPU time of assists in three seconds, at full speed and at a small part of it."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    fast = go.run("assisting", _LIVE_MIB, _SECONDS, "0").figures()
    slow = go.run("assisting", _LIVE_MIB, _SECONDS, _SLOW_MIB_PER_SECOND).figures()
    return {
        "assist_at_full_speed_seconds": round(fast["assist_seconds"], 4),
        "assist_at_60_mib_per_second_seconds": round(slow["assist_seconds"], 4),
        "collections_at_60_mib_per_second": int(slow["collections"]),
        "full_speed_mib_per_second": round(fast["replaced_bytes"] / float(_SECONDS) / (1 << 20)),
    }


def judge(figures: Figures) -> Judgement:
    """Assists at full speed, next to none at a trickle."""
    fast, slow = "assist_at_full_speed_seconds", "assist_at_60_mib_per_second_seconds"
    shares = (
        f"at full speed {per_version(figures, fast, seconds_text)} of assists, at 60 MiB/s"
        f" {per_version(figures, slow, seconds_text)}"
    )
    if not every(figures, lambda row: number(row, "collections_at_60_mib_per_second") > 0):
        return cannot_measure("the slow program was not collected in that time")
    if every(figures, lambda row: number(row, fast) > 5 * number(row, slow)):
        return holds(shares)
    if every(figures, lambda row: number(row, fast) > number(row, slow)):
        return holds_in_part(shares)
    return does_not_hold(shares)


CLAIM = Claim(
    Statement(
        id="C074",
        chapter="3.3",
        statement=(
            "High mark assist time means that allocation outruns marking, and mutators have to "
            "help."
        ),
        method="CPU time of assists (/cpu/classes/gc/mark/assist)"
        " in three seconds of one program, at full speed and held to 60 MiB/s",
        rule="holds when it is five times as much at full speed in every version; in part if more",
        truth=(
            "A goroutine that allocates while marking is on pays for its bytes in scan work, at "
            "the ratio that revise() sets; debt is paid before it may go on (mgcmark.go, "
            "gcAssistAlloc)."
        ),
    ),
    measure,
    judge,
    alone=True,
)
