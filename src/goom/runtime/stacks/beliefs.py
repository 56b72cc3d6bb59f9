"""What is commonly believed of stacks and is not so, the constants, and what versions changed."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.stacks.layout import BIG_FRAME_BYTES, SMALL_FRAME_BYTES, Layout


@dataclass(frozen=True, slots=True)
class Belief:
    """What is said, what is true, and where one can see it."""

    said: str
    truth: str
    seen_in: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a version of Go changed."""

    release: str
    what: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of the runtime, with its name there and its source."""

    name: str
    bytes: int
    means: str
    source: str


def constants(layout: Layout) -> tuple[Constant, ...]:
    """The constants of a version, for a table."""
    rows = (
        ("fixedStack", layout.fixed_stack_bytes, "the smallest stack, a new goroutine's",
         "runtime/stack.go"),
        ("stackGuard", layout.guard_bytes, "kept free below every checked frame",
         "runtime/stack.go"),
        ("stackNosplit", layout.nosplit_bytes, "of it for functions without a check",
         "runtime/stack.go"),
        ("StackSmall", SMALL_FRAME_BYTES, "frames up to this are checked by SP alone",
         "internal/abi/stack.go"),
        ("StackBig", BIG_FRAME_BYTES, "frames beyond are also checked for wrap-around",
         "internal/abi/stack.go"),
        ("maxstacksize", layout.limit_bytes, "no stack may exceed it (debug.SetMaxStack)",
         "runtime/proc.go"),
        ("largest stack", layout.largest_bytes, "the largest power of two below that",
         "runtime/stack.go newstack"),
        ("_StackCacheSize", layout.span_bytes, "a span of small stacks; a P's cache per size",
         "runtime/malloc.go"),
    )  # fmt: skip
    return tuple(Constant(*row) for row in rows)


BELIEFS = (
    Belief(
        "Every goroutine starts with 2 KiB.",
        "A new one does. One that reuses a dead goroutine starts with the adapted size: what the "
        "last collection found in use on average plus the guard, as a power of two.",
        "/gc/stack/starting-size:bytes; stack.go gcComputeStartingStackSize, proc.go gfget",
    ),
    Belief(
        "A stack grows by doubling.",
        "It doubles until the frame fits: one call with an 8 KiB frame takes it from 2 to 16 KiB "
        "at once.",
        "stack.go newstack",
    ),
    Belief(
        "The function runtime.stackgrow does it.",
        "There is none. The prologue calls morestack, that calls newstack, that calls copystack.",
        "asm_amd64.s morestack, stack.go",
    ),
    Belief(
        "go tool trace shows a 'Stack growth' event.",
        "No version has one. Since 1.23, GODEBUG=traceallocfree=1 records each stack that is "
        "allocated and freed, as an experiment.",
        "internal/trace event tables",
    ),
    Belief(
        "A growth also happens when the compiler cannot tell the size of a frame.",
        "The size of every frame is fixed when it is compiled; the check is always the prologue's.",
        "go build -gcflags=-S prints it: TEXT name(SB), $FRAME-ARGS",
    ),
    Belief(
        "The guard is 256 to 512 bytes.",
        "928: 800 for chains of functions that do not check, 128 for one small frame. 1728 with "
        "-race.",
        "stack.go stackGuard",
    ),
    Belief(
        "A stack can have 1 GB.",
        "Sizes are powers of two and the limit is 1,000,000,000 bytes, so the largest is 512 MiB. "
        "While it was copied the one of 256 MiB was there too.",
        "proc.go maxstacksize, stack.go newstack",
    ),
    Belief(
        "Stacks give their memory back when the calls return.",
        "Only a collection shrinks a stack, and only by half each time, and only when less than a "
        "quarter of it is in use.",
        "stack.go shrinkstack, mgcmark.go scanstack",
    ),
    Belief(
        "An array declared in a function makes its stack grow.",
        "Not when the compiler can drop it: 'var buf [8192]byte; _ = buf' takes no room at all.",
        "go build -gcflags=-S",
    ),
)

CHANGES = (
    Change("1.22", "Windows on 386 keeps 4096 bytes for the system, as on amd64 before (2048)."),
    Change("1.23", "GODEBUG=traceallocfree=1 records stacks in execution traces. While one is "
                   "recorded, goroutines that wait for the collector are not shrunk."),
    Change("1.24", "OpenBSD doubles the room for functions without a check."),
    Change("1.26", "Goroutines that wait like that are never shrunk, traced or not."),
)  # fmt: skip
