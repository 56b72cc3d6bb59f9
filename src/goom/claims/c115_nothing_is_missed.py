"""The hybrid barrier: the program may change the graph meanwhile, and nothing is missed."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.errors import GoomError
from goom.claims.bench.bench import Bench, CannotMeasureError, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, numbers, text
from goom.claims.bench.running import Ran

_COLLECTIONS = 20
_DIED = re.compile(r"^fatal error: (found pointer to free object|marking free object)", re.M)


def measure(bench: Bench) -> Figures:
    """Pointers swapped while the collector marks; the same behind the barrier's back."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    bare = go.run("swapping", "bare", str(_COLLECTIONS))
    if not _lost(bare):
        raise CannotMeasureError("without the barrier nothing was lost here either")
    found = go.run("swapping", "barrier", str(_COLLECTIONS))
    return {
        "objects_lost": _lost(found),
        "swaps": 0 if found.status else found.figures()["swaps"],
        "collections": _COLLECTIONS,
        "objects_lost_without_barrier": True,
        "go_says_without_barrier": _words(bare),
    }


def _lost(ran: Ran) -> bool:
    """Go found a pointer to what it had freed, or the program an object that is not its own.

    GoomError when it ended in another way.
    """
    return bool(_DIED.search(ran.stderr)) or ran.figures()["damaged_nodes"] > 0


def _words(ran: Ran) -> str:
    found = _DIED.search(ran.stderr)
    return found[0] if found else "nothing"


def judge(figures: Figures) -> Judgement:
    """With the barrier nothing may be lost; that the control lost something is in the figures."""
    if not every(figures, lambda row: bool(row["objects_lost_without_barrier"])):
        raise GoomError("the control lost nothing.")
    fewest = min(numbers(figures, "swaps").values())
    died = text(next(iter(figures.values())), "go_says_without_barrier")
    said = (
        f"{fewest:,.0f} swaps or more while {_COLLECTIONS} collections marked, and not an object"
        f" lost; the same swaps stored behind the barrier's back end in {died}"
    )
    if none(figures, lambda row: bool(row["objects_lost"])):
        return holds(said)
    if every(figures, lambda row: bool(row["objects_lost"])):
        return does_not_hold("objects were lost with the barrier as well")
    return holds_in_part("some versions lost objects with the barrier")


CLAIM = Claim(
    Statement(
        id="C115",
        chapter="3.1",
        statement=(
            "With the hybrid barrier a program may change the object graph while it is marked,"
            " and nothing live is missed."
        ),
        method=(
            "131,072 objects, each referred to from one place, swapped at random while the"
            " collector marks; freed room is filled anew and every object looked at. As a control"
            " the same swaps stored as integers, for which the compiler adds no barrier"
        ),
        rule=(
            "holds when no version loses an object, does not hold when all do; cannot be measured"
            " where the control loses none either"
        ),
        truth=(
            "A swap can hide an object in what was scanned already: the barrier shades what is"
            " overwritten and what is written, so both are marked (mbarrier.go). For all graphs up"
            " to a bound goom model barriers tries every order of steps."
        ),
        instead=(
            "Never store a pointer as an integer: without the barrier what it points to is freed"
            " while in use."
        ),
    ),
    measure,
    judge,
)
