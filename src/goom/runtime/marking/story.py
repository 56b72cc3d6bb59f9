"""A small story, played under each barrier: a server changes its cache while the collector marks.

Eight objects, one goroutine. The same operations and the same schedule for all; what differs is
what the barrier shades, and with it what the collector finds, keeps and loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from goom.runtime.marking.barrier import Barrier, Stacks
from goom.runtime.marking.film import Film
from goom.runtime.marking.frame import Frame
from goom.runtime.marking.graph import NIL, Graph
from goom.runtime.marking.marking import Marking, Reads, Step
from goom.runtime.marking.names import Names
from goom.runtime.marking.operations import Allocate, Copy, Load, Operation, Store

_CACHE, _ALICE, _BOB, _PHOTO, _LETTER, _DRAFT, _NOTE = range(7)
_C, _D, _E, _P, _R = range(5)  # the goroutine's variables
_FIRST, _SECOND, _THIRD = range(3)  # the cache's fields
NAMES = Names(
    objects=("cache", "alice", "bob", "photo", "letter", "draft", "note", "reply"),
    fields=(("first", "second", "third"), ("value",), ("value",), (), (), ("note",), (), ("to",)),
    slots=(("c", "d", "e", "p", "r"),),
    globals=("Cache",),
)


class Turn(Enum):
    """A turn of the collector: what it reads, all of it."""

    GLOBALS = "globals"
    STACK = "stack"
    OLDEST_GREY = "oldest grey object"
    ALL_THE_REST = "rest"


SCRIPT: tuple[Operation | Turn, ...] = (
    Turn.GLOBALS,
    Turn.OLDEST_GREY,  # the cache is black now
    Store(0, _C, _THIRD, _D),  # a black object gets a pointer to a white one
    Copy(0, _D, None),  # the only one
    Turn.STACK,
    Load(0, _E, _C, _FIRST),
    Load(0, _P, _E, 0),  # a white object comes to a stack that was read
    Store(0, _E, 0, None),  # and leaves the heap
    Turn.OLDEST_GREY,
    Load(0, _E, _C, _SECOND),
    Store(0, _E, 0, None),  # garbage: the letter
    Allocate(0, _R, 1),
    Copy(0, _R, None),  # garbage: a new object
    Turn.ALL_THE_REST,
)


def graph() -> Graph:
    """The cache with two entries on the heap; the draft is known to the goroutine alone."""
    fields = [[_ALICE, _BOB, NIL], [_PHOTO], [_LETTER], [], [], [_NOTE], []]
    return Graph(fields, [[_CACHE, _DRAFT, NIL, NIL, NIL]], [_CACHE])


@dataclass(frozen=True, slots=True)
class StoryRun:
    """One mark phase in frames; ``verdict`` is its end in a sentence, ``safe``: nothing lost."""

    barrier: str
    frames: tuple[Frame, ...]
    verdict: str
    safe: bool


def play(barrier: Barrier) -> StoryRun:
    """The story under one barrier."""
    film = Film(Marking(barrier, graph()), NAMES)
    film.start(opening(film.marking))
    for turn in SCRIPT:
        if isinstance(turn, Turn):
            _collect(film, turn)
        else:
            film.program(turn)
    film.end()
    return told_run(film)


def told_run(film: Film) -> StoryRun:
    """A film that has ended, with its verdict."""
    marking = film.marking
    return StoryRun(marking.barrier.name, tuple(film.frames), _verdict(film), not marking.lost())


def opening(marking: Marking) -> str:
    """How a mark phase starts under its barrier."""
    if marking.barrier.stacks is Stacks.AT_START:
        words = marking.tally.stopped_slots_read
        return f"Marking starts: the world is stopped until all stacks are read ({words} slots)."
    return "Marking starts: every object is white, no stack and no global is read yet."


def _collect(film: Film, turn: Turn) -> None:
    marking = film.marking
    match turn:
        case Turn.GLOBALS:
            film.collector_reads(Step(Reads.GLOBAL, 0))
        case Turn.STACK if not marking.is_scanned(0):
            film.collector_reads(Step(Reads.SLOT, 0))
        case Turn.OLDEST_GREY:
            film.collector_reads(Step(Reads.FIELD, marking.grey[0]))
        case Turn.ALL_THE_REST:
            while marking.grey or marking.owed():
                if marking.grey:
                    film.collector_reads(Step(Reads.FIELD, marking.grey[0]))
                else:
                    film.flush()


def _verdict(film: Film) -> str:
    marking, names = film.marking, film.names
    lost, floating = marking.lost(), marking.floating()
    if lost:
        return f"Lost: {names.listed(lost)}. The program can reach them, the sweep frees them."
    words = marking.tally.stopped_work
    stay = "stays" if len(floating) == 1 else "stay"
    kept = f"{names.listed(floating)} {stay} as garbage" if floating else "no garbage stays"
    return f"Nothing is lost; {kept}; {words} words were read with the world stopped."
