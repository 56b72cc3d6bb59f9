"""Was anything hurt: was the subject killed, did it come near its limit, did it crash by itself?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from goom.case.gctrace import GCTrace
from goom.case.series import MemStatsSeries
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.timebase import Timebase
from goom.signals.trend import ramp
from goom.signals.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """``killed``: by the kernel, or by goom where it had to enforce the limit itself.

    ``nearness`` is 0 for a peak under 75 % of the limit, 1 from 96 % on or when killed.
    ``effective_gomemlimit_bytes`` is nan when there is none, or when it lies over the container's
    limit, where it holds nothing back.
    """

    killed: bool
    go_fatal: str
    ended_at_seconds: float
    limit_bytes: float
    peak_bytes: float
    peak_fraction: float
    nearness: float
    effective_gomemlimit_bytes: float
    stated_gomemlimit_bytes: float
    completed: bool = False  # it ended by itself with exit status 0, as a job does


@signal
def harm(
    clock: Timebase,
    subject: Subject,
    usage: Usage | None,
    trace: GCTrace | None,
    memstats: MemStatsSeries | None = None,
) -> Harm | None:
    """Sum up the ending and the peak; None when neither is known.

    Where the process itself was seen to have a memory limit that counts, whoever set it: a call of
    debug.SetMemoryLimit overrides the environment.
    """
    ending = subject.ending
    if usage is None and ending is None and trace is None:
        return None
    killed = ending is not None and (ending.oom_killed or ending.limit_enforced_by_goom)
    fraction = usage.peak_fraction if usage is not None else nan
    limit = usage.limit_bytes if usage is not None else float(subject.memory_limit_bytes or nan)
    stated = memstats.last("GOMEMLIMIT") if memstats is not None else nan
    if isnan(stated) and subject.gomemlimit_bytes:
        stated = float(subject.gomemlimit_bytes)
    effective = stated if isnan(limit) or stated < 0.99 * limit else nan
    return Harm(
        killed=killed,
        go_fatal=trace.go_fatal if trace is not None else "",
        ended_at_seconds=_ended(clock, subject),
        limit_bytes=limit,
        peak_bytes=usage.peak_bytes if usage is not None else nan,
        peak_fraction=fraction,
        nearness=1.0 if killed else ramp(fraction, 0.75, 0.96),
        effective_gomemlimit_bytes=effective,
        stated_gomemlimit_bytes=stated,
        completed=ending is not None and ending.exit_code == 0 and not ending.stopped_by_goom,
    )


def _ended(clock: Timebase, subject: Subject) -> float:
    ending = subject.ending
    if ending is None or isnan(ending.at_seconds):
        return clock.end_seconds
    return ending.at_seconds - clock.origin_seconds
