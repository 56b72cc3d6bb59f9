"""Call paths that matter."""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.profile import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotspot:
    """A place in the user's code over the threshold of one measure.

    ``measure`` is alloc_space, alloc_objects, inuse_space or inuse_objects. ``value`` is in the
    measure's unit, ``share_fraction`` of the profile's total, ``error_fraction`` one standard
    error of that share. ``pattern`` names what the frames beneath show (slice_growth,
    builder_growth, string_concat, map_growth, …), "" for plain.
    ``winnable_fraction`` is the share of the total that the remedy could win, with its reasoning.
    """

    measure: str
    function: str
    file: str
    line: int
    value: float
    share_fraction: float
    error_fraction: float = 0.0
    pattern: str = ""
    remedy: str = ""
    winnable_fraction: float = 0.0
    winnable_why: str = ""
    path: tuple[Frame, ...] = ()  # the heaviest stack, leaf first
