"""One goroutine's stack as a story in steps: down, a growth in slow motion, back, collections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from goom.case.units import bytes_text
from goom.runtime.stacks.layout import Layout
from goom.runtime.stacks.shrink import Kept, Rest, shrinks
from goom.runtime.stacks.stack import Calls, Growth, Stack
from goom.runtime.stacks.waiting import CHANNEL_WAIT

Event = Literal["call", "check fails", "newstack", "copystack", "return", "collection", "overflow"]

BIG_FRAME = Calls(8192 + 96, name="a function with var buf [8192]byte")
_MOST_COLLECTIONS = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One moment. Sizes are bytes; ``used_bytes`` counts from the stack's high end down to SP.

    ``most_used_bytes`` is the guard's line: a function with a small frame is let in while less than
    this is in use. ``old_stack_bytes`` is the stack that was left, in a step that copies.
    """

    event: Event
    title: str
    text: str
    source: str
    depth: int  # calls on the stack
    frame_bytes: int  # of the function that runs or wants to run
    used_bytes: int
    stack_bytes: int
    most_used_bytes: int
    old_stack_bytes: int | None = None
    copied_bytes: int = 0
    copies_so_far: int = 0
    copied_so_far_bytes: int = 0


def walk(layout: Layout, body: Calls, deep: Calls) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The story of a recursion, and that of a single call with a big frame."""
    return (
        tuple(_totalled(_recursion(layout, body, deep))),
        tuple(_totalled(_big_frame(layout, body))),
    )


def _totalled(steps: Iterator[Step]) -> Iterator[Step]:
    copies = copied = 0
    for step in steps:
        copies += step.copied_bytes > 0
        copied += step.copied_bytes
        yield replace(step, copies_so_far=copies, copied_so_far_bytes=copied)


def _recursion(layout: Layout, body: Calls, deep: Calls) -> Iterator[Step]:
    yield from _start(layout, body)
    stack = Stack(layout).call(body, deep)
    for place, growth in enumerate(stack.growths):
        yield from _slow_growth(layout, growth) if place == 0 else [_copy(layout, growth)]
    if stack.overflow is not None:
        yield _overflow(layout, stack)
        return
    yield _bottom(layout, stack, deep)
    yield from _back(layout, body, stack)


def _start(layout: Layout, body: Calls) -> Iterator[Step]:
    stack = Stack(layout).call(body)
    yield Step(
        "call", "A new goroutine",
        f"It gets {layout.fixed_stack_bytes:,} bytes. The stack grows downwards; the lowest "
        f"{layout.guard_bytes} bytes are the guard, kept for functions that do not check.",
        "proc.go newproc1", 1, body.frame_bytes, stack.used_bytes, stack.stack_bytes,
        _line(layout, stack.stack_bytes),
    )  # fmt: skip


def _slow_growth(layout: Layout, growth: Growth) -> Iterator[Step]:
    at = (growth.call, growth.frame_bytes, growth.copied_bytes)
    yield Step(
        "check fails", f"Call {growth.call + 1:,}: the check fails",
        f"The function's first instructions compare SP with stackguard0. {growth.copied_bytes:,} "
        f"of {growth.old_bytes:,} bytes are in use and {layout.guard_bytes} must stay free: it "
        "calls morestack instead of running.",
        "cmd/internal/obj/x86 stacksplit", *at, growth.old_bytes, _line(layout, growth.old_bytes),
    )  # fmt: skip
    yield Step(
        "newstack", "newstack chooses the size",
        f"Twice {growth.old_bytes:,}, and twice again until the frame of {growth.frame_bytes:,} "
        f"and the guard fit: {growth.new_bytes:,}.",
        "stack.go newstack", *at, growth.old_bytes, _line(layout, growth.old_bytes),
    )  # fmt: skip
    yield _copy(layout, growth)


def _copy(layout: Layout, growth: Growth) -> Step:
    return Step(
        "copystack", f"Copied: {growth.old_bytes:,} to {growth.new_bytes:,} bytes",
        f"Call {growth.call + 1:,} found no room. The {growth.copied_bytes:,} bytes in use move; "
        f"{growth.frames_walked:,} frames are walked to adjust pointers into the old stack, which "
        "is freed. Then the check is made again.",
        "stack.go copystack", growth.call, growth.frame_bytes, growth.copied_bytes,
        growth.new_bytes, _line(layout, growth.new_bytes), growth.old_bytes, growth.copied_bytes,
    )  # fmt: skip


def _overflow(layout: Layout, stack: Stack) -> Step:
    over = stack.overflow
    assert over is not None
    return Step(
        "overflow", "fatal error: stack overflow",
        f"Call {over.call + 1:,} wants {over.wanted_bytes:,} bytes, beyond the limit of "
        f"{layout.limit_bytes:,}. The program ends; recover does not help. By then "
        f"{bytes_text(stack.descent().written_bytes)} have been written, in this stack and in "
        "those before it: with less to have, the kernel ends the program first.",
        "stack.go newstack", over.call, over.frame_bytes, over.used_bytes, over.old_bytes,
        _line(layout, over.old_bytes),
    )  # fmt: skip


def _bottom(layout: Layout, stack: Stack, deep: Calls) -> Step:
    return Step(
        "call", f"{deep.count:,} calls deep",
        f"{stack.used_bytes:,} of {stack.stack_bytes:,} bytes are in use. "
        f"{sum(one.copied_bytes for one in stack.growths):,} bytes were copied in "
        f"{len(stack.growths)} growths, less than the stack's final size.",
        "stack.go newstack", stack.calls, deep.frame_bytes, stack.used_bytes, stack.stack_bytes,
        _line(layout, stack.stack_bytes),
    )  # fmt: skip


def _back(layout: Layout, body: Calls, stack: Stack) -> Iterator[Step]:
    size = stack.stack_bytes
    used = Stack(layout).call(body, *CHANNEL_WAIT).used_bytes
    yield Step(
        "return", "All calls return",
        f"The goroutine waits on a channel in its first function and uses {used} bytes. The stack "
        f"stays at {size:,}: returning frees nothing.",
        "chan.go chanrecv", 1, body.frame_bytes, used, size, _line(layout, size),
    )  # fmt: skip
    for one in shrinks(layout, Rest(size, used), _MOST_COLLECTIONS):
        yield Step(
            "collection", _collection_title(one.collection, one.new_bytes, one.kept),
            _collection_text(layout, used, one.old_bytes, one.kept),
            "stack.go shrinkstack", 1, body.frame_bytes, used, one.new_bytes,
            _line(layout, one.new_bytes), None if one.kept else one.old_bytes, one.copied_bytes,
        )  # fmt: skip
        if one.kept:
            return


def _collection_title(collection: int, size: int, kept: Kept) -> str:
    return f"Collection {collection}: {'left at' if kept else 'halved to'} {size:,}"


def _collection_text(layout: Layout, used: int, size: int, kept: Kept) -> str:
    if kept == "smallest":
        return f"{size:,} bytes are the smallest stack there is."
    asked = f"{used} in use and {layout.nosplit_bytes} for functions without a check are"
    if kept:
        return f"{asked} not less than a quarter of {size:,}: it stays."
    return f"{asked} less than a quarter of {size:,}: halved, once for each collection."


def _big_frame(layout: Layout, body: Calls) -> Iterator[Step]:
    yield from _start(layout, body)
    stack = Stack(layout).call(body, BIG_FRAME)
    for growth in stack.growths:
        yield from _slow_growth(layout, growth)
    yield Step(
        "call", f"{BIG_FRAME.name} runs",
        f"One growth to {stack.stack_bytes:,} bytes, not three: newstack knows the frame's size.",
        "stack.go newstack", stack.calls, BIG_FRAME.frame_bytes, stack.used_bytes,
        stack.stack_bytes, _line(layout, stack.stack_bytes),
    )  # fmt: skip


def _line(layout: Layout, stack_bytes: int) -> int:
    return stack_bytes - layout.guard_bytes
