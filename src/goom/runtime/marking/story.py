"""A story played under each barrier: the same operations in the same order.

What differs is what the barrier shades, and with it what the collector finds, keeps and loses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from goom.runtime.marking.barrier import Barrier, Stacks
from goom.runtime.marking.film import Film
from goom.runtime.marking.frame import Frame
from goom.runtime.marking.marking import Marking, Reads, Step
from goom.runtime.marking.scenario import Script, Turn, read


@dataclass(frozen=True, slots=True)
class StoryRun:
    """One mark phase in frames; ``verdict`` is its end in a sentence, ``safe``: nothing lost."""

    barrier: str
    frames: tuple[Frame, ...]
    verdict: str
    safe: bool
    stopped_words: int  # read with the world stopped


@cache
def usual() -> Script:
    """The story of ``story.toml``: a server changes its cache while the collector marks."""
    return read(files("goom.runtime.marking").joinpath("story.toml").read_text(encoding="utf-8"))


def play(script: Script, barrier: Barrier) -> StoryRun:
    """A story under one barrier."""
    film = Film(Marking(barrier, script.graph.copy()), script.names)
    film.start(opening(film.marking))
    for step in script.steps:
        if isinstance(step, Turn):
            _collect(film, step)
        else:
            film.program(step)
    _collect(film, Turn(None))
    film.end()
    return told_run(film)


def told_run(film: Film) -> StoryRun:
    """A film that has ended, with its verdict."""
    marking = film.marking
    return StoryRun(
        barrier=marking.barrier.name,
        frames=tuple(film.frames),
        verdict=_verdict(film),
        safe=not marking.lost(),
        stopped_words=marking.tally.stopped_work,
    )


def opening(marking: Marking) -> str:
    """How a mark phase starts under its barrier."""
    if marking.barrier.stacks is Stacks.AT_START:
        words = marking.tally.stopped_slots_read
        return f"Marking starts: the world is stopped until all stacks are read ({words} slots)."
    return "Marking starts: every object is white, no stack and no global is read yet."


def _collect(film: Film, turn: Turn) -> None:
    """What is read already, or is not grey under this barrier, takes no turn."""
    if turn.reads is not None:
        if turn.reads in set(film.marking.steps()):
            film.collector_reads(turn.reads)
        return
    while not film.marking.may_end():
        left = next(_in_order(film.marking), None)
        if left is None:
            film.flush()
        else:
            film.collector_reads(left)


def _in_order(marking: Marking) -> Iterator[Step]:
    """Globals, stacks, then the grey objects in the order in which they were found."""
    roots = [one for one in marking.steps() if one.reads in (Reads.GLOBAL, Reads.SLOT)]
    yield from sorted(roots, key=lambda one: one.reads is Reads.SLOT)
    yield from (Step(Reads.FIELD, one) for one in marking.grey)


def _verdict(film: Film) -> str:
    marking, names = film.marking, film.names
    lost, floating = marking.lost(), marking.floating()
    if lost:
        return f"Lost: {names.listed(lost)}. The program can reach them, the sweep frees them."
    stopped = marking.tally.stopped_work
    words = "1 word was" if stopped == 1 else f"{stopped} words were"
    stay = "stays" if len(floating) == 1 else "stay"
    kept = f"{names.listed(floating)} {stay} as garbage" if floating else "no garbage stays"
    return f"Nothing is lost; {kept}; {words} read with the world stopped."
