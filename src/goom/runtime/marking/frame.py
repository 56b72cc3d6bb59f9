"""A mark phase as pictures: one frame for each step, plain data to draw or to print."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.marking.graph import NIL, Pointer
from goom.runtime.marking.marking import Marking
from goom.runtime.marking.names import Names


@dataclass(frozen=True, slots=True)
class ObjectShown:
    """An object: ``color`` white, grey or black; ``points_to`` names objects or is None."""

    name: str
    color: str
    fields: tuple[str, ...]  # their names
    points_to: tuple[str | None, ...]
    read_fields: int  # how many of its fields the collector has read
    reachable: bool
    hidden: bool  # reachable, but the collector will not find it any more


@dataclass(frozen=True, slots=True)
class RootShown:
    """A goroutine's stack, or the globals: black when the collector has read all of it."""

    name: str
    color: str
    slots: tuple[str, ...]  # their names
    points_to: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The state after one step, and what the step was.

    ``actor`` is "start", "program", "collector" or "stopped world". ``turned_grey`` names what this
    step shaded, ``barrier`` says that its write barrier ran, ``hidden`` names what is lost unless
    the program itself brings it back, ``lost`` and ``floating`` are known in the last frame only.
    """

    actor: str
    sentence: str
    code: str
    objects: tuple[ObjectShown, ...]
    globals: RootShown
    stacks: tuple[RootShown, ...]
    queue: tuple[str, ...]
    buffer: tuple[str, ...]
    turned_grey: tuple[str, ...]
    barrier: bool
    hidden: tuple[str, ...]
    lost: tuple[str, ...] = ()
    floating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A step in words, the objects that it turned grey, and whether a barrier ran."""

    actor: str
    sentence: str
    code: str = ""
    turned: frozenset[Pointer] = frozenset()
    barrier: bool = False


def frame(marking: Marking, names: Names, step: Told) -> Frame:
    """The picture of a mark phase as it stands, after this step."""
    hidden = marking.hidden()
    return Frame(
        actor=step.actor,
        sentence=step.sentence,
        code=step.code,
        objects=_objects(marking, names, hidden),
        globals=_globals(marking, names),
        stacks=tuple(_stack(marking, names, one) for one in range(len(marking.slots_done))),
        queue=tuple(map(names.object, marking.grey)),
        buffer=tuple(map(names.object, marking.buffer)),
        turned_grey=tuple(map(names.object, sorted(step.turned))),
        barrier=step.barrier,
        hidden=tuple(map(names.object, sorted(hidden))),
    )


def _objects(marking: Marking, names: Names, hidden: set[Pointer]) -> tuple[ObjectShown, ...]:
    reachable = marking.graph.reachable()
    return tuple(
        ObjectShown(
            name=names.object(one),
            color=marking.color[one].name.lower(),
            fields=tuple(names.field(one, field) for field in range(len(fields))),
            points_to=_named(names, fields),
            read_fields=marking.fields_done[one],
            reachable=one in reachable,
            hidden=one in hidden,
        )
        for one, fields in enumerate(marking.graph.fields)
    )


def _globals(marking: Marking, names: Names) -> RootShown:
    held = marking.graph.globals
    color = "black" if all(marking.global_done) else "grey"
    return RootShown(
        "globals", color, tuple(map(names.global_, range(len(held)))), _named(names, held)
    )


def _stack(marking: Marking, names: Names, number: int) -> RootShown:
    held = marking.graph.stacks[number]
    slots = tuple(names.slot(number, slot) for slot in range(len(held)))
    again = marking.barrier.stops_to_rescan and marking.ran_since_scan[number]
    color = "black" if marking.is_scanned(number) and not again else "grey"
    return RootShown(names.goroutine(number), color, slots, _named(names, held))


def _named(names: Names, pointers: list[Pointer]) -> tuple[str | None, ...]:
    return tuple(None if one == NIL else names.object(one) for one in pointers)
