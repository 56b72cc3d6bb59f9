"""The write barriers that are compared: what each shades, and when each reads the stacks.

A barrier runs before a pointer is written to the heap, to a global, or to another goroutine's
stack (a channel operation). Writes to a goroutine's own stack have none: that is what makes stacks
hard. In the words of runtime/mbarrier.go, with ``*slot`` the old value and ``ptr`` the new one:

    none        *slot = ptr
    dijkstra    shade(ptr); *slot = ptr                 stacks read again at the end, world stopped
    yuasa       shade(*slot); *slot = ptr               all stacks read at the start, world stopped
    hybrid      shade(*slot)
                if the stack is grey: shade(ptr)        stacks read one at a time, never again
                *slot = ptr
    go          shade(*slot); shade(ptr); *slot = ptr   the same, and into a buffer

Go 1.5 to 1.7 was ``dijkstra``. Since 1.8 the comment in mbarrier.go describes ``hybrid``; the code
does not look at the stack's colour and shades both, always (``go``): gcWriteBarrier
(asm_amd64.s) appends both pointers to the P's buffer of 512, wbBufFlush1 (mwbbuf.go) shades what
is in it when it is full and before marking may end. Its comment says why the test of the colour is
left out. The design and its proof: golang/proposal, design/17503-eliminate-rescan.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BUFFER_ENTRIES = 512  # wbBufEntries, mwbbuf.go:70 in 1.21, 1.22 and 1.27; two for each write


class ShadesNew(Enum):
    """When the barrier shades the pointer that is written."""

    NEVER = "never"
    IN_CHANNELS = "in channel operations"
    GREY_STACK = "while the writer's stack, or in a channel operation either, is grey"
    CURRENT_STACK_GREY = "while the writer's stack is grey, in channel operations too"
    ALWAYS = "always"


class Stacks(Enum):
    """When the stacks are read."""

    RESCANNED = "one at a time, and again at the end with the world stopped"
    AT_START = "all at the start with the world stopped"
    ONE_AT_A_TIME = "one at a time"
    BEFORE_HEAP = "one at a time, before anything else is read"


class NewObjects(Enum):
    """The colour an object is born with while marking."""

    BLACK = "black"
    WHITE = "white"
    GREY_UNTIL_STACKS_SCANNED = "grey until all stacks are scanned, then black"


@dataclass(frozen=True, slots=True)
class Barrier:
    """A barrier with what belongs to it; the last four are there to be taken away."""

    name: str
    shades_old: bool
    shades_new: ShadesNew
    stacks: Stacks
    new_objects: NewObjects = NewObjects.BLACK
    buffered: bool = False
    flushed_at_end: bool = True
    rescans: bool = True
    guards_globals: bool = True
    guards_channels: bool = True

    @property
    def stops_to_rescan(self) -> bool:
        """Whether mark termination reads stacks again."""
        return self.stacks is Stacks.RESCANNED and self.rescans


NONE = Barrier("none", False, ShadesNew.NEVER, Stacks.ONE_AT_A_TIME)
DIJKSTRA = Barrier("dijkstra", False, ShadesNew.ALWAYS, Stacks.RESCANNED)
YUASA = Barrier("yuasa", True, ShadesNew.NEVER, Stacks.AT_START)
HYBRID = Barrier("hybrid", True, ShadesNew.GREY_STACK, Stacks.ONE_AT_A_TIME)
GO = Barrier("go", True, ShadesNew.ALWAYS, Stacks.ONE_AT_A_TIME, buffered=True)

BARRIERS = (NONE, DIJKSTRA, YUASA, HYBRID, GO)
SAFE = (DIJKSTRA, YUASA, HYBRID, GO)
