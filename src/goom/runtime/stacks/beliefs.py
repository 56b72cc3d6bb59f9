"""What is often said of stacks and what is so; the constants of each version; what changed."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.stacks.layout import (
    BIG_FRAME_BYTES,
    NEWEST,
    OLDEST,
    SMALL_FRAME_BYTES,
    Platform,
    layout_of,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A statement one hears, the claims it belongs to, what is true, and where one can see it."""

    claim_ids: tuple[str, ...]
    often_said: str
    true: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a version of Go changed."""

    go_version: str
    what: str


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of one version on one platform, in bytes, with the runtime's names."""

    go_version: str
    platform: str
    fixed_stack_bytes: int  # fixedStack, from stackMin
    guard_bytes: int  # stackGuard = stackNosplit + stackSystem + StackSmall
    nosplit_bytes: int
    system_bytes: int
    small_frame_bytes: int
    big_frame_bytes: int
    limit_bytes: int  # maxstacksize
    largest_bytes: int  # the largest power of two below it


_PLATFORMS = (
    ("linux", Platform()),
    ("linux -race", Platform(race=True)),
    ("windows", Platform("windows")),
    ("openbsd", Platform("openbsd")),
)


def constants() -> tuple[Constants, ...]:
    """For each version that the model knows, the constants on the platforms that differ."""
    versions = [f"1.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    return tuple(
        _constants(version, name, platform) for name, platform in _PLATFORMS for version in versions
    )


def _constants(version: str, name: str, platform: Platform) -> Constants:
    layout = layout_of(version, platform)
    return Constants(
        version, name, layout.fixed_stack_bytes, layout.guard_bytes, layout.nosplit_bytes,
        layout.system_bytes, SMALL_FRAME_BYTES, BIG_FRAME_BYTES, layout.limit_bytes,
        layout.largest_bytes,
    )  # fmt: skip


SAID = (
    Said(
        ("C039",),
        "Every goroutine starts with 2 KiB.",
        "A new one does. One that reuses a dead goroutine starts with the adapted size: what the "
        "last collection found in use on average plus the guard, as a power of two.",
        "/gc/stack/starting-size:bytes; stack.go gcComputeStartingStackSize, proc.go gfget",
    ),
    Said(
        ("C048",),
        "A stack grows by doubling.",
        "It doubles until the frame fits: one call with an 8 KiB frame takes it from 2 to 16 KiB "
        "at once.",
        "stack.go newstack",
    ),
    Said(
        ("C044",),
        "The function runtime.stackgrow does it.",
        "There is none. The prologue calls morestack, that calls newstack, that calls copystack.",
        "asm_amd64.s morestack, stack.go",
    ),
    Said(
        ("C044",),
        "go tool trace shows a 'Stack growth' event.",
        "No version has one. Since 1.23, GODEBUG=traceallocfree=1 records each stack that is "
        "allocated and freed, as an experiment.",
        "internal/trace event tables",
    ),
    Said(
        ("C042",),
        "A growth also happens when the compiler cannot tell the size of a frame.",
        "The size of every frame is fixed when it is compiled; the check is always the prologue's.",
        "go build -gcflags=-S prints it: TEXT name(SB), $FRAME-ARGS",
    ),
    Said(
        ("C047",),
        "The guard is 256 to 512 bytes.",
        "928: 800 for chains of functions that do not check, 128 for one small frame. 1728 with "
        "-race.",
        "stack.go stackGuard",
    ),
    Said(
        ("C046",),
        "A stack can have 1 GB.",
        "Sizes are powers of two and the limit is 1,000,000,000 bytes, so the largest is 512 MiB. "
        "With the smaller ones before it, recursion without end writes 1 GiB before Go reports a "
        "stack overflow; in a container with less the kernel kills it first.",
        "proc.go maxstacksize, stack.go newstack",
    ),
    Said(
        (),
        "Stacks give their memory back when the calls return.",
        "Only a collection shrinks a stack, and only by half each time, and only when less than a "
        "quarter of it is in use.",
        "stack.go shrinkstack, mgcmark.go scanstack",
    ),
    Said(
        ("C043",),
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
