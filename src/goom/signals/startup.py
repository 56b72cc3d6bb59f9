"""Is the rise the work of starting up: loading on the main goroutine before anything is served?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from goom.case.units import seconds_text
from goom.rooms import signal
from goom.signals.marked_heap import MarkedHeap
from goom.signals.onset import Onset
from goom.signals.site_growth import SiteGrowth
from goom.signals.startup_watch import StartupWatch
from goom.signals.timebase import Timebase
from goom.signals.trend import ramp

_UNCLEAR = 0.35  # startup_burst makes nothing speak against it from 0.3 on
_MOSTLY = 0.5
_LONGEST_LOAD_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Startup:
    """``strength`` 0 to 1: how much the peak looks like start-up work.

    ``settled_seconds``: when the start was over, as far as can be told. ``main_busy_fraction``:
    share of the looks before the peak at which the main goroutine was not parked at its post
    (accepting, waiting for a signal); nan when no look showed it. ``main_share_fraction``: what
    was allocated on the main goroutine itself, of all that is in use at the peak.
    """

    strength: float
    text: str
    settled_seconds: float
    main_busy_fraction: float
    main_share_fraction: float
    ended_starting: bool


@signal
def startup(
    clock: Timebase,
    onset: Onset,
    marked: MarkedHeap | None,
    sites: SiteGrowth | None,
    watched: StartupWatch | None,
) -> Startup:
    """Judge a death on the way up, or a peak at the start that was given back."""
    main_share = _main_share(sites, onset)
    busy = watched.busy_fraction if watched is not None else nan
    settled = _settled(onset, watched)
    if not clock.starts_at_process_start:
        return Startup(
            strength=0.0,
            text="the start of the process was not seen",
            settled_seconds=settled,
            main_busy_fraction=busy,
            main_share_fraction=main_share,
            ended_starting=False,
        )
    dying = _died_rising(onset, marked, main_share, busy)
    if marked is not None and marked.only_start and watched is not None and watched.serves:
        # It serves, and what came since is less than one goal: no load, that would be marked.
        dying *= 0.4
    bump = _gave_back(onset)
    ended_starting = dying >= bump
    return Startup(
        strength=max(dying, bump),
        text=_text(onset, main_share, busy, ended_starting),
        settled_seconds=settled,
        main_busy_fraction=busy,
        main_share_fraction=main_share,
        ended_starting=ended_starting,
    )


def _died_rising(onset: Onset, marked: MarkedHeap | None, share: float, busy: float) -> float:
    """Rising from the first moment to the last, fast, in few collections, on the main goroutine."""
    if onset.fell_fraction > 0.5 and onset.fell_after_seconds > 1:
        return 0.0
    from_start = ramp(onset.rise_fraction, 0.35, 0.55)
    early = ramp(onset.peak_seconds, 22.0, 8.0)
    cycles = len(marked.bytes) if marked is not None else 0
    few = ramp(float(cycles), 40.0, 15.0)
    where = _on_main(share, busy, 0.5 * early)
    at_post = not isnan(busy) and busy < 0.3
    strength = from_start * (0.45 * where + 0.35 * early + 0.2 * few)
    if at_post:
        strength *= 0.25
    # nothing has served long enough to leak within the first seconds, whoever loads
    strength = max(strength, 0.85 * from_start * ramp(onset.peak_seconds, 4.0, 1.5))
    if isnan(share) and isnan(busy):
        strength *= 0.7  # nothing shows what the program was at
    # Slow growth over many collections is work being served, whoever runs the loop: unless nothing
    # but the main goroutine ever worked, and it is still at it. That may be a leak or a long load.
    alone = from_start * ramp(share, 0.6, 0.9) * ramp(busy, 0.6, 1.0)
    no_longer = ramp(onset.peak_seconds, _LONGEST_LOAD_SECONDS, 0.2 * _LONGEST_LOAD_SECONDS)
    unclear = 0.0 if isnan(alone) else _UNCLEAR * alone * no_longer
    return float(max(strength * max(early, 0.4 * few), unclear))


def _on_main(share: float, busy: float, otherwise: float) -> float:
    """0 to 1: loading is what main.main does, itself or waiting for loaders that it started."""
    if isnan(share) and isnan(busy):
        return otherwise
    if isnan(busy) or busy > 0.5:
        return ramp(float(np.nanmax([share, busy])), 0.3, 0.8)
    return ramp(float(np.nanmean([share, busy])), 0.3, 0.8)


def _gave_back(onset: Onset) -> float:
    """A peak early in the run, well above the level that stays."""
    early = ramp(onset.peak_seconds / max(onset.duration_seconds, 1e-9), 0.5, 0.3)
    stayed = ramp(onset.fell_after_seconds / max(onset.duration_seconds, 1e-9), 0.3, 0.5)
    fell = ramp(onset.end_bytes / max(onset.peak_bytes, 1.0), 0.85, 0.65)
    return float(early * stayed * fell)


def _main_share(sites: SiteGrowth | None, onset: Onset) -> float:
    if sites is None:
        return nan
    look = sites.index_before(onset.peak_seconds + 0.5)
    total = float(sites.total_bytes[look])
    return float(sites.startup_bytes[look]) / total if total > 0 else nan


def _settled(onset: Onset, watched: StartupWatch | None) -> float:
    rough = min(0.12 * onset.duration_seconds, 10.0)
    if watched is None or isnan(watched.at_post_seconds):
        return rough
    return max(min(rough, 1.0), min(watched.at_post_seconds, 0.4 * onset.duration_seconds))


def _text(onset: Onset, share: float, busy: float, ended_starting: bool) -> str:
    if not ended_starting:
        return (
            f"the peak came {seconds_text(onset.peak_seconds)} after the start and was given back"
        )
    where = ""
    if share >= _MOSTLY:
        where = f", {share:.0%} of it allocated on the main goroutine"
    elif busy >= _MOSTLY and not isnan(share):
        where = ", while others than the main goroutine allocated and it was not at its post yet"
    return f"memory rose from the first moment on, for {seconds_text(onset.peak_seconds)}{where}"
