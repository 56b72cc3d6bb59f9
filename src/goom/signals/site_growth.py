"""Where what survives was allocated, look by look: the user's own places and how they grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Profiles
from goom.case.profile import Frame, Ints, Profile
from goom.case.subject import Subject
from goom.case.units import KIB
from goom.rooms import signal
from goom.signals.ownership import ownership
from goom.signals.stack_search import samples_with
from goom.signals.timebase import Timebase

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_MOST_LOOKS = 24
_MOST_LINES = 5_000  # of one look; what has more is no program that a person wrote
_SAMPLES_AT_ONCE = 1 << 16
LARGE_BYTES = 32 * KIB  # the runtime gives such objects a span of their own (malloc.go)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Site:
    """One place: the innermost frame of the user's own code. Arrays are by look; the large objects
    are those of ``LARGE_BYTES`` or more.
    """

    frame: Frame
    inuse_bytes: Floats
    inuse_objects: Floats
    alloc_bytes: Floats
    alloc_objects: Floats
    large_bytes: Floats  # in use
    large_objects: Floats  # in use
    blocks: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    """Object size -> (objects in use, objects ever allocated) at the last look."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SiteGrowth:
    """``k`` looks. ``callers`` counts a sample once for every user function on its stack.

    ``startup_bytes`` is what is in use under ``main.main`` called directly by the runtime or under
    package initialisation, rather than under a goroutine that the program started.
    """

    look_seconds: Floats  # [k]
    total_bytes: Floats  # [k]
    sites: tuple[Site, ...]
    callers: tuple[Site, ...]
    startup_bytes: Floats  # [k]
    init_bytes: Floats  # [k] under package initialisation alone

    def index_before(self, moment_seconds: float) -> int:
        """The last look at or before a moment; the first look when there is none."""
        return max(0, int(np.searchsorted(self.look_seconds, moment_seconds, side="right")) - 1)

    def peak_index(self) -> int:
        """The look with the most in use."""
        return int(np.argmax(self.total_bytes))

    def growth(self, start: int, stop: int) -> list[tuple[Site, float]]:
        """Sites by what they grew between two looks, most first."""
        return _ranked(self.sites, start, stop)

    def caller_growth(self, start: int, stop: int) -> list[tuple[Site, float]]:
        """User functions, callees counted in, by what they grew between two looks."""
        return _ranked(self.callers, start, stop)


def _ranked(sites: tuple[Site, ...], start: int, stop: int) -> list[tuple[Site, float]]:
    grown = [(site, float(site.inuse_bytes[stop] - site.inuse_bytes[start])) for site in sites]
    return sorted(grown, key=lambda pair: -pair[1])


@signal
def site_growth(clock: Timebase, profiles: Profiles, subject: Subject) -> SiteGrowth | None:
    """Add up every heap profile by the user's own frames; None without a heap profile."""
    heaps = [one for one in profiles.of("heap", "allocs") if one.column("inuse_space") is not None]
    if not heaps:
        return None
    heaps = [heaps[index] for index in _spread(len(heaps))]
    tally = _Tally(len(heaps))
    for look, profile in enumerate(heaps):
        _add(tally, look, profile, subject)
    return SiteGrowth(
        look_seconds=np.array([one.taken_at_seconds - clock.origin_seconds for one in heaps]),
        total_bytes=tally.total,
        sites=tuple(place.site() for place in tally.leaf.values()),
        callers=tuple(place.site() for place in tally.caller.values()),
        startup_bytes=tally.startup,
        init_bytes=tally.init,
    )


def _spread(count: int) -> list[int]:
    """Looks spread evenly, the last few all kept: the brink matters most."""
    if count <= _MOST_LOOKS:
        return list(range(count))
    early = np.linspace(0, count - 9, _MOST_LOOKS - 8).astype(int).tolist()
    return sorted({*early, *range(count - 8, count)})


@dataclass(slots=True)
class _Place:
    """One function's sums by look: the rows of ``_values``."""

    sums: Floats
    by_line: dict[Frame, Floats] = field(default_factory=dict)
    blocks: dict[int, tuple[float, float]] = field(default_factory=dict)

    def add(self, look: int, frame: Frame, values: Floats) -> None:
        self.sums[:, look] += values
        if frame not in self.by_line:
            self.by_line[frame] = np.zeros(self.sums.shape[1])
        self.by_line[frame][look] += values[0]

    def line(self) -> Frame:
        """The line that grew most, which need not be the one that allocates most."""
        return max(self.by_line, key=lambda frame: float(np.ptp(self.by_line[frame])))

    def site(self) -> Site:
        return Site(
            frame=self.line(),
            inuse_bytes=self.sums[0],
            inuse_objects=self.sums[1],
            alloc_bytes=self.sums[2],
            alloc_objects=self.sums[3],
            large_bytes=self.sums[4],
            large_objects=self.sums[5],
            blocks=self.blocks,
        )


class _Tally:
    """Sums by place while the looks are read."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.total = np.zeros(looks)
        self.startup = np.zeros(looks)
        self.init = np.zeros(looks)
        self.leaf: dict[str, _Place] = {}
        self.caller: dict[str, _Place] = {}

    def take(self, table: dict[str, _Place], look: int, profile: Profile, by_row: Floats) -> None:
        """Add the sums of a look's lines; of very many the largest."""
        weight = np.abs(by_row) / np.maximum(np.abs(by_row).sum(axis=1, keepdims=True), 1.0)
        largest = np.argsort(-weight.sum(axis=0), kind="stable")[:_MOST_LINES]
        for row in largest[by_row[:, largest].any(axis=0)].tolist():
            frame = _frame(profile, row)
            place = table.setdefault(frame.function, _Place(np.zeros((len(by_row), self.looks))))
            place.add(look, frame, by_row[:, row])

    def take_blocks(self, profile: Profile, values: Floats, leaf: Ints) -> None:
        """Sizes of objects at the last look, in use and ever allocated."""
        sized = np.flatnonzero((leaf >= 0) & (profile.block_bytes > 0))
        sizes, size = np.unique(profile.block_bytes[sized], return_inverse=True)
        keys, group = np.unique(leaf[sized] * (len(sizes) + 1) + size, return_inverse=True)
        used, made = (np.bincount(group, values[sized, column], len(keys)) for column in (1, 3))
        for key, *counts in zip(keys.tolist(), used.tolist(), made.tolist(), strict=True):
            row, which = divmod(key, len(sizes) + 1)
            place = self.leaf.get(profile.functions[profile.line_functions[row]])
            if place is not None:
                before = place.blocks.get(int(sizes[which]), (0.0, 0.0))
                place.blocks[int(sizes[which])] = (before[0] + counts[0], before[1] + counts[1])


def _frame(profile: Profile, row: int) -> Frame:
    function = int(profile.line_functions[row])
    return Frame(
        profile.functions[function], profile.files[function], int(profile.line_numbers[row])
    )


def _add(tally: _Tally, look: int, profile: Profile, subject: Subject) -> None:
    values = _values(profile)
    on_main, in_init = _roots(profile)
    tally.total[look] = values[:, 0].sum()
    tally.startup[look] = values[on_main | in_init, 0].sum()
    tally.init[look] = values[in_init, 0].sum()
    leaf, under = _by_line(profile, subject, values)
    lines, mine = len(profile.line_functions), leaf >= 0
    at = np.array([np.bincount(leaf[mine], column[mine], lines) for column in values.T])
    tally.take(tally.leaf, look, profile, at)
    tally.take(tally.caller, look, profile, under)
    if look == tally.looks - 1:
        tally.take_blocks(profile, values, leaf)


def _values(profile: Profile) -> Floats:
    """In use (bytes, objects), ever allocated (bytes, objects), and what in use is large (bytes,
    objects): six columns. All objects of a sample have the same size.
    """
    columns = [
        profile.column(name)
        for name in ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")
    ]
    zero = np.zeros(len(profile), dtype=np.int64)
    found = np.array([zero if one is None else one for one in columns], dtype=np.float64).T
    large = found[:, 0] >= LARGE_BYTES * np.maximum(found[:, 1], 1.0)
    return np.concatenate([found, found[:, :2] * large[:, None]], axis=1)


def _by_line(profile: Profile, subject: Subject, values: Floats) -> tuple[Ints, Floats]:
    """The user's innermost line of each sample (-1 for none), and the sums under every line."""
    owners = ownership(profile, subject)
    leaf = np.full(len(profile), -1, dtype=np.int64)
    under = np.zeros((values.shape[1], len(profile.line_functions)))
    for start in range(0, len(profile), _SAMPLES_AT_ONCE):
        samples, rows = owners.entries(start, min(start + _SAMPLES_AT_ONCE, len(profile)))
        innermost = np.flatnonzero(np.diff(samples, prepend=-1))
        leaf[samples[innermost]] = rows[innermost]
        for column in range(len(under)):
            under[column] += np.bincount(rows, values[samples, column], under.shape[1])
    return leaf, under


def _roots(profile: Profile) -> tuple[Flags, Flags]:
    """Samples whose stack is rooted in the main goroutine, and those under package init."""
    main = np.array([name == "runtime.main" for name in profile.functions], dtype=bool)
    init = np.array([name.startswith("runtime.doInit") for name in profile.functions], dtype=bool)
    return samples_with(profile, main), samples_with(profile, init)
