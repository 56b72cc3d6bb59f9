"""Whose line each sample of a profile belongs to: the first frame that is the user's code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.signals.frames import DEPENDENCY, OWN, owner_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """For each sample the row of the profile's line table that answers for it.

    The user's own innermost line; where a stack has none a dependency's, else the leaf's; -1 for
    an empty stack.
    """

    profile: Profile
    lines: Ints  # [n]

    def frame(self, sample: int) -> Frame:
        """The frame that answers for one sample."""
        return self.line_frame(int(self.lines[sample]))

    def line_frame(self, line: int) -> Frame:
        """One row of the line table."""
        profile = self.profile
        function = int(profile.line_functions[line])
        return Frame(
            profile.functions[function], profile.files[function], int(profile.line_numbers[line])
        )

    def around(self, sample: int) -> tuple[tuple[Frame, ...], Frame | None]:
        """The frames beneath the user's line, nearest first, and the frame that called it."""
        rows = self._rows(sample)
        answering = int(self.lines[sample])
        beneath = [self.line_frame(row) for row in takewhile(lambda row: row != answering, rows)]
        caller = next(rows, None)
        return tuple(beneath[::-1]), None if caller is None else self.line_frame(caller)

    def _rows(self, sample: int) -> Iterator[int]:
        """The rows of one stack in the line table, leaf first, no more than are asked for."""
        profile = self.profile
        start, stop = profile.stack_offsets[sample : sample + 2]
        for location in profile.stack_locations[start:stop]:
            yield from range(*profile.location_offsets[location : location + 2].tolist())


def attribute(profile: Profile, subject: Subject) -> Attribution:
    """Find the answering line of every sample at once."""
    level = np.array(
        [
            owner_of(function, file, subject)
            for function, file in zip(profile.functions, profile.files, strict=True)
        ],
        np.int8,
    )[profile.line_functions]
    starts, ends = profile.stack_offsets[:-1], profile.stack_offsets[1:]
    lines = np.full(len(profile), -1, np.int64)
    filled = ends > starts
    lines[filled] = profile.location_offsets[profile.stack_locations[starts[filled]]]
    for wanted in (DEPENDENCY, OWN):
        first = _first_line_by_location(profile, level >= wanted)
        places = np.flatnonzero((first >= 0)[profile.stack_locations])
        nearest = np.searchsorted(places, starts)
        inside = np.flatnonzero(nearest < np.searchsorted(places, ends))
        lines[inside] = first[profile.stack_locations[places[nearest[inside]]]]
    return Attribution(profile, lines)


def _first_line_by_location(profile: Profile, chosen: NDArray[np.bool_]) -> Ints:
    """The innermost chosen line of each location, -1 where it has none."""
    counts = np.diff(profile.location_offsets)
    location = np.repeat(np.arange(len(counts)), counts)
    first = np.full(len(counts), -1, np.int64)
    backwards = np.flatnonzero(chosen)[::-1]
    first[location[backwards]] = backwards
    return first


def standard_error(profile: Profile, samples: Ints, measure: str) -> float:
    """One standard error of the sum of a heap measure over some samples.

    Go samples an object of s bytes with probability p = 1 - exp(-s / rate), so n objects known
    from sampled ones vary by n (1 - p) / p.
    """
    kind, _, what = measure.partition("_")
    objects, size = profile.column(f"{kind}_objects"), profile.column(f"{kind}_space")
    if objects is None or size is None or profile.period <= 1:
        return 0.0
    count = objects[samples].astype(np.float64)
    mean = size[samples] / np.maximum(count, 1)
    sampled = np.maximum(-np.expm1(-np.maximum(mean, 0) / profile.period), 1e-12)
    weight = mean if what == "space" else 1.0
    return float(np.sqrt((np.abs(count) * (1 - sampled) / sampled * weight**2).sum()))
