"""heap_live rising by over 500 MB in 100 ms is the mark of a kill after a burst."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB, bytes_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, numbers
from goom.claims.bench.running import Setting

_SIGN_BYTES = 500 * MIB
_STEP_MIB = 24
_CGROUP = Setting(memory_limit_bytes=128 * MIB)


def measure(bench: Bench) -> Figures:
    """A rise of 24 MiB each 100 ms, and 600 MiB at once that are not written to, in 128 MiB."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    slow = go.run("pacing", "rise", "400", str(_STEP_MIB), setting=_CGROUP)
    sudden = go.run("pacing", "untouched", "600", setting=_CGROUP)
    return {
        "slow_rise_in_100_ms_bytes": _STEP_MIB * MIB,
        "slow_rise_killed": slow.killed,
        "sudden_rise_bytes": None if sudden.killed else int(sudden.figures()["rise_bytes"]),
        "sudden_rise_survives": not sudden.killed,
    }


def judge(figures: Figures) -> Judgement:
    """A mark is there when there is a kill, and only then."""
    sudden = min(numbers(figures, "sudden_rise_bytes").values(), default=0)
    said = (
        f"in 128 MiB, {_STEP_MIB} MiB each 100 ms ended in"
        f" {sum(bool(row['slow_rise_killed']) for row in figures.values())} kills of"
        f" {len(figures)}; {bytes_text(sudden)} at once, not written to, in"
        f" {sum(not row['sudden_rise_survives'] for row in figures.values())}"
    )
    if none(figures, lambda row: _killed_without(row) or _survived_with(row)):
        return holds(said)
    both = every(figures, lambda row: _killed_without(row) and _survived_with(row))
    return does_not_hold(said) if both else holds_in_part(said)


def _killed_without(row: Row) -> bool:
    return bool(row["slow_rise_killed"]) and number(row, "slow_rise_in_100_ms_bytes") < _SIGN_BYTES


def _survived_with(row: Row) -> bool:
    return bool(row["sudden_rise_survives"]) and number(row, "sudden_rise_bytes") > _SIGN_BYTES


CLAIM = Claim(
    Statement(
        id="C016",
        chapter="1",
        statement=(
            "The mark of a kill after a burst of traffic is heap_live rising by over 500 MB in"
            " 100 ms."
        ),
        method=(
            "in a real memory cgroup of 128 MiB: a live set that grows by 24 MiB each 100 ms, and"
            " 600 MiB allocated at once and never written to"
        ),
        rule=(
            "holds when neither a kill comes without the mark nor the mark without a kill; does not"
            " hold when every version shows both; otherwise in part"
        ),
        truth=(
            "No mechanism of the runtime knows such a threshold. The kernel kills at the limit for"
            " pages that were written to, however slowly; heap_live counts objects that may have"
            " none behind them."
        ),
        instead="Compare the container's usage with its limit, and the rise with what is left.",
    ),
    measure,
    judge,
)
