"""A limiter whose map grows: one makes the entries, its caller adds them, the load runs both."""

from __future__ import annotations

from goom.case.binary import BinaryCalls
from goom.case.evidence import Profiles
from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.case.verdict import Blame
from goom.signals.blame import of_growth
from goom.signals.site_growth import SiteGrowth, site_growth
from tests.signals.small_evidence import clock, frames, heap

ENTRY = frames("main.track", "main.allow", "main.serve", "main.clients")


def looks(container_mib: float) -> SiteGrowth:
    """Entries grow by 40 MiB, what their caller allocates itself by so much."""
    rows = [
        ((ENTRY, held * MIB), (ENTRY[1:], own * MIB), (ENTRY[2:], 0.5 * held * MIB / 10))
        for held, own in ((1.0, 1.0), (41.0, 1.0 + container_mib))
    ]
    found = site_growth(
        clock(), Profiles(tuple(heap(1 + at, *row) for at, row in enumerate(rows))), Subject()
    )
    assert found is not None
    return found


def calls(*more: str, container: str = "runtime.mapassign_faststr") -> BinaryCalls:
    """Who adds to what: main.allow to a container, main.clients to a request's header."""
    return BinaryCalls(
        {
            container: (Frame("main.allow", "/src/app/app.go", 55),),
            "runtime.mapassign": (
                Frame("main.clients", "/src/app/app.go", 90),
                *(Frame(name, "/src/app/app.go", 91) for name in more),
            ),
        }
    )


ROWS: tuple[Blame, ...] = of_growth(looks(4), 0, 1, "the growth")
