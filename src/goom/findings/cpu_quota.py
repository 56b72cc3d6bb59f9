"""A CPU quota that stops the program in the middle of collections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil, isnan

from goom.case.subject import Subject
from goom.case.surroundings import CpuLevel, SurroundingsLooks
from goom.case.units import percent_text
from goom.case.verdict import Finding
from goom.rooms import finding

_OFTEN = 0.05  # of the periods


@finding
def cpu_throttled(subject: Subject, around: SurroundingsLooks) -> Iterator[Finding]:
    """Periods in which the quota ran out; worst when GOMAXPROCS is above the quota."""
    quota = around.all[-1].cpu_quota
    if quota is None:
        return
    share = _throttled(around.all[0].cpu_quota, quota)
    if not share >= _OFTEN:
        return
    procs = subject.gomaxprocs or 0
    above = ""
    if procs > ceil(quota.quota_cpus):
        above = (
            f" GOMAXPROCS is {procs}: a collection runs on a quarter of them and on every idle "
            f"one, and uses the quota up. Set GOMAXPROCS={max(1, ceil(quota.quota_cpus))}"
            + (", which Go 1.25 and later do by themselves." if _is_before_125(subject) else ".")
        )
    yield Finding(
        code="cpu_throttled",
        title="The CPU quota stops the program",
        detail=f"In {percent_text(share)} of its periods {quota.path} had used up its "
        f"{quota.quota_cpus:.2g} CPUs, and everything stood still to the period's end, "
        f"collections and those who assist them too.{above}",
        source="cpu.stat",
    )


def _throttled(first: CpuLevel | None, last: CpuLevel) -> float:
    """Of the periods between two looks; of all when there is one only, or none passed."""
    if first is not None and first.path == last.path:
        periods = last.periods - first.periods
        if periods >= 10:
            return (last.throttled_periods - first.throttled_periods) / periods
    if isnan(last.periods) or last.periods <= 0:
        return 0.0
    return last.throttled_periods / last.periods


def _is_before_125(subject: Subject) -> bool:
    found = re.match(r"1\.(\d{1,3})", subject.go_version or "")
    return found is None or int(found[1]) < 25
