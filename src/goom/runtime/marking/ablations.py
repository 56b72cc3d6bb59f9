"""Barriers with one part taken away, or changed: what each part is needed for.

A search that finds nothing proves nothing unless it can find something. Where ``is_needed`` is
true the search must find a run that loses an object; where it is false the change is harmless, and
the search must not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from goom.runtime.marking.barrier import (
    DIJKSTRA,
    GO,
    HYBRID,
    YUASA,
    Barrier,
    NewObjects,
    ShadesNew,
    Stacks,
)


@dataclass(frozen=True, slots=True)
class Ablation:
    """``removed`` says in words what was taken away; ``stacks`` how many goroutines show it."""

    barrier: Barrier
    removed: str
    is_needed: bool = True
    stacks: int = 1


ABLATIONS = (
    Ablation(replace(DIJKSTRA, rescans=False), "stacks are not read again at the end"),
    Ablation(replace(DIJKSTRA, shades_new=ShadesNew.NEVER), "shade(ptr) is left out"),
    Ablation(
        replace(DIJKSTRA, new_objects=NewObjects.WHITE), "new objects are white", is_needed=False
    ),
    Ablation(replace(YUASA, shades_old=False), "shade(*slot) is left out"),
    Ablation(replace(YUASA, new_objects=NewObjects.WHITE), "new objects are white"),
    Ablation(replace(YUASA, stacks=Stacks.ONE_AT_A_TIME), "stacks are read one at a time"),
    Ablation(
        replace(YUASA, stacks=Stacks.BEFORE_HEAP),
        "stacks are read one at a time, before the heap",
    ),
    Ablation(
        replace(
            YUASA,
            stacks=Stacks.BEFORE_HEAP,
            new_objects=NewObjects.GREY_UNTIL_STACKS_SCANNED,
        ),
        "the same, and new objects are grey until then",
        stacks=2,
    ),
    Ablation(
        replace(
            YUASA,
            stacks=Stacks.BEFORE_HEAP,
            new_objects=NewObjects.GREY_UNTIL_STACKS_SCANNED,
            shades_new=ShadesNew.IN_CHANNELS,
        ),
        "the same, and channel operations shade(ptr)",
        is_needed=False,
        stacks=2,
    ),
    Ablation(replace(HYBRID, shades_old=False), "shade(*slot) is left out"),
    Ablation(replace(HYBRID, shades_new=ShadesNew.NEVER), "shade(ptr) is left out"),
    Ablation(replace(HYBRID, new_objects=NewObjects.WHITE), "new objects are white"),
    Ablation(replace(HYBRID, guards_globals=False), "writes to globals have no barrier"),
    Ablation(replace(HYBRID, guards_channels=False), "channels have no barrier", stacks=2),
    Ablation(
        replace(HYBRID, shades_new=ShadesNew.CURRENT_STACK_GREY),
        "in a channel operation only the writer's stack counts",
        stacks=2,
    ),
    Ablation(replace(GO, flushed_at_end=False), "the buffer is not flushed at the end"),
)
