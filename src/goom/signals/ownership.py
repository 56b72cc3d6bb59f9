"""Whose frame is it: the user's module, a dependency or the standard library; by profiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.signals.frames import DEPENDENCY, OWN, STANDARD, owner_of


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """Owners by location of one profile, so that a sample's own frames cost only those frames."""

    profile: Profile
    by_location: NDArray[np.int8]  # the highest owner among a location's lines
    by_function: NDArray[np.int8]

    def frames(self, sample: int) -> tuple[Frame, ...]:
        """The user's own frames of a sample, leaf first, each function once."""
        profile = self.profile
        start, stop = profile.stack_offsets[sample], profile.stack_offsets[sample + 1]
        locations = profile.stack_locations[start:stop]
        owners = self.by_location[locations]
        best = int(owners.max()) if len(owners) else STANDARD
        if best == STANDARD:
            return ()
        found: dict[str, Frame] = {}
        for location in locations[owners == best].tolist():
            for frame in self._lines(location, best):
                found.setdefault(frame.function, frame)
        return tuple(found.values())

    def _lines(self, location: int, owner: int) -> list[Frame]:
        profile = self.profile
        low, high = profile.location_offsets[location], profile.location_offsets[location + 1]
        rows = range(int(low), int(high))
        functions = profile.line_functions
        return [
            Frame(
                profile.functions[functions[row]],
                profile.files[functions[row]],
                int(profile.line_numbers[row]),
            )
            for row in rows
            if self.by_function[functions[row]] == owner
        ]


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
    return Ownership(profile, by_location, by_function)
