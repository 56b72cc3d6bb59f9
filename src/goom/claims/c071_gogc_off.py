"""SetGCPercent(-1) hands control to the soft goal."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, numbers
from goom.claims.bench.running import Setting

_OFF = (("GOGC", "off"),)
_LIMITED = (*_OFF, ("GOMEMLIMIT", "120MiB"))


def measure(bench: Bench) -> Figures:
    """Collections in 600 MiB of allocation, GOGC off, without a memory limit and with one."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    free = go.run("steady", "40", "600", setting=Setting(environment=_OFF)).figures()
    limited = go.run("steady", "40", "600", setting=Setting(environment=_LIMITED)).figures()
    return {
        "collections_without_limit": free["collections"],
        "used_without_limit_bytes": free["most_used_bytes"],
        "collections_with_limit": limited["collections"],
        "used_with_limit_bytes": limited["most_used_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """Something else takes over in any case: holds. Only a memory limit: in part."""
    free = every(figures, lambda row: number(row, "collections_without_limit") > 0)
    limited = every(figures, lambda row: number(row, "collections_with_limit") > 0)
    used = bytes_text(min(numbers(figures, "used_without_limit_bytes").values()))
    if free and limited:
        return holds("the heap is collected although GOGC is off")
    if limited:
        return holds_in_part(
            f"only with a memory limit; without one nothing was ever collected, and {used} or more"
            " was used"
        )
    return does_not_hold("nothing is collected")


CLAIM = Claim(
    Statement(
        id="C071",
        chapter="3.2",
        statement="debug.SetGCPercent(-1) leaves pacing to the soft goal, good for bursts.",
        method=(
            "a program that keeps 40 MiB and replaces 600 MiB with GOGC=off, without a memory "
            "limit and with 120 MiB"
        ),
        rule="holds when it collects in both; in part when only with a limit",
        truth=(
            "GOGC=off removes the goal of GOGC and the collection that is forced every two "
            "minutes (mgc.go, gcTrigger.test). With a memory limit that alone decides; without "
            "one the heap only grows."
        ),
        instead=(
            "Use GOGC=off only together with GOMEMLIMIT, and only where nothing else shares the "
            "memory; otherwise keep GOGC and add the limit."
        ),
    ),
    measure,
    judge,
)
