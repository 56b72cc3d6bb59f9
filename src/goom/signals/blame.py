"""Turn sites and goroutine groups into blame: a function, its place, and its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from math import nan

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.span_occupancy import SpanOccupancy
from goom.case.units import MIB, bytes_text
from goom.case.verdict import Blame
from goom.runtime.size_classes import fitting
from goom.signals.keepers import Keeper, keepers_near
from goom.signals.site_growth import Site, SiteGrowth

_MOST = 6
_WHOLE = 1.0 + 1e-6
_LEAST_CONTAINER = 0.02  # of all that grew
_LEAST_SHARE = 0.1
_LEAST_PINNED = 0.3  # of what is unused
_NEAR = 0.85  # a caller that carries nearly all of what its callee carries adds the context


def of_growth(growth: SiteGrowth, start: int, stop: int, what: str) -> tuple[Blame, ...]:
    """Who holds what grew between two looks: allocation sites first, then callers above them."""
    grown = [(site, rise) for site, rise in growth.growth(start, stop) if rise > 0]
    total = sum(rise for _, rise in grown)
    callers = [(site, rise) for site, rise in growth.caller_growth(start, stop) if rise > 0]
    return _places(grown, callers, total, what)


def of_growth_since(
    growth: SiteGrowth | None, since_seconds: float, what: str
) -> tuple[Blame, ...]:
    """As of_growth, from the last look before a moment to the fullest look after it."""
    if growth is None:
        return ()
    start = growth.index_before(since_seconds)
    stop = start + int(growth.total_bytes[start:].argmax())
    if stop == start:
        return of_holdings(growth, stop, what)
    return of_growth(growth, start, stop, what)


def of_holdings(growth: SiteGrowth, look: int, what: str) -> tuple[Blame, ...]:
    """Who allocated what is in use at one look."""
    held = [(site, float(site.inuse_bytes[look])) for site in growth.sites]
    callers = [(site, float(site.inuse_bytes[look])) for site in growth.callers]
    ordered = sorted(held, key=lambda pair: -pair[1]), sorted(callers, key=lambda pair: -pair[1])
    return _places(*ordered, float(growth.total_bytes[look]), what)


def of_pinned(growth: SiteGrowth, look: SpanOccupancy) -> tuple[Blame, ...]:
    """Who allocates the small objects that keep nearly empty spans in use; () when those are not
    what is unused, or the profile does not tell.

    A span is nearly empty where most objects of its size died and few did not. So what a size class
    pins belongs to those of whose objects of that size some live, by how many died; where the
    profile sampled no living one, for one in a span is seldom sampled, to all by how many died.
    """
    pinned = Counter[int]()
    for row in look.classes:
        pinned[row.slot_bytes] += row.pinned_bytes
    if pinned.total() < _LEAST_PINNED * look.unused_bytes:
        return ()
    by_class = [_by_class(site) for site in growth.sites]
    kept = [0.0] * len(by_class)
    for slot_bytes, bytes_ in pinned.items():
        counts = [rows.get(slot_bytes, (0.0, 0.0)) for rows in by_class]
        died = [max(ever - used, 0.0) for used, ever in counts]
        parts = [dead if used else 0.0 for dead, (used, _) in zip(died, counts, strict=True)]
        parts = parts if any(parts) else died
        for place, part in enumerate(parts):
            kept[place] += bytes_ * part / max(sum(parts), 1.0)
    least = max(_LEAST_SHARE * pinned.total(), 1.0)
    ordered = sorted(zip(growth.sites, kept, strict=True), key=lambda pair: -pair[1])[:_MOST]
    return tuple(
        _blame(
            site.frame,
            bytes_ / pinned.total(),
            f"objects of its sizes keep {bytes_text(bytes_)} of nearly empty spans in use",
        )
        for site, bytes_ in ordered
        if bytes_ >= least
    )


def _by_class(site: Site) -> dict[int, tuple[float, float]]:
    """Slot size -> (objects in use, objects ever allocated)."""
    found: dict[int, tuple[float, float]] = {}
    for size, (used, ever) in site.blocks.items():
        if fits := fitting(size):
            before = found.get(fits.size_bytes, (0.0, 0.0))
            found[fits.size_bytes] = (before[0] + used, before[1] + ever)
    return found


def of_allocations(growth: SiteGrowth, what: str) -> tuple[Blame, ...]:
    """Who allocated most over the life of the process."""
    made = [(site, float(site.alloc_bytes[-1])) for site in growth.sites]
    callers = [(site, float(site.alloc_bytes[-1])) for site in growth.callers]
    total = sum(value for _, value in made)
    ordered = sorted(made, key=lambda pair: -pair[1]), sorted(callers, key=lambda pair: -pair[1])
    return _places(*ordered, total, what)


def _places(
    sites: list[tuple[Site, float]], callers: list[tuple[Site, float]], total: float, what: str
) -> tuple[Blame, ...]:
    """Sites by share, then the callers that carry nearly as much: the owners above them."""
    if total <= 0:
        return ()
    rows: list[Blame] = []
    for site, value in sites[:_MOST]:
        share = value / total
        if share < _LEAST_SHARE and rows:
            break
        why = f"allocates {bytes_text(value)} of {what}"
        rows.append(_blame(site.frame, min(share, 1.0), why))
    for site, value in callers:
        share = value / total
        seen = any(row.function == site.frame.function for row in rows)
        if seen or share < max(_LEAST_SHARE, _NEAR * rows[0].share_fraction if rows else 0.0):
            continue
        if _is_root(site.frame.function):
            continue
        rows.append(_blame(site.frame, min(share, 1.0), f"{bytes_text(value)} of {what} under it"))
    return tuple(rows[:_MOST])


def _is_root(function: str) -> bool:
    """main.main and closures started from it say nothing by themselves."""
    return function in ("main.main", "runtime.main") or function.startswith("main.main.func")


def _blame(frame: Frame, share: float, why: str) -> Blame:
    return Blame(frame.function, frame.file, frame.line, share, why)


def of_frames(frames: Iterable[Frame], share: float, why: str) -> tuple[Blame, ...]:
    """Plain places that share one reason."""
    return tuple(_blame(frame, share, why) for frame in frames)


def with_keepers(
    rows: tuple[Blame, ...], binary: BinaryCalls | None, sites: SiteGrowth | None
) -> tuple[Blame, ...]:
    """Put whoever may keep the objects next to whoever allocates them, as a possibility."""
    if not rows:
        return rows
    above = _keeper_above(rows, binary, sites)
    if above is not None:
        row = next(row for row in rows if row.function == above.frame.function)
        kept = replace(row, why=f"adds to {above.what}: may be what keeps them; {row.why}")
        rows = (rows[0], kept, *(other for other in rows[1:] if other is not row))
    named = [row.function for row in rows]
    keepers = keepers_near(named[:3], binary, sites)
    if any(one.frame.function == named[0] and one.what == "a map" for one in keepers):
        return rows
    found = [
        _blame(
            one.frame,
            nan,  # a possibility has no share
            f"adds to {one.what} and is reached from {one.reached_from}: may be what keeps them",
        )
        for one in keepers
        if one.frame.function not in named
    ]
    first = 1 if above is None else 2
    return (*rows[:first], *found[:1], *rows[first:], *found[1:2])[:_MOST]


def keeping_place(
    rows: tuple[Blame, ...], binary: BinaryCalls | None, sites: SiteGrowth | None
) -> Frame | None:
    """Where a caller of the first row's function adds to the container that grows, if one does."""
    above = _keeper_above(rows, binary, sites)
    return above.frame if above is not None else None


def _enough(sites: SiteGrowth | None) -> float:
    """By how much a container must grow: one sample more stands for 512 KiB."""
    whole = 0.0 if sites is None else float(sites.total_bytes[-1] - sites.total_bytes[0])
    return max(MIB, _LEAST_CONTAINER * whole)


def _keeper_above(
    rows: tuple[Blame, ...], binary: BinaryCalls | None, sites: SiteGrowth | None
) -> Keeper | None:
    """The row that calls the allocator and adds to a container that grows; None as well where the
    allocator itself is as likely to be what keeps.

    Shares of one whole whose sum passes 1 overlap: some of what the first row allocates is
    allocated under the other. That a function adds to a map says little by itself (a request's
    header is one); that the map grows in the heap profile tells it from those that do not.
    """
    names = {
        row.function for row in rows[1:] if rows[0].share_fraction + row.share_fraction > _WHOLE
    }
    near = keepers_near([row.function for row in rows], binary, sites)
    first = next((one for one in near if one.frame.function == rows[0].function), None)
    enough = _enough(sites)
    grown = [one for one in near if one.frame.function in names and one.grown_bytes >= enough]
    maps = [one for one in grown if one.what == "a map"]
    if first is not None and (first.what == "a map" or not maps):
        return None
    return max(maps or grown, key=lambda one: one.grown_bytes, default=None)
