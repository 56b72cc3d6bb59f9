"""When memory is cleared, and how much of it: mspan.needzero, and what mallocgc makes of it.

A span remembers whether its memory may hold old bytes (mheap.go, allocNeedsZero and initSpan):

    pages never used since the kernel gave them           no   heapArena.zeroedBase, all versions
    pages used before, all given back to the kernel since 1.26 no, before that yes
    pages used before, at least one not given back        yes

and from the first sweep that frees a slot of it the answer is yes (mgcsweep.go, sweep). With
GODEBUG=madvdontneed=0 pages given back may keep their bytes, so it is yes for them as well.

Only then does an allocation clear, and only if its caller asks for zeros: new, make and append do,
the bytes of a new string do not, nor the part of an append that is copied over.
"""

from __future__ import annotations

from enum import StrEnum

from goom.runtime.allocator.eras import HEADERLESS_BYTES, release_of
from goom.runtime.allocator.malloc import TINY_BLOCK_BYTES, Kind, Placement

_SCAVENGED_IS_ZERO = (1, 26)  # initSpan: scav != npages*pageSize
_CLEARS_REQUEST_ONLY = (1, 24)  # mallocgcSmallScanNoHeader
_SPECIALISED = (1, 27)
_MOST_SPECIALISED_BYTES = 80


class Pages(StrEnum):
    """What was done before with the pages of a new span."""

    FRESH = "fresh"  # nothing: the kernel's own zeros
    GIVEN_BACK = "given back"  # all of them were scavenged
    USED = "used"


def needzero(pages: Pages, version: str | None = None, madvdontneed: bool = True) -> bool:
    """Whether the objects of a new span on such pages are cleared when they are allocated."""
    if pages is Pages.GIVEN_BACK:
        return release_of(version) < _SCAVENGED_IS_ZERO or not madvdontneed
    return pages is Pages.USED


def cleared_bytes(placement: Placement, version: str | None = None, needs_zero: bool = True) -> int:
    """What mallocgc clears for a caller who asks for zeros, in a span that needs it or not.

    A tiny object that gets a new block clears it in either case. Objects with pointers up to 512
    bytes clear what was asked for since 1.24, all others their slot; so do those of up to 80
    bytes since 1.27 again (malloc_generated.go).
    """
    if placement.kind is Kind.TINY:
        return TINY_BLOCK_BYTES
    if not needs_zero:
        return 0
    release = release_of(version)
    most = placement.requested_bytes
    headerless = placement.has_pointers and most <= HEADERLESS_BYTES
    if headerless and release >= _CLEARS_REQUEST_ONLY:
        specialised = release >= _SPECIALISED and most <= _MOST_SPECIALISED_BYTES
        return placement.slot_bytes if specialised else most
    return placement.slot_bytes
