"""Bits of 64-bit words, for the compiled kernel: sys.TrailingZeros64, findBitRange64 and so on.

The compiler knows the way of counting bits below and makes one instruction of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

ONE = np.uint64(1)
_PAIRS, _NIBBLES = np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
_ODD, _BYTES = np.uint64(0x5555555555555555), np.uint64(0x0101010101010101)


def popcount(word: Any) -> Any:
    """How many bits are set."""
    word = word - ((word >> ONE) & _ODD)
    word = (word & _PAIRS) + ((word >> np.uint64(2)) & _PAIRS)
    return (((word + (word >> np.uint64(4))) & _NIBBLES) * _BYTES) >> np.uint64(56)


def lowest_bit(word: Any) -> Any:
    """The place of the lowest bit that is set; 64 for none."""
    return popcount((word & (~word + ONE)) - ONE)


def lowest_run(word: Any, length: int) -> Any:
    """The place of the lowest run of so many set bits; 64 for none (findBitRange64).

    Bit i of the word stays set while bits i to i + known are; ``known`` doubles until it is length.
    """
    known = 1
    while known < length:
        step = min(known, length - known)
        word &= word >> np.uint64(step)
        known += step
    return lowest_bit(word)
