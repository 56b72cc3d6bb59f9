"""A mix of goroutines: what their stacks hold, what collections give back, and the next generation.

The story that the model tells of a mix, with goroutines started one after the other:

1. all start new, with the smallest stack, go down their calls and wait;
2. collections come: stacks shrink, and each sets the size that reused goroutines start with;
3. all end, and as many of each group start again before the next collection. They reuse the dead
   ones, so every one of them, deep or shallow, starts with the adapted size.

``StackInuse`` is that of these goroutines alone; a program has a few stacks more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from goom.runtime.stacks.layout import Layout
from goom.runtime.stacks.pool import stack_inuse_bytes
from goom.runtime.stacks.shrink import Rest, shrinks
from goom.runtime.stacks.stack import Calls, descend
from goom.runtime.stacks.start_size import Scanned, runtimes_own, starting_bytes
from goom.runtime.stacks.waiting import CHANNEL_WAIT_BYTES, may_grow_once_more


@dataclass(frozen=True, slots=True)
class Group:
    """Goroutines that do alike: go down ``calls``, come back, and wait at the end of ``waits``."""

    name: str
    goroutines: int
    calls: tuple[Calls, ...]
    waits: tuple[Calls, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """One goroutine from its start to where it waits."""

    start_bytes: int
    stack_bytes: int
    used_bytes: int
    growths: int
    copied_bytes: int
    overflows: bool
    may_grow_once_more: bool  # in calls within the runtime; see waiting.py


@dataclass(frozen=True, slots=True)
class GroupStory:
    """One goroutine of a group: a new one, collections, and one that reuses it."""

    name: str
    goroutines: int
    first: Life
    after_collections_bytes: tuple[int, ...]
    second: Life


@dataclass(frozen=True, slots=True)
class PopulationStory:
    """All groups together; ``stack_inuse_bytes`` is before any collection and after each."""

    groups: tuple[GroupStory, ...]
    stack_inuse_bytes: tuple[int, ...]
    starting_bytes: int  # what the last collection says
    second_inuse_bytes: int


def population(
    layout: Layout, groups: Sequence[Group], collections: int, procs: int = 1
) -> PopulationStory:
    """Tell the story of a mix."""
    firsts = [life(layout, group, layout.fixed_stack_bytes) for group in groups]
    starting = _starting(layout, groups, firsts, procs) if collections else layout.fixed_stack_bytes
    told = tuple(
        GroupStory(
            group.name, group.goroutines, first,
            _after(layout, first, collections), life(layout, group, starting),
        )
        for group, first in zip(groups, firsts, strict=True)
    )  # fmt: skip
    moments = zip(
        *((one.first.stack_bytes, *one.after_collections_bytes) for one in told), strict=True
    )
    return PopulationStory(
        told,
        tuple(_inuse(layout, groups, sizes) for sizes in moments),
        starting,
        _inuse(layout, groups, [one.second.stack_bytes for one in told]),
    )


def life(layout: Layout, group: Group, start_bytes: int) -> Life:
    """Go down the calls, come back, and go to where it waits."""
    down = descend(layout, group.calls, start_bytes)
    waiting = descend(layout, () if down.overflow else group.waits, down.stack_bytes)
    return Life(
        start_bytes,
        waiting.stack_bytes,
        waiting.used_bytes,
        len(down.growths) + len(waiting.growths),
        down.copied_bytes + waiting.copied_bytes,
        bool(down.overflow or waiting.overflow),
        may_grow_once_more(layout, waiting.stack_bytes, waiting.used_bytes - CHANNEL_WAIT_BYTES),
    )


def _after(layout: Layout, first: Life, collections: int) -> tuple[int, ...]:
    rest = Rest(first.stack_bytes, first.used_bytes)
    return tuple(step.new_bytes for step in shrinks(layout, rest, collections))


def _starting(layout: Layout, groups: Sequence[Group], lives: Sequence[Life], procs: int) -> int:
    scanned = [
        Scanned(group.goroutines, one.used_bytes) for group, one in zip(groups, lives, strict=True)
    ]
    return starting_bytes(layout, [*scanned, runtimes_own(procs)])


def _inuse(layout: Layout, groups: Sequence[Group], sizes: Sequence[int]) -> int:
    stacks = Counter[int]()
    for group, size in zip(groups, sizes, strict=True):
        stacks[size] += group.goroutines
    return stack_inuse_bytes(layout, stacks)
