"""Who is behind the goroutines that pile up: where they wait, who starts them, what they run."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from goom.case.binary import BinaryCalls
from goom.case.goroutine_leak import GoroutineLeaks
from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.case.verdict import Blame
from goom.rooms import signal
from goom.signals.blame import of_allocations, of_frames, of_growth_since
from goom.signals.frames import enclosing, is_own, package_of, user_frames
from goom.signals.goroutine_growth import GoroutineGrowth
from goom.signals.site_growth import SiteGrowth

_MOST = 6


@dataclass(frozen=True, slots=True, eq=False)
class GoroutineBlame:
    """Likely first."""

    rows: tuple[Blame, ...]


@signal
def goroutine_blame(
    grown: GoroutineGrowth,
    subject: Subject,
    sites: SiteGrowth | None,
    binary: BinaryCalls | None,
    leaks: GoroutineLeaks | None,
) -> GoroutineBlame:
    """The place that waits, who started it, and the function that the goroutine runs.

    Goroutines of a library (an HTTP connection's) show no line of the user's: then whoever sends
    requests, or allocates what they hold, comes first.
    """
    rows = {row.function: row for row in (*_leaking(leaks, subject), *_waiting(grown, subject))}
    if any(is_own(row.function, row.file, subject) for row in rows.values()):
        return GoroutineBlame(tuple(rows.values())[:_MOST])
    found = [*_requesters(grown, binary), *_openers(leaks, binary)]
    if sites is not None:
        found += of_growth_since(sites, 0.0, "what grew with them")
        found += of_allocations(sites, "all that was allocated")
    own = [row for row in found if is_own(row.function, row.file, subject)]
    rows = {row.function: row for row in (*own[::-1], *rows.values())}
    ordered = [*(row.function for row in own), *rows]
    return GoroutineBlame(tuple(rows[name] for name in dict.fromkeys(ordered))[:_MOST])


def _leaking(leaks: GoroutineLeaks | None, subject: Subject) -> list[Blame]:
    """Where the leaks wait on which two signals agree, and who starts them, as far as that is the
    user's code. A row by function: the first that is given wins.
    """
    rows: list[Blame] = []
    agreed = [leak for leak in leaks.likely if leak.independent >= 2] if leaks else []
    total = sum(leak.grown for leak in agreed)
    for leak in sorted(agreed, key=lambda one: -one.grown)[:3]:
        share = leak.grown / total if total > 0 else nan
        for frame, why in (
            (
                leak.waits_at,
                f"{leak.grown} more goroutines wait here"
                + (f" ({leak.wait})" if leak.wait else ""),
            ),
            (leak.created_at, "starts them"),
        ):
            known = any(row.function == frame.function for row in rows)
            if not known and is_own(frame.function, frame.file, subject):
                rows.append(Blame(frame.function, frame.file, frame.line, share, why))
    return rows


def _requesters(grown: GoroutineGrowth, binary: BinaryCalls | None) -> tuple[Blame, ...]:
    """Who sends HTTP requests, when the goroutines are those of a client's connections."""
    connections = any(
        frame.function.startswith("net/http.(*persistConn)")
        for group in grown.groups
        for frame in group.stack
    )
    if binary is None or not connections:
        return ()
    callers = binary.of(*(name for name in binary.callers if name.startswith("net/http.")))
    return of_frames(callers, nan, "sends requests; its responses may hold these connections")


def _openers(leaks: GoroutineLeaks | None, binary: BinaryCalls | None) -> tuple[Blame, ...]:
    """Who calls into the package whose own goroutines pile up (an opened database's)."""
    if leaks is None or binary is None:
        return ()
    packages = {package_of(leak.runs.function): leak for leak in reversed(leaks.likely)}
    rows: list[Blame] = []
    for package, leak in packages.items():
        callees = [name for name in binary.callers if package_of(name) == package]
        if package and package != "net/http":  # whose connections _requesters explains
            why = f"calls into {package}, whose {leak.runs.function.rpartition('.')[2]} piles up"
            rows += of_frames(binary.of(*callees), nan, why)
    return tuple(rows)


def _waiting(grown: GoroutineGrowth, subject: Subject) -> list[Blame]:
    total = sum(max(group.grown, 0.0) for group in grown.groups)
    rows: dict[str, Blame] = {}
    for group in grown.groups[:3]:
        share = max(group.grown, 0.0) / total if total > 0 else 0.0
        mine = user_frames(group.stack, subject)
        places = [(frame, f"{group.grown:.0f} more goroutines wait here") for frame in mine[:1]]
        places += [(frame, "starts them") for frame in group.creators[:1]]
        places += [(frame, "is what they run") for frame in mine[1:][-1:]]
        places += _parents(mine, group.creators)
        for frame, why in places:
            rows.setdefault(
                frame.function, Blame(frame.function, frame.file, frame.line, share, why)
            )
    return list(rows.values())


def _parents(mine: tuple[Frame, ...], known: tuple[Frame, ...]) -> list[tuple[Frame, str]]:
    """The function around a closure started it, as far as a profile alone can tell."""
    if known or not mine:
        return []
    entry = mine[-1]
    outer = enclosing(entry.function)
    if outer == entry.function:
        return []
    return [(Frame(outer, entry.file, entry.line), "holds the closure that they run")]
