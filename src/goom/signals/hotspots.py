"""Where the user's code allocates and holds memory: lines over a share of a heap profile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Profiles
from goom.case.hotspot import Hotspot
from goom.case.profile import Profile
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.allocation_patterns import (
    RuntimeCalls,
    growth_by_sizes,
    runtime_calls,
    visible_pattern,
)
from goom.signals.attribution import Attribution, attribute, standard_error
from goom.signals.pattern_remedies import remedy, winnable

Ints = NDArray[np.int64]
MEASURES = ("alloc_space", "alloc_objects", "inuse_space", "inuse_objects")
THRESHOLD_FRACTION = 0.15
_HEAVIEST = 128  # samples of one hotspot that are looked into


@dataclass(frozen=True, slots=True)
class Hotspots:
    """All hotspots of the newest heap profile, by measure and then heaviest first."""

    all: tuple[Hotspot, ...]
    threshold_fraction: float = THRESHOLD_FRACTION


@signal
def hotspots(profiles: Profiles, subject: Subject) -> Hotspots | None:
    """The hotspots over the default threshold."""
    heap = newest_heap(profiles)
    if heap is None:
        return None
    cpus = profiles.of("cpu")
    return hotspots_of(heap, subject, calls=runtime_calls(cpus[-1] if cpus else None, subject))


def newest_heap(profiles: Profiles) -> Profile | None:
    """The newest heap profile that holds samples."""
    heaps = [profile for profile in profiles.of("heap", "allocs") if len(profile)]
    return heaps[-1] if heaps else None


def hotspots_of(
    profile: Profile,
    subject: Subject,
    threshold_fraction: float = THRESHOLD_FRACTION,
    *,
    measures: tuple[str, ...] = MEASURES,
    calls: RuntimeCalls | None = None,
) -> Hotspots:
    """The functions of the user that answer for at least a share of each measure."""
    attribution = attribute(profile, subject)
    known = calls or RuntimeCalls({})
    return Hotspots(
        tuple(
            spot
            for measure in measures
            for spot in _over(_Measured(attribution, measure, known), threshold_fraction)
        ),
        threshold_fraction,
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """One measure of an attributed profile."""

    attribution: Attribution
    measure: str
    calls: RuntimeCalls


def _over(measured: _Measured, threshold_fraction: float) -> list[Hotspot]:
    profile, lines = measured.attribution.profile, measured.attribution.lines
    values = profile.column(measured.measure)
    if values is None:
        return []
    total = float(values.astype(np.float64).sum())
    if total <= 0:
        return []
    counted = np.flatnonzero((lines >= 0) & (values != 0))
    names: dict[str, int] = {}
    by_function = [names.setdefault(name, len(names)) for name in profile.functions]
    function = np.array(by_function, np.int64)[profile.line_functions[lines[counted]]]
    sums = np.bincount(function, weights=values[counted], minlength=len(names))
    heavy = np.flatnonzero((sums > 0) & (sums >= threshold_fraction * total))
    order = heavy[np.argsort(-sums[heavy], kind="stable")]
    grouped = counted[np.argsort(function, kind="stable")]
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(function))))
    return [
        _spot(measured, grouped[bounds[place] : bounds[place + 1]], values, total)
        for place in order
    ]


def _spot(measured: _Measured, samples: Ints, values: Ints, total: float) -> Hotspot:
    """One hotspot from the samples that it answers for."""
    attribution, measure = measured.attribution, measured.measure
    samples = samples[np.argsort(-values[samples], kind="stable")]
    lines = attribution.lines[samples]
    by_line = np.bincount(lines, weights=values[samples])
    frame = attribution.line_frame(int(by_line.argmax()))
    value = float(values[samples].sum())
    pattern, mine = _pattern(measured, samples[:_HEAVIEST], values)
    won = winnable(pattern, measure, _objects_by_size(attribution.profile, mine, measure))
    return Hotspot(
        measure=measure,
        function=frame.function,
        file=frame.file,
        line=frame.line,
        value=value,
        share_fraction=value / total,
        error_fraction=standard_error(attribution.profile, samples, measure) / total,
        pattern=pattern,
        remedy=remedy(pattern, measure),
        winnable_fraction=won.fraction * float(values[mine].sum()) / total,
        winnable_why=won.why,
        path=attribution.profile.stack(int(samples[0])),
    )


def _pattern(measured: _Measured, samples: Ints, values: Ints) -> tuple[str, Ints]:
    """The pattern that most of the value follows, and the samples that follow it."""
    attribution = measured.attribution
    unseen: dict[int, list[int]] = {}
    found: dict[str, list[int]] = {}
    for sample in samples.tolist():
        pattern = visible_pattern(*attribution.around(sample))
        pattern = pattern or measured.calls.pattern(attribution.frame(sample))
        if pattern:
            found.setdefault(pattern, []).append(sample)
        else:
            unseen.setdefault(int(attribution.lines[sample]), []).append(sample)
    for same_line in unseen.values():
        sizes = _objects_by_size(attribution.profile, np.array(same_line), measured.measure)
        pattern = growth_by_sizes(sizes, attribution.profile.period)
        found.setdefault(pattern, []).extend(same_line)
    weights = {pattern: int(values[mine].sum()) for pattern, mine in found.items()}
    best = Counter(weights).most_common(1)[0][0]
    return best, np.array(found[best])


def _objects_by_size(profile: Profile, samples: Ints, measure: str) -> dict[int, float]:
    objects = profile.column(measure.partition("_")[0] + "_objects")
    if objects is None:
        return {}
    sizes, place = np.unique(profile.block_bytes[samples], return_inverse=True)
    counts = np.bincount(place, weights=objects[samples])
    return dict(zip(sizes.tolist(), counts.tolist(), strict=True))
