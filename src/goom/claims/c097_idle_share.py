"""(HeapSys - HeapInuse) over 40 % is the page fragmentation rate."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """The figure in a program that has just returned everything to the kernel."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("largeobjects", "drop").figures()
    idle = found["heap_sys_bytes"] - found["heap_inuse_bytes"]
    return {
        "said_to_be_fragmented_fraction": round(idle / found["heap_sys_bytes"], 3),
        "equals_heap_idle": idle == found["heap_idle_bytes"],
        "released_of_it_fraction": round(found["heap_released_bytes"] / idle, 3),
        "resident_bytes": found["resident_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """Free pages it is; waste only if they are still the process's."""
    free = every(figures, lambda row: bool(row["equals_heap_idle"]))
    costs = every(figures, lambda row: number(row, "released_of_it_fraction") < 0.5)
    alarm = per_version(figures, "said_to_be_fragmented_fraction", percent_text)
    released = per_version(figures, "released_of_it_fraction", percent_text)
    if free and costs:
        return holds(f"{alarm}, most of which the process still holds")
    if free:
        return holds_in_part(
            f"it is HeapIdle to the byte, but counts what was returned: {alarm} in a program that"
            f" has given {released} of that back"
        )
    return does_not_hold("it is not even HeapIdle")


CLAIM = Claim(
    Statement(
        id="C097",
        chapter="4.3",
        statement="HeapSys - HeapInuse is the page fragmentation rate, and over 40 % an alarm.",
        method=(
            "MemStats after 128 MiB of large objects were dropped and returned (debug.FreeOSMemory)"
        ),
        rule=(
            "holds when it equals HeapIdle and most of that is still held; in part when most "
            "was returned"
        ),
        truth=(
            "It is HeapIdle: address space without spans, returned or not. What costs memory is "
            "HeapIdle - HeapReleased, and free slots within spans are HeapInuse - HeapAlloc."
        ),
    ),
    measure,
    judge,
)
