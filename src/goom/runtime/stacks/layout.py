"""The constants of a goroutine's stack, for a version of Go and a platform.

    hi   +---------------------------+
         | entry: 4 words + goexit   |  entry_bytes, before the first function (newproc1, proc.go)
         | frame, frame, frame …     |  the stack grows downwards
    SP > |                           |
         | free                      |
         +- - - - - - - - - - - - - -+  lo + guard_bytes: g.stackguard0
         | 128 bytes for one frame   |  abi.StackSmall
         | 800 bytes for chains of   |  stackNosplit: functions that do not check
         | functions without a check |
         | (stackSystem, per OS)     |
    lo   +---------------------------+

Sources: runtime/stack.go (stackMin, fixedStack, stackNosplit, stackGuard, stackSystem),
internal/abi/stack.go (StackNosplitBase 800, StackSmall 128, StackBig 4096),
internal/runtime/sys/consts.go (StackGuardMultiplier; runtime/internal/sys up to 1.23),
runtime/malloc.go (_StackCacheSize, _NumStackOrders), runtime/proc.go main (maxstacksize).

What changed from 1.21 to 1.27, on all platforms together:

- 1.22: Windows keeps 4096 bytes for the system on 386 too, before 512 words (2048 bytes there);
- 1.24: OpenBSD doubles the room for functions without a check, as AIX and -race do.

Linux is the same in all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.errors import BadInput

OLDEST = (1, 21)
NEWEST = (1, 27)

SMALL_FRAME_BYTES = 128  # abi.StackSmall
BIG_FRAME_BYTES = 4096  # abi.StackBig

_NOSPLIT_BASE_BYTES = 800  # abi.StackNosplitBase
_STACK_MIN_BYTES = 2048
_CACHE_BYTES = 32 << 10  # _StackCacheSize
_ENTRY_WORDS = 4 + 1  # newproc1 leaves four words free, gostartcall pushes goexit's address
_SYSTEMS = ("linux", "darwin", "freebsd", "netbsd", "openbsd", "windows", "plan9", "ios", "aix")


@dataclass(frozen=True, slots=True)
class Platform:
    """Where a program runs: GOOS, the size of a word (8, or 4 on 386), built with -race or not."""

    goos: str = "linux"
    word_bytes: int = 8
    race: bool = False


LINUX_64 = Platform()


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rules of growing and shrinking count with; see the picture above."""

    release: str
    fixed_stack_bytes: int  # the smallest stack, what a new goroutine gets
    system_bytes: int  # stackSystem
    nosplit_bytes: int  # stackNosplit
    guard_bytes: int  # stackGuard: stackguard0 is this far above the stack's low end
    entry_bytes: int  # above the first function
    return_address_bytes: int  # that each call adds to its frame
    limit_bytes: int  # maxstacksize: a growth beyond it ends the program
    cached_orders: int  # sizes that share spans: fixed_stack_bytes << 0 … cached_orders - 1
    span_bytes: int  # of such a span, and what each P may keep of each order

    @property
    def largest_bytes(self) -> int:
        """The largest stack there can be: sizes are powers of two, so it is below the limit."""
        return 1 << (self.limit_bytes.bit_length() - 1)


def layout_of(version: str | None = None, platform: Platform = LINUX_64) -> Layout:
    """The constants of a version ("1.22.10"; None for the newest known); BadInput for another."""
    release = release_of(version)
    if platform.goos not in _SYSTEMS:
        raise BadInput(f"no stack layout is known for {platform.goos!r}.", "Try linux.")
    system = _system_bytes(release, platform)
    nosplit = _NOSPLIT_BASE_BYTES * _guard_multiplier(release, platform)
    return Layout(
        release=f"{release[0]}.{release[1]}",
        fixed_stack_bytes=round2(_STACK_MIN_BYTES + system),
        system_bytes=system,
        nosplit_bytes=nosplit,
        guard_bytes=nosplit + system + SMALL_FRAME_BYTES,
        entry_bytes=_ENTRY_WORDS * platform.word_bytes,
        return_address_bytes=platform.word_bytes,
        limit_bytes=1_000_000_000 if platform.word_bytes == 8 else 250_000_000,
        cached_orders=_cached_orders(platform),
        span_bytes=_CACHE_BYTES,
    )


def release_of(version: str | None) -> tuple[int, int]:
    """``1.22.10`` as (1, 22); None and "newest" as the newest known; newer ones keep its rules."""
    if version in (None, "", "newest"):
        return NEWEST
    parts = str(version).removeprefix("go").split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):
        raise BadInput(f"{version!r} is not a Go version.", "Say it like 1.22.10, 1.22 or newest.")
    release = (int(parts[0]), int(parts[1]))
    if release < OLDEST or release[0] != 1:
        raise BadInput(f"the stack model knows Go 1.21 to 1.27, not {version}.", "Try --go 1.21.")
    return min(release, NEWEST)


def round2(size_bytes: int) -> int:
    """The next power of two, itself when it is one (stack.go round2)."""
    return 1 << max(size_bytes - 1, 0).bit_length()


def _system_bytes(release: tuple[int, int], platform: Platform) -> int:
    if platform.goos == "windows":
        return 4096 if release >= (1, 22) else 512 * platform.word_bytes
    return {"plan9": 512, "ios": 1024}.get(platform.goos, 0)


def _guard_multiplier(release: tuple[int, int], platform: Platform) -> int:
    wide = platform.goos == "aix" or (platform.goos == "openbsd" and release >= (1, 24))
    return 1 + wide + platform.race


def _cached_orders(platform: Platform) -> int:
    if platform.goos == "windows":
        return 4 - platform.word_bytes // 4
    return 3 if platform.goos == "plan9" else 4
