"""The stacks of a goroutine profile with their counts, rare ones of a huge profile left out."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Frame, Profile
from goom.signals.stack_search import samples_with

Hashes = NDArray[np.uint64]
_SAMPLES_AT_ONCE = 1 << 16
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: spreads small numbers


def stack_counts(profile: Profile, most: int) -> Counter[tuple[Frame, ...]]:
    """Goroutines by stack; of more than ``most`` chains of calls those with the most goroutines,
    and the main goroutine's.
    """
    many = np.maximum(profile.values[:, 0], 0)
    if len(profile) <= most:
        shown = np.arange(len(profile))
        counts = many.astype(np.float64)
    else:
        shown, counts = _commonest(profile, many.astype(np.float64), most)
    found: Counter[tuple[Frame, ...]] = Counter()
    for sample, count in zip(shown.tolist(), counts.tolist(), strict=True):
        found[profile.stack(sample)] += count
    return found


def _commonest(
    profile: Profile, many: NDArray[np.float64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """One sample for each chain of calls, and how many goroutines stand in it."""
    chains = np.where(many > 0, _chains(profile), np.uint64(0))
    _, first, place = np.unique(chains, return_index=True, return_inverse=True)
    counts = np.bincount(place, many, len(first))
    ranked = np.argsort(-counts, kind="stable")[:most]
    is_main = np.array([name == "runtime.main" for name in profile.functions], dtype=bool)
    main = place[samples_with(profile, is_main) & (many > 0)][:most]
    kept = np.unique(np.concatenate([ranked, main]))
    return first[kept], counts[kept]


def _chains(profile: Profile) -> Hashes:
    """A number for each stack, the same for stacks of the same functions whatever the lines."""
    numbers: dict[str, int] = {}
    names = [numbers.setdefault(name, len(numbers) + 1) for name in profile.functions]
    functions = np.array(names, dtype=np.uint64)[profile.line_functions]
    by_location = _summed(functions * _ODD, profile.location_offsets)
    chains = np.empty(len(profile), dtype=np.uint64)
    for start in range(0, len(profile), _SAMPLES_AT_ONCE):
        offsets = profile.stack_offsets[start : start + _SAMPLES_AT_ONCE + 1]
        locations = profile.stack_locations[offsets[0] : offsets[-1]]
        some = _summed(by_location[locations] * _ODD, offsets - offsets[0])
        chains[start : start + len(some)] = some
    return chains


def _summed(parts: Hashes, offsets: NDArray[np.int64]) -> Hashes:
    """Sums over stretches in which each place counts differently, modulo 2**64."""
    starts = np.asarray(offsets[:-1], dtype=np.int64)
    place = np.arange(len(parts)) - np.repeat(starts, np.diff(offsets))
    mixed = parts ^ (parts >> np.uint64(29))
    weighted = mixed * (place.astype(np.uint64) * np.uint64(2) + np.uint64(1)) * _ODD
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(weighted, dtype=np.uint64)])
    return np.asarray(running[offsets[1:]] - running[offsets[:-1]])
