"""The tiny allocator: runtime/malloc.go, mallocgc, since 1.24 mallocgcTiny. All versions agree.

Objects of 1 to 15 bytes without pointers share blocks of 16 bytes, slots of class 2. Each P has one
block at a time and the offset of the first free byte in it:

    offset = align(offset, 8 if size % 8 == 0, 4 if size % 4 == 0, 2 if size % 2 == 0, else 1)
    it fits when offset + size <= 16: the offset moves on, tinyAllocs counts one
    otherwise a new block is taken, and becomes the P's block if more is left in it than in the old

So what the block is depends on the order of the requests. A collection takes the block away
(mcache.go, releaseAll). The race detector shares no blocks; that is not modelled.
"""

from __future__ import annotations

from goom.runtime.allocator.malloc import TINY_BLOCK_BYTES

NO_BLOCK = 0  # the offset of a P without a block; a block in use has an offset of 1 to 16


def tiny_step(offset: int, size_bytes: int) -> tuple[int, bool]:
    """The offset after one request of 1 to 15 bytes, and whether it went into the old block."""
    start = -(-offset // alignment(size_bytes)) * alignment(size_bytes)
    if offset != NO_BLOCK and start + size_bytes <= TINY_BLOCK_BYTES:
        return start + size_bytes, True
    if offset == NO_BLOCK or size_bytes < offset:
        return size_bytes, False
    return offset, False


def alignment(size_bytes: int) -> int:
    """How a tiny object is aligned, going by its size alone (64-bit machines)."""
    return next(step for step in (8, 4, 2, 1) if size_bytes % step == 0)


def tiny_per_block(size_bytes: int) -> int:
    """How many objects of this one size share a block: 16 of 1 byte, 2 of 8, 1 from 9 on."""
    offset, together = tiny_step(NO_BLOCK, size_bytes)
    count = 0
    while not count or together:
        count += 1
        offset, together = tiny_step(offset, size_bytes)
    return count
