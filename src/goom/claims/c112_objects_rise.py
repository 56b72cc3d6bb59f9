"""Ever rising heap_objects that do not fall are the mark of a kill after hours."""

from __future__ import annotations

from itertools import pairwise

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, numbers

_FALL, _FLOOR = "leak_largest_fall_fraction", "leak_floor_growth_ratio"
_NEVER_FALLS = 0.02


def measure(bench: Bench) -> Figures:
    """HeapObjects of a program that leaks half of what it makes, after each MiB."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    objects = go.run("pacing", "leak", "60").figures()["objects"]
    falls = [
        (before - after, number)
        for number, (before, after) in enumerate(pairwise(objects), 1)
        if after < before
    ]
    floors = [objects[number] for _, number in falls]
    return {
        _FALL: max(fall for fall, _ in falls) / max(objects) if falls else 0.0,
        _FLOOR: floors[-1] / floors[0] if floors else None,
        "falls_seen": len(falls),
    }


def judge(figures: Figures) -> Judgement:
    """Not falling is a mark when what leaks does not fall; the floor after falls is another."""
    falls = max(numbers(figures, _FALL).values())
    floors = numbers(figures, _FLOOR)
    said = f"of a leaking program's objects up to {percent_text(falls)} went at one collection" + (
        f", while the floor behind collections grew {min(floors.values()):.1f} times or more"
        if floors
        else ""
    )
    if every(figures, lambda row: number(row, _FALL) <= _NEVER_FALLS):
        return holds(said)
    rising = none(figures, lambda row: row[_FLOOR] is None or number(row, _FLOOR) < 1.5)
    return holds_in_part(said) if rising else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C112",
        chapter="1",
        statement=(
            "The mark of a kill after hours is a count of heap objects that slowly rises and does"
            " not fall back."
        ),
        method="MemStats.HeapObjects after each MiB, of a program that leaks half of what it makes",
        rule=(
            "holds when a leaking program's count never falls by over 2 %; in part when it falls"
            " but the floor behind its falls grows to 1.5 times; otherwise does not hold"
        ),
        truth=(
            "The count falls at each collection in a leaking program too, as it makes garbage as"
            " well. The mark is what is left behind each collection, /gc/heap/live:bytes since 1.21"
            " (mgcpacer.go, heapMarked); a few large objects leak without moving the count."
        ),
    ),
    measure,
    judge,
)
