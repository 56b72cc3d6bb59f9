"""A goroutine that waits: what waiting itself takes, and how close it is to its next growth.

A goroutine that waits has called into the runtime, and some of those calls go deeper for a moment
than where it then rests: a channel receive may allocate its sudog, an allocation may sweep or begin
a collection. When less than ``RUNTIME_CALLS_BYTES`` is free above the guard, such a moment may make
the stack grow once more than the program's own calls do. Which calls happen depends on the state of
the free lists, so the model says *may*.
"""

from __future__ import annotations

from goom.runtime.stacks.layout import Layout
from goom.runtime.stacks.stack import Calls

# The frames of a channel receive that waits, the same from 1.21 to 1.27 (read from binaries).
CHANNEL_WAIT = (
    Calls(32, checks=False, name="runtime.chanrecv1"),
    Calls(112, name="runtime.chanrecv"),
    Calls(24, name="runtime.gopark"),
)

CHANNEL_WAIT_BYTES = 192  # of them together, with their return addresses

# Seen with 2,000 goroutines waiting on a channel at 69 places, 1.21 to 1.27: with no collection
# stacks that had up to 760 bytes free grew, with one every few hundred goroutines up to 904.
RUNTIME_CALLS_BYTES = 1024


def free_bytes(layout: Layout, stack_bytes: int, used_bytes: int) -> int:
    """What may be used before the check of a function with a small frame fails; may be negative."""
    return stack_bytes - used_bytes - layout.guard_bytes


def may_grow_once_more(layout: Layout, stack_bytes: int, used_bytes: int) -> bool:
    """Whether calls into the runtime from a function that uses so much may make the stack grow."""
    return free_bytes(layout, stack_bytes, used_bytes) < RUNTIME_CALLS_BYTES
