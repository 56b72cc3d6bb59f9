"""Flat and cumulative values by function, equal to what ``go tool pprof -top`` prints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Profile

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
_CHUNK_SAMPLES = 512  # with their scratch they stay in the cache
_SCRATCH_CELLS = 1 << 25
_EXACT_AS_FLOAT = 1 << 53
_FEW_TIMES = 16


def top(profile: Profile, sample_type: str) -> tuple[tuple[str, ...], Ints, Ints]:
    """Names, flat and cum of one sample type; ValueError when the profile has no such type.

    Flat goes to the innermost function of a stack, cum once to each function on it.
    """
    values = profile.column(sample_type)
    if values is None:
        raise ValueError(f"no sample type {sample_type!r}")
    places: dict[str, int] = {}
    by_function = [places.setdefault(name, len(places)) for name in profile.functions]
    line_names = np.array(by_function, np.int32)[profile.line_functions]
    flat, cum = np.zeros(len(places), np.int64), np.zeros(len(places), np.int64)
    cells = _CHUNK_SAMPLES * len(places)
    scratch = np.empty(cells if cells <= _SCRATCH_CELLS else 0, np.int32)
    for first in range(0, len(profile), _CHUNK_SAMPLES):
        last = min(first + _CHUNK_SAMPLES, len(profile))
        sample, name, leaf = _unfold(profile, line_names, first, last)
        value = values[first:last]
        np.add.at(flat, name[leaf], value[sample[leaf]])
        once = _first_of_each(sample * len(places) + name, scratch)
        _add(cum, name[once], value[sample[once]])
    return tuple(places), flat, cum


def _unfold(profile: Profile, line_names: Ids, first: int, last: int) -> tuple[Ints, Ids, Ints]:
    """The frames of some samples: sample (from 0), function, and where each leaf is."""
    offsets = profile.stack_offsets[first : last + 1]
    locations = profile.stack_locations[offsets[0] : offsets[-1]]
    depth = np.diff(offsets)
    start = profile.location_offsets[locations]
    lines = profile.location_offsets[locations + 1] - start
    sample = np.repeat(np.arange(len(depth)), depth)
    leaf = (offsets[:-1] - offsets[0])[depth > 0]
    if (lines == 1).all():
        return sample, line_names[start], leaf
    before = np.cumsum(lines) - lines
    line = np.repeat(start - before, lines) + np.arange(int(lines.sum()))
    return np.repeat(sample, lines), line_names[line], before[leaf]


def _first_of_each(key: Ints, scratch: Ids) -> Ints:
    """One index for each distinct key, without sorting unless there are very many functions.

    Each writes its index into its key's cell; those that read it back are one of each. The cells
    need not be cleared: only cells just written are read.
    """
    if not len(scratch):
        return np.unique(key, return_index=True)[1]
    index = np.arange(len(key), dtype=np.int32)
    scratch[key] = index
    return np.flatnonzero(scratch[key] == index)


def _add(totals: Ints, place: Ids, value: Ints) -> None:
    exact = float(np.abs(value).sum(dtype=np.float64)) < _EXACT_AS_FLOAT
    if exact and len(totals) < _FEW_TIMES * len(place):
        totals += np.bincount(place, weights=value, minlength=len(totals)).astype(np.int64)
    else:
        np.add.at(totals, place, value)
