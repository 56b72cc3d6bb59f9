"""Shrinking: at each collection a stack that is mostly unused is halved, once.

runtime/stack.go shrinkstack, called from mgcmark.go scanstack, so once for each stack and mark
phase. The same rules from 1.21 to 1.27:

    if newsize = stack / 2 < fixedStack:            leave it
    if used + stackNosplit >= stack / 4:            leave it
    copystack(newsize)                              # copies ``used`` bytes

Not halved now, but at the goroutine's next safe point (isShrinkStackSafe, preemptShrink): a
goroutine in a system call, one that was preempted in the middle of a function, one that is just
parking on a channel. GODEBUG=gcshrinkstackoff=1 switches all of it off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from goom.runtime.stacks.layout import Layout

Kept = Literal["", "smallest", "in use", "not safe", "off"]


@dataclass(frozen=True, slots=True)
class Rest:
    """A goroutine between two collections: what it holds and what it uses."""

    stack_bytes: int
    used_bytes: int  # from the high end down to g.sched.sp
    safe: bool = True  # not in a system call, not preempted in the middle of a function


@dataclass(frozen=True, slots=True)
class Shrink:
    """What one collection did to a stack; ``kept`` says why it was left, "" when halved."""

    collection: int  # from 1
    old_bytes: int
    new_bytes: int
    copied_bytes: int
    kept: Kept


def shrunk(layout: Layout, rest: Rest, enabled: bool = True) -> tuple[int, Kept]:
    """The size after one collection, and why it stays when it does."""
    if not enabled:
        return rest.stack_bytes, "off"
    if not rest.safe:
        return rest.stack_bytes, "not safe"
    if rest.stack_bytes // 2 < layout.fixed_stack_bytes:
        return rest.stack_bytes, "smallest"
    if rest.used_bytes + layout.nosplit_bytes >= rest.stack_bytes // 4:
        return rest.stack_bytes, "in use"
    return rest.stack_bytes // 2, ""


def shrinks(
    layout: Layout, rest: Rest, collections: int, enabled: bool = True
) -> tuple[Shrink, ...]:
    """What each of so many collections does to a goroutine that stays where it is."""
    told: list[Shrink] = []
    size = rest.stack_bytes
    for collection in range(1, collections + 1):
        new, kept = shrunk(layout, Rest(size, rest.used_bytes, rest.safe), enabled)
        told.append(Shrink(collection, size, new, rest.used_bytes if not kept else 0, kept))
        size = new
    return tuple(told)


def settled_bytes(layout: Layout, rest: Rest) -> int:
    """The size at which shrinking ends when the goroutine stays where it is."""
    size, kept = rest.stack_bytes, ""
    while not kept:
        size, kept = shrunk(layout, Rest(size, rest.used_bytes, rest.safe))
    return size
