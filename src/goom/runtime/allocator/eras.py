"""What changed in the allocator from version to version: three eras, old next to new.

The table of size classes did not change from 1.19 to 1.27. What changed is what an object with
pointers and its span keep for themselves:

| | up to 1.21 | 1.22 to 1.25 | since 1.26 |
|---|---|---|---|
| where an object's pointers are said | arena bitmap | span end, or 8-byte header | the same |
| largest small object | 32768 | 32760 | 32760 |
| mark bits | outside | outside | span end, for 16 to 512 bytes |

Sources: malloc.go and mbitmap.go (1.22: mbitmap_allocheaders.go); mheap.go, initSpan;
mgcmark_greenteagc.go, gcUsesSpanInlineMarkBits. Build experiments (noallocheaders in 1.22,
greenteagc in 1.25, nogreenteagc in 1.26 and 1.27) are not modelled: this is what Go ships.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from goom.case.errors import BadInput

OLDEST, NEWEST = (1, 19), (1, 27)
HEADER_BYTES = 8  # mallocHeaderSize
HEADERLESS_BYTES = 512  # minSizeForMallocHeader: 8 words of 64 bits of heap bits
MOST_SMALL_BYTES = 32768  # maxSmallSize
_VERSION = re.compile(r"(?:go)?(\d{1,3})\.(\d{1,3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Era:
    """How one stretch of versions lays out objects and spans, on 64-bit machines.

    ``since`` and ``until`` are releases, both included.
    """

    since: tuple[int, int]
    until: tuple[int, int]
    allocation_headers: bool
    inline_mark_bits: bool

    @property
    def name(self) -> str:
        """As a person says it: "1.22 to 1.25"."""
        if self.until == NEWEST:
            return f"since {version_text(self.since)}"
        return f"{version_text(self.since)} to {version_text(self.until)}"

    @property
    def most_small_bytes(self) -> int:
        """The largest request that gets a slot of a size class.

        Since 1.22 it is maxSmallSize - mallocHeaderSize, for objects without pointers as well
        (malloc.go, mallocgc).
        """
        return MOST_SMALL_BYTES - (HEADER_BYTES if self.allocation_headers else 0)

    def header_bytes(self, size_bytes: int, has_pointers: bool) -> int:
        """What stands before a small object of this size: 8 or 0 bytes (heapBitsInSpan)."""
        if not (self.allocation_headers and has_pointers):
            return 0
        return HEADER_BYTES if HEADERLESS_BYTES < size_bytes <= self.most_small_bytes else 0


ERAS = (
    Era(OLDEST, (1, 21), allocation_headers=False, inline_mark_bits=False),
    Era((1, 22), (1, 25), allocation_headers=True, inline_mark_bits=False),
    Era((1, 26), NEWEST, allocation_headers=True, inline_mark_bits=True),
)


def release_of(version: str | None) -> tuple[int, int]:
    """``go1.22.10`` as (1, 22); the newest known release for None and for what is no version."""
    found = _VERSION.match(version or "")
    return (int(found[1]), int(found[2])) if found else NEWEST


def asked_release(version: str) -> tuple[int, int]:
    """The release that a person asks for: "1.22", "go1.22.10", "1.27rc1" or "newest".

    BadInput for what is no version of Go, or one before 1.19. A release to come is itself; it is
    taken to have the rules of the newest era.
    """
    if version == "newest":
        return NEWEST
    if not _VERSION.match(version):
        raise BadInput(f"{version!r} is not a Go version.", "Say it like 1.22.10, 1.22 or newest.")
    release = release_of(version)
    if release < OLDEST:
        raise BadInput(
            f"the model does not know Go {version_text(release)}.",
            f"It knows {version_text(OLDEST)} to {version_text(NEWEST)}.",
        )
    return release


def era_of(version: str | None) -> Era:
    """The era of a version; the newest for None and for versions to come."""
    release = release_of(version)
    return next((era for era in ERAS if release <= era.until), ERAS[-1])


def version_text(release: tuple[int, int]) -> str:
    """(1, 22) as "1.22"."""
    return f"{release[0]}.{release[1]}"
