"""Which samples of a profile have some function on their stack: whole profiles at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Flags, Profile


def samples_with(profile: Profile, functions: Flags, innermost: int | None = None) -> Flags:
    """Samples with one of these functions (a flag for each of the profile's) on their stack, or
    among its ``innermost`` locations.
    """
    if not functions.any() or not len(profile):
        return np.zeros(len(profile), dtype=bool)
    lines = _running(functions[profile.line_functions])
    by_location = lines[profile.location_offsets[1:]] > lines[profile.location_offsets[:-1]]
    hits = _running(by_location[profile.stack_locations])
    starts, stops = profile.stack_offsets[:-1], profile.stack_offsets[1:]
    if innermost is not None:
        stops = np.minimum(stops, starts + innermost)
    return np.asarray(hits[stops] > hits[starts])


def _running(flags: Flags) -> NDArray[np.int32]:
    """How many are set before each place."""
    counted = np.zeros(len(flags) + 1, dtype=np.int32)
    np.cumsum(flags, out=counted[1:])
    return counted
