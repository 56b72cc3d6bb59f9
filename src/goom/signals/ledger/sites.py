"""Live bytes by call site from a heap profile's samples, each with its standard error.

The runtime samples allocations as a Poisson process with a mean of ``rate`` bytes, so an object of
``s`` bytes is in the profile with probability p = 1 - exp(-s / rate), and Go has already divided by
it (scaleHeapSample, runtime/pprof/protomem.go). A scaled sum of ``b`` bytes in objects of ``s``
bytes then stands for n = b * p / s samples and has the variance n * (1 - p) * (s / p)**2, which is
b * s * (1 - p) / p: for small objects about b * rate. Sizes are those of the size class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.names import place, short_function
from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.signals.ownership import ownership

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_RUNTIME = np.int8(-1)
_DEFAULT_RATE_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class LiveSite:
    """The live bytes of one line of the user's code, and one standard error."""

    frame: Frame
    bytes: float
    error_bytes: float

    @property
    def label(self) -> str:
        """``cache.(*Cache).Put  internal/cache/cache.go:48``."""
        where = place(self.frame.file, self.frame.line)
        return f"{short_function(self.frame.function)}  {where}".strip()


def live_sites(profile: Profile, subject: Subject, most: int) -> tuple[LiveSite, ...]:
    """The lines of the user's own code that hold the most, largest first."""
    values = profile.column("inuse_space")
    if values is None or not len(profile):
        return ()
    live = values.astype(np.float64)
    line_of = _line_by_sample(profile, subject)
    size = len(profile.line_functions) + 1
    total = np.bincount(line_of, live, minlength=size)
    variance = np.bincount(line_of, variances(profile, live), minlength=size)
    top = np.argsort(total, kind="stable")[::-1][:most]
    return tuple(
        LiveSite(_frame(profile, int(line)), float(total[line]), float(np.sqrt(variance[line])))
        for line in top
        if total[line] > 0
    )


def standard_error(profile: Profile) -> float:
    """One standard error of the sum of all live bytes."""
    values = profile.column("inuse_space")
    if values is None:
        return 0.0
    return float(np.sqrt(variances(profile, values.astype(np.float64)).sum()))


def variances(profile: Profile, live: Floats) -> Floats:
    """The sampling variance of each sample's scaled bytes."""
    rate = float(profile.period if profile.period > 0 else _DEFAULT_RATE_BYTES)
    counts = profile.column("inuse_objects")
    sizes = profile.block_bytes.astype(np.float64)
    if counts is not None:
        sizes = np.where(sizes > 0, sizes, live / np.maximum(counts, 1))
    if rate <= 1:
        return np.zeros(len(live))
    seen = -np.expm1(-np.maximum(sizes, 1.0) / rate)
    return np.asarray(np.maximum(live, 0.0) * sizes * (1.0 - seen) / seen)


def _line_by_sample(profile: Profile, subject: Subject) -> Ints:
    """For each sample the row of its leafmost frame that is the user's own, else a dependency's,
    else the standard library's; one past the last row where all is the runtime's.
    """
    owners = _owners(profile, subject)
    by_location = _best_by_location(profile, owners)
    flat = by_location[profile.stack_locations]
    starts = profile.stack_offsets[:-1]
    empty = starts == profile.stack_offsets[1:]
    safe = np.minimum(starts, max(len(flat) - 1, 0))
    best = (
        np.maximum.reduceat(np.append(flat, _RUNTIME), safe) if len(flat) else np.zeros(len(starts))
    )
    sample_of = np.repeat(np.arange(len(starts)), np.diff(profile.stack_offsets))
    matching = np.flatnonzero(flat == best[sample_of]) if len(flat) else np.array([], np.int64)
    first = np.full(len(starts), -1, np.int64)
    # written backwards, so that the leafmost match of each sample is what stays
    first[sample_of[matching[::-1]]] = profile.stack_locations[matching[::-1]]
    line_by_location = _line_by_location(profile, by_location, owners)
    chosen = line_by_location[np.maximum(first, 0)] if len(line_by_location) else first
    nobody = (first < 0) | empty | (best == _RUNTIME)
    return np.asarray(np.where(nobody, len(profile.line_functions), chosen), np.int64)


def _owners(profile: Profile, subject: Subject) -> NDArray[np.int8]:
    """The owner of each function, the runtime below the rest of the standard library."""
    owners = ownership(profile, subject).by_function.copy()
    runtime = [name.startswith("runtime.") for name in profile.functions]
    owners[np.array(runtime, dtype=np.bool_)] = _RUNTIME
    return owners


def _best_by_location(profile: Profile, owners: NDArray[np.int8]) -> NDArray[np.int8]:
    """The highest owner among each location's lines."""
    widths = np.diff(profile.location_offsets)
    best = np.full(len(widths), _RUNTIME, np.int8)
    np.maximum.at(best, np.repeat(np.arange(len(widths)), widths), owners[profile.line_functions])
    return best


def _line_by_location(
    profile: Profile, by_location: NDArray[np.int8], by_function: NDArray[np.int8]
) -> Ints:
    """The innermost line of each location that has the location's owner."""
    widths = np.diff(profile.location_offsets)
    location_of = np.repeat(np.arange(len(widths)), widths)
    matching = np.flatnonzero(by_function[profile.line_functions] == by_location[location_of])
    rows = np.asarray(profile.location_offsets[:-1], np.int64).copy()
    rows[location_of[matching[::-1]]] = matching[::-1]
    return rows


def _frame(profile: Profile, row: int) -> Frame:
    if row >= len(profile.line_functions):
        return Frame("(the runtime itself)", "", 0)
    function = int(profile.line_functions[row])
    return Frame(
        profile.functions[function], profile.files[function], int(profile.line_numbers[row])
    )
