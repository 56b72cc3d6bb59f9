"""What a mark phase costs under a barrier, in units of work."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.marking.marking import Marking


@dataclass(frozen=True, slots=True)
class Cost:
    """One workload under one barrier. A unit is one word read, one barrier run, one shade.

    ``stopped_*`` were read with the world stopped: the pause. ``longest_goroutine_stop_slots`` is
    the longest time one goroutine alone stood still while its stack was read. Floating garbage is
    marked and cannot be reached at the end: ``born`` while marking, or ``died`` since the start.
    """

    workload: str
    barrier: str
    stopped_slots: int
    stopped_fields: int
    longest_goroutine_stop_slots: int
    mark_work: int  # all words read, stopped or not
    operations: int  # of the program while marking went on
    pointer_writes: int
    barrier_hits: int
    shades: int
    shaded: int  # shades that found a white object
    flushes: int
    marked_objects: int
    reachable_objects: int  # at the end
    floating_born: int
    floating_died: int
    lost_objects: int
    floating_fraction: float  # of what is marked
    amplification: float  # objects marked for each that can be reached at the end


def cost(workload: str, marking: Marking) -> Cost:
    """The figures of a mark phase that has ended."""
    tally, floating = marking.tally, marking.floating()
    marked, reachable = len(marking.marked()), len(marking.graph.reachable())
    died = floating & marking.reachable_at_start
    return Cost(
        workload=workload,
        barrier=marking.barrier.name,
        stopped_slots=tally.stopped_slots_read,
        stopped_fields=tally.stopped_fields_read,
        longest_goroutine_stop_slots=tally.longest_goroutine_stop_slots,
        mark_work=tally.mark_work,
        operations=tally.operations,
        pointer_writes=tally.pointer_writes,
        barrier_hits=tally.barrier_hits,
        shades=tally.shades,
        shaded=tally.shaded,
        flushes=tally.flushes,
        marked_objects=marked,
        reachable_objects=reachable,
        floating_born=len(floating) - len(died),
        floating_died=len(died),
        lost_objects=len(marking.lost()),
        floating_fraction=len(floating) / max(marked, 1),
        amplification=marked / max(reachable, 1),
    )
