"""A kill right at the start comes from many global structures that are filled in initialisation."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none
from goom.claims.bench.running import Setting

_CGROUP_BYTES = 64 * MIB
_FILLED = Setting(memory_limit_bytes=_CGROUP_BYTES, environment=(("FILL_MIB", "90"),))
_EMPTY = Setting(memory_limit_bytes=_CGROUP_BYTES)
_KILLED = "killed_when_globals_are_filled"
_SURVIVES = "survives_with_256_mib_of_empty_globals"
_OTHER = "killed_by_start_without_globals"


def measure(bench: Bench) -> Figures:
    """In 64 MiB: globals that init fills, globals that stay empty, and a start without any."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    filled = go.run("globals", setting=_FILLED)
    empty = go.run("globals", setting=_EMPTY)
    other = go.run(
        "pacing", "startup", "44", "100", "4", setting=_EMPTY
    )  # it fits, its garbage not
    return {
        _KILLED: filled.killed and not filled.stdout,
        _SURVIVES: not empty.killed,
        _OTHER: other.killed,
    }


def judge(figures: Figures) -> Judgement:
    """It is the cause when filled globals kill and a start without any is not killed."""
    filled = every(figures, lambda row: bool(row[_KILLED]))
    said = (
        f"90 MiB filled before main {'were killed' if filled else 'were not always killed'} in 64"
        f" MiB; 256 MiB of globals that stay empty survived in"
        f" {sum(bool(row[_SURVIVES]) for row in figures.values())} of {len(figures)} versions; 44"
        f" MiB built by main, no global filled, were killed in"
        f" {sum(bool(row[_OTHER]) for row in figures.values())}"
    )
    if not filled:
        return does_not_hold(said)
    alone = none(figures, lambda row: bool(row[_OTHER]))
    return holds(said) if alone else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C111",
        chapter="1",
        statement=(
            "A container killed right at the start has allocated many global structures during"
            " initialisation."
        ),
        method=(
            "in a real memory cgroup of 64 MiB: 90 MiB that a package-level variable fills, 256 MiB"
            " of globals that nothing writes to, and 44 MiB that main builds with garbage"
        ),
        rule=(
            "does not hold when filled globals are not killed; holds when they are and"
            " a start without globals is in no version; otherwise in part"
        ),
        truth=(
            "Initialisation is one cause of several. What counts is what is written to, by whom"
            " does not matter; and at GOGC=100 the garbage of a start doubles what it needs."
            " Untouched globals are address space in bss and cost nothing."
        ),
        instead="Take a heap profile at the end of the start: it names what was filled.",
    ),
    measure,
    judge,
)
