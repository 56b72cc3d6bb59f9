"""Whose frame is it: the user's module, a dependency or the standard library; by profiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Ids, Ints, Profile
from goom.case.subject import Subject
from goom.signals.frames import DEPENDENCY, OWN, STANDARD, owner_of


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """Owners by location of one profile, and which lines of a location are its owner's."""

    profile: Profile
    by_location: NDArray[np.int8]  # the highest owner among a location's lines
    by_function: NDArray[np.int8]
    _names: Ints  # by function, the same number for the same name
    _own_rows: Ints  # lines with the owner of their location, by location
    _own_offsets: Ints  # by location, into _own_rows
    _own_counts: Ints

    def entries(self, start: int, stop: int) -> tuple[Ints, Ints]:
        """Of a run of samples the user's own lines, a dependency's where there are none: the sample
        and the row of the profile's line table, leaf first, each function of a stack once.
        """
        profile = self.profile
        offsets = profile.stack_offsets[start : stop + 1]
        locations = profile.stack_locations[offsets[0] : offsets[-1]]
        sample = np.repeat(np.arange(stop - start), np.diff(offsets))
        owner = self.by_location[locations]
        best = np.zeros(stop - start, dtype=np.int8)
        for level in (DEPENDENCY, OWN):
            best[sample[owner == level]] = level
        chosen = np.flatnonzero((owner == best[sample]) & (owner > STANDARD))
        place, rows = self._lines(locations[chosen])
        sample = sample[chosen][place]
        function = self._names[profile.line_functions[rows]]
        once = np.unique(sample * (len(profile.functions) + 1) + function, return_index=True)[1]
        once.sort()
        return start + sample[once], rows[once]

    def _lines(self, locations: Ids) -> tuple[Ints, Ints]:
        """The lines of each location that have the location's owner, and which location it was."""
        low, counts = self._own_offsets[locations], self._own_counts[locations]
        place = np.repeat(np.arange(len(locations)), counts)
        within = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        return place, self._own_rows[low[place] + within]


def ownership(profile: Profile, subject: Subject) -> Ownership:
    """Work out the owner of every function and location of a profile, once."""
    by_function = np.array(
        [
            owner_of(function, file, subject)
            for function, file in zip(profile.functions, profile.files, strict=True)
        ],
        dtype=np.int8,
    )
    lines = by_function[profile.line_functions]
    starts, stops = profile.location_offsets[:-1], profile.location_offsets[1:]
    by_location = np.zeros(len(starts), dtype=np.int8)
    for level in (DEPENDENCY, OWN):
        counted = np.concatenate([[0], np.cumsum(lines == level)])
        by_location[counted[stops] > counted[starts]] = level
    location = np.repeat(np.arange(len(starts)), stops - starts)
    rows = np.flatnonzero(lines == by_location[location])
    counts = np.bincount(location[rows], minlength=len(starts))
    numbers: dict[str, int] = {}
    names = [numbers.setdefault(name, len(numbers)) for name in profile.functions]
    return Ownership(
        profile,
        by_location,
        by_function,
        np.array(names, dtype=np.int64),
        rows,
        np.cumsum(counts) - counts,
        counts,
    )
