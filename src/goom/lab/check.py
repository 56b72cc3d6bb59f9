"""Holds a finished case against what the program's ``expect.json`` says must be found."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from goom.case.evidence import Evidence
from goom.case.ledger import Ledger
from goom.case.model import Case
from goom.lab.program import SICK, Program

BLAME_LOOKED_AT = 3
LARGEST_REMAINDER_FRACTION = 0.03
_BRINK_FRACTION, _BLIND_BRINK_FRACTION = 0.9, 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one experiment. ``blame_rank`` counts from 1, 0 when nobody guilty is blamed.

    ``brink_heap`` and ``brink_goroutine`` count profiles taken at the brink of the limit.
    ``skipped`` says why it was not run at all.
    """

    program: str
    variant: str
    go_version: str
    expected: str
    found: str = ""
    scenario: str = ""
    confidence: float = nan
    blame_rank: int = 0
    oom_kill_count: int = 0
    brink_heap: int = 0
    brink_goroutine: int = 0
    remainder_fraction: float = nan
    failures: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """Whether all was as it must be."""
        return not self.failures and not self.skipped


def examine(
    program: Program, variant: str, go_version: str, case: Case, *, blind: bool = False
) -> Outcome:
    """Compare cause, blame, death, the evidence at the brink, and the ledger.

    The brink is the last tenth before the limit, and for X-ray alone the last 3 %.
    """
    verdict, ending = case.verdict, case.subject.ending
    kills = ending.oom_kill_count if ending else 0
    brink = _BLIND_BRINK_FRACTION if blind else _BRINK_FRACTION
    heap, goroutine = _at_the_brink(case.evidence, brink)
    rank = _rank(case, program.runs[variant].guilty)
    expected = program.expected_cause(variant)
    sick = variant == SICK
    must_die = program.runs[variant].must_die
    wrong = {
        f"found {verdict.cause}, not {expected}": verdict.cause != expected,
        f"scenario {verdict.scenario}, not {' or '.join(program.scenarios)}": sick
        and verdict.scenario not in program.scenarios,
        "no guilty function among the first three of blame": sick
        and not 0 < rank <= BLAME_LOOKED_AT,
        f"oom_kill count {kills}, not {int(must_die)}": kills != int(must_die),
        "no heap profile at the brink": must_die and not heap,
        "no goroutine profile at the brink": must_die and not goroutine,
        "the ledger does not add up": not _adds_up(case.ledger),
        "the ledger leaves over 3 % unexplained": _remainder(case.ledger)
        > LARGEST_REMAINDER_FRACTION,
    }
    return Outcome(
        program=program.name,
        variant=variant,
        go_version=go_version,
        expected=expected,
        found=verdict.cause,
        scenario=verdict.scenario,
        confidence=verdict.confidence,
        blame_rank=rank,
        oom_kill_count=kills,
        brink_heap=heap,
        brink_goroutine=goroutine,
        remainder_fraction=_remainder(case.ledger),
        failures=tuple(text for text, is_so in wrong.items() if is_so),
    )


def _rank(case: Case, guilty: tuple[str, ...]) -> int:
    blamed = [one.function for one in case.verdict.blame]
    return next((rank for rank, name in enumerate(blamed, 1) if name in guilty), 0)


def _adds_up(ledger: Ledger | None) -> bool:
    return ledger is None or sum(line.bytes for line in ledger.lines) == ledger.charge_bytes


def _remainder(ledger: Ledger | None) -> float:
    if ledger is None or not ledger.charge_bytes:
        return nan
    return abs(ledger.bytes_of("unexplained")) / ledger.charge_bytes


def _at_the_brink(evidence: Evidence, brink: float) -> tuple[int, int]:
    """Heap and goroutine profiles that were taken above this share of the limit."""
    series = evidence.cgroup
    usage = None if series is None else series.get("usage_bytes")
    limit = evidence.subject.memory_limit_bytes
    if series is None or usage is None or not limit:
        return 0, 0
    known = ~np.isnan(usage)
    times, used = series.time_seconds[known], usage[known]

    def above(taken_at_seconds: float) -> bool:
        if isnan(taken_at_seconds) or not len(times):
            return False
        return bool(np.interp(taken_at_seconds, times, used) >= brink * limit)

    heaps = [each.taken_at_seconds for each in evidence.profiles.of("heap", "allocs")]
    goroutines = [each.taken_at_seconds for each in evidence.profiles.of("goroutine")]
    goroutines += [each.taken_at_seconds for each in evidence.goroutine_dumps.all]
    return sum(map(above, heaps)), sum(map(above, goroutines))
