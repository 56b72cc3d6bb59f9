"""A kill is often a mismatch of allocation and pacing, and not plain lack of memory."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, per_version
from goom.claims.bench.running import Setting

_LIVE_MIB, _CHURN_MIB = 80, 400
_REST_MS = 4  # after each MiB: a collector that has to wait for a CPU keeps up
_CGROUP_BYTES = 144 * MIB
_KILLED = Setting(memory_limit_bytes=_CGROUP_BYTES)
_HELD = Setting(memory_limit_bytes=_CGROUP_BYTES, environment=(("GOMEMLIMIT", "128MiB"),))
_CGROUP_FILES = r"memory\.(max|high|limit_in_bytes)"


def measure(bench: Bench) -> Figures:
    """The same work in the same memory cgroup, paced by GOGC alone and by GOMEMLIMIT."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    program = ("pacing", "steady", str(_LIVE_MIB), str(_CHURN_MIB), "1", str(_REST_MS))
    by_gogc, by_limit = (go.run(*program, setting=setting) for setting in (_KILLED, _HELD))
    return {
        "killed_with_gogc_100": by_gogc.killed,
        "survives_with_gomemlimit": not by_limit.killed,
        "peak_with_gomemlimit_bytes": by_limit.peak_bytes,
        "live_bytes": _LIVE_MIB * MIB,
        "cgroup_limit_bytes": _CGROUP_BYTES,
        "lines_that_read_the_limit": len(
            go.source.find(_CGROUP_FILES, "runtime", "internal/runtime", code_only=True)
        ),
    }


def judge(figures: Figures) -> Judgement:
    """The work fits: it is killed under one pacing and survives under another."""
    said = (
        f"{_LIVE_MIB} MiB live in a cgroup of {_CGROUP_BYTES // MIB} MiB: GOGC=100 was killed in"
        f" {_count(figures, 'killed_with_gogc_100')}, GOMEMLIMIT=128MiB survived in"
        f" {_count(figures, 'survives_with_gomemlimit')} of {len(figures)} versions; lines in the"
        f" runtime that read the limit: {per_version(figures, 'lines_that_read_the_limit')}"
    )
    if every(
        figures, lambda row: bool(row["killed_with_gogc_100"] and row["survives_with_gomemlimit"])
    ):
        return holds(said)
    if _count(figures, "killed_with_gogc_100") and _count(figures, "survives_with_gomemlimit"):
        return holds_in_part(said)
    return does_not_hold(said)


def _count(figures: Figures, name: str) -> int:
    return sum(bool(row[name]) for row in figures.values())


CLAIM = Claim(
    Statement(
        id="C004",
        chapter="1",
        statement=(
            "A container is often killed because allocation and GC pacing do not match,"
            " not because memory is plainly lacking."
        ),
        method=(
            "80 MiB live and 400 MiB of garbage, at up to 250 MiB/s, in a real memory cgroup of"
            " 144 MiB, with GOGC=100 and with GOMEMLIMIT=128MiB; does the runtime's source read a"
            " cgroup's memory limit?"
        ),
        rule=(
            "holds when every version is killed with GOGC=100 and survives with GOMEMLIMIT;"
            " in part when only some; otherwise does not hold"
        ),
        truth=(
            "The heap grows to marked × (1 + GOGC/100) whatever the container allows: no version"
            " reads the cgroup's memory limit (internal/runtime/cgroup of 1.25+ reads CPU alone)."
            " Where the live set itself does not fit, no pacing helps."
        ),
        instead="Set GOMEMLIMIT to about 90 % of the container's limit.",
    ),
    measure,
    judge,
)
