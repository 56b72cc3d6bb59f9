"""Growth of a goroutine's stack: when a call finds no room, how far it grows, what is copied.

Named after runtime/stack.go. The same rules from 1.21 to 1.27.

**The check** is in the prologue of every function that is not marked NOSPLIT (the compiler marks
small leaves by itself). cmd/internal/obj/x86/obj6.go, stacksplit, has three forms of it:

    frame <= 128           SP                      <= stackguard0   → morestack
    128 < frame <= 4096    SP - (frame - 128)      <= stackguard0   → morestack
    frame > 4096           the same; a subtraction that wraps around also calls morestack

With ``used = hi - SP`` and ``stackguard0 = lo + guard`` they are one comparison:

    stack - used - max(frame - 128, 0) <= guard

SP points at the return address of the call, as the callee finds it.

**The growth**, newstack:

    new = 2 * old
    while new - used < frame + guard: new *= 2       # funcMaxSPDelta(f) is the frame
    if new > maxstacksize: fatal error: stack overflow

**The copy**, copystack: ``used`` bytes are moved to the high end of the new stack; then every frame
is walked and every pointer into the old stack is adjusted; then the old stack is freed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from goom.runtime.stacks.layout import BIG_FRAME_BYTES, SMALL_FRAME_BYTES, Layout


@dataclass(frozen=True, slots=True)
class Calls:
    """``count`` nested calls of functions with one size of frame.

    ``frame_bytes`` is what the compiler prints as ``TEXT name(SB), $FRAME-ARGS``: locals, outgoing
    arguments and the saved frame pointer, without the return address. ``checks`` is False for
    functions without a check (NOSPLIT, small leaves).
    """

    frame_bytes: int
    count: int = 1
    checks: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """One growth: the call that found no room, and what moving the stack cost."""

    call: int  # which call, from 0
    frame_bytes: int
    old_bytes: int
    new_bytes: int
    copied_bytes: int
    frames_walked: int  # each is looked up and its pointers adjusted; goexit's is the last


@dataclass(frozen=True, slots=True)
class Overflow:
    """The growth that was refused: the program ends with *goroutine stack exceeds … limit*."""

    call: int
    frame_bytes: int
    old_bytes: int
    wanted_bytes: int
    used_bytes: int


@dataclass(frozen=True, slots=True)
class Descent:
    """What became of a stack on the way down a chain of calls."""

    start_bytes: int
    stack_bytes: int
    used_bytes: int  # within the innermost function, from the high end to SP
    calls: int
    growths: tuple[Growth, ...]
    overflow: Overflow | None = None

    @property
    def copied_bytes(self) -> int:
        """All copies together: always below the final size, for sizes at least double."""
        return sum(growth.copied_bytes for growth in self.growths)

    @property
    def written_bytes(self) -> int:
        """Memory written, in this stack and in those it was copied from.

        Those before are free but stay resident until they are reused or scavenged, and no later
        stack fits into them: their sizes add up to less than the next.
        """
        return self.copied_bytes + self.used_bytes

    @property
    def frames_walked(self) -> int:
        """Frames adjusted by all copies together."""
        return sum(growth.frames_walked for growth in self.growths)


Check = Literal["none", "small", "big", "huge"]


def check_of(calls: Calls) -> Check:
    """Which form of the check the prologue of such a function has."""
    if not calls.checks:
        return "none"
    if calls.frame_bytes <= SMALL_FRAME_BYTES:
        return "small"
    return "big" if calls.frame_bytes <= BIG_FRAME_BYTES else "huge"


def finds_room(layout: Layout, stack_bytes: int, used_bytes: int, frame_bytes: int) -> bool:
    """Whether the check of a function lets it run on this stack (obj6.go stacksplit)."""
    return stack_bytes - used_bytes - _beyond_small(frame_bytes) > layout.guard_bytes


def grown(layout: Layout, stack_bytes: int, used_bytes: int, frame_bytes: int) -> int:
    """The size that newstack asks for; it may be beyond ``layout.limit_bytes``."""
    new = 2 * stack_bytes
    while new - used_bytes < frame_bytes + layout.guard_bytes:
        new *= 2
    return new


def descend(layout: Layout, chain: Iterable[Calls], start_bytes: int | None = None) -> Descent:
    """Go down a chain of calls, outermost first, on a stack of ``start_bytes`` (the smallest)."""
    return Stack(layout, start_bytes).call(*chain).descent()


class Stack:
    """One goroutine's stack on the way down; ``call`` goes deeper, ``descent`` tells the story.

    A run of equal frames is stepped over by division, so a million calls cost as much as ten.
    """

    def __init__(self, layout: Layout, start_bytes: int | None = None) -> None:
        self.layout = layout
        self.start_bytes = start_bytes or layout.fixed_stack_bytes
        self.stack_bytes = self.start_bytes
        self._entered_bytes = layout.entry_bytes  # in use as the next callee finds it
        self.calls = 0
        self.growths: list[Growth] = []
        self.overflow: Overflow | None = None

    @property
    def used_bytes(self) -> int:
        """In use within the innermost function: its frame is there, no further call is."""
        return self._entered_bytes - (self.layout.return_address_bytes if self.calls else 0)

    def call(self, *chain: Calls) -> Stack:
        """Make these calls within the innermost one; nothing happens after an overflow."""
        for calls in chain:
            left = calls.count
            while left > 0 and self.overflow is None:
                fitting = min(left, self._fitting(calls))
                self._enter(calls, fitting)
                left -= fitting
                if left:
                    self._grow(calls)
        return self

    def descent(self) -> Descent:
        """The story so far."""
        return Descent(
            self.start_bytes, self.stack_bytes, self.used_bytes, self.calls,
            tuple(self.growths), self.overflow,
        )  # fmt: skip

    def _fitting(self, calls: Calls) -> int:
        """How many such calls the stack still takes: finds_room, solved for the count."""
        if not calls.checks:
            return calls.count
        free = self.stack_bytes - self._entered_bytes - _beyond_small(calls.frame_bytes)
        return max(0, -(-(free - self.layout.guard_bytes) // self._stride(calls)))

    def _enter(self, calls: Calls, count: int) -> None:
        self._entered_bytes += count * self._stride(calls)
        self.calls += count

    def _stride(self, calls: Calls) -> int:
        return calls.frame_bytes + self.layout.return_address_bytes

    def _grow(self, calls: Calls) -> None:
        old, frame = self.stack_bytes, calls.frame_bytes
        new = grown(self.layout, old, self._entered_bytes, frame)
        if new > self.layout.limit_bytes:
            self.overflow = Overflow(self.calls, frame, old, new, self._entered_bytes)
            return
        walked = self.calls + 2  # the callers, the function that asks, and goexit
        self.growths.append(Growth(self.calls, frame, old, new, self._entered_bytes, walked))
        self.stack_bytes = new


def _beyond_small(frame_bytes: int) -> int:
    return max(frame_bytes - SMALL_FRAME_BYTES, 0)
