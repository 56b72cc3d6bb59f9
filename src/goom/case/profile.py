"""A pprof profile, and goroutine dumps, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Frame(NamedTuple):
    """One line of a stack; ``line`` is 0 when unknown."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Profile:
    """One pprof profile of ``n`` samples over ``t`` sample types.

    ``kind`` is heap, allocs, goroutine, goroutineleak, cpu, threadcreate, block, mutex or other
    (heap and allocs files differ only in their default sample type). Stacks are leaf first;
    a location's lines are innermost (inlined) first, as in the format.
    ``block_bytes`` is the heap profile's numeric label ``bytes``: the size of the objects that a
    sample stands for; 0 where there is none. Values of heap profiles are already scaled by Go.
    """

    kind: str
    taken_at_seconds: float  # epoch; nan when nothing states it
    sample_types: tuple[tuple[str, str], ...]  # (type, unit): ("inuse_space", "bytes")
    values: Ints  # [n, t]
    stack_offsets: Ints  # [n + 1] into stack_locations
    stack_locations: Ids  # indices into the location table
    location_offsets: Ints  # [locations + 1] into line_functions
    line_functions: Ids  # [lines] indices into functions
    line_numbers: Ints  # [lines]
    functions: tuple[str, ...]
    files: tuple[str, ...]  # by function
    block_bytes: Ints  # [n]
    labels: dict[str, tuple[str, ...]]  # string labels: key -> value by sample, "" where absent
    period: int = 0
    period_type: tuple[str, str] = ("", "")
    default_sample_type: str = ""
    duration_seconds: float = nan
    comments: tuple[str, ...] = ()
    origin: str = ""  # file or bundle entry

    def column(self, sample_type: str) -> Ints | None:
        """The values of one sample type, [n], or None when the profile has no such type."""
        for index, (name, _) in enumerate(self.sample_types):
            if name == sample_type:
                return np.asarray(self.values[:, index])
        return None

    def stack(self, sample: int) -> tuple[Frame, ...]:
        """The frames of one sample, leaf first, inlined calls unfolded."""
        start, stop = self.stack_offsets[sample], self.stack_offsets[sample + 1]
        frames: list[Frame] = []
        for location in self.stack_locations[start:stop].tolist():
            low, high = self.location_offsets[location], self.location_offsets[location + 1]
            for line in range(int(low), int(high)):
                function = int(self.line_functions[line])
                frames.append(
                    Frame(
                        self.functions[function], self.files[function], int(self.line_numbers[line])
                    )
                )
        return tuple(frames)

    def __len__(self) -> int:
        return len(self.stack_offsets) - 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GoroutineDump:
    """A goroutine dump (``debug=1`` or ``debug=2`` text) as ``g`` groups.

    In a ``debug=2`` dump each group is one goroutine with state, wait and creator; in ``debug=1``
    text a group is all goroutines with one stack, and state is "".
    ``created_by`` holds one frame by group, function "" when unknown.
    """

    taken_at_seconds: float
    ids: Ints  # [g], 0 when unknown
    counts: Ints  # [g]
    states: tuple[str, ...]  # [g] "chan receive", "select", "IO wait", …
    wait_minutes: Ints  # [g], 0 under a minute or unknown
    leaked: Flags  # [g] the runtime's own "(leaked)" mark, 1.26+
    locked_to_thread: Flags  # [g]
    stack_ids: Ids  # [g] index into stacks
    stacks: tuple[tuple[Frame, ...], ...]  # leaf first
    created_by: tuple[Frame, ...]  # [g]
    elided_frames: Ints  # [g] frames that the runtime left out ("...N frames elided...")
    origin: str = ""
    arguments: tuple[str, ...] = ()  # [g] the words that its frames were called with, "" unknown

    @property
    def total(self) -> int:
        """How many goroutines the dump holds."""
        return int(self.counts.sum())
