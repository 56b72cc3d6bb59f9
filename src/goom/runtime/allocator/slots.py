"""mallocgc's choice for whole columns of requests: ``malloc.place``, by table look-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.eras import HEADERLESS_BYTES, MOST_SMALL_BYTES, Era, era_of
from goom.runtime.allocator.malloc import PAGE_BYTES, TINY_BLOCK_BYTES
from goom.runtime.allocator.requests import Requests
from goom.runtime.allocator.span_classes import span_class
from goom.runtime.size_classes import LARGE, fitting

TINY_SPAN_CLASS = span_class(2, has_pointers=False)  # tinySpanClass


@dataclass(frozen=True, slots=True)
class Slots:
    """For each row of requests: ``span_class`` uint8[n], ``slot_bytes`` and ``header_bytes`` int64.

    ``is_tiny`` rows share blocks of TINY_SPAN_CLASS: how many they take is for ``tiny_blocks``.
    ``is_zero`` rows take nothing. The slot of a large object is its whole span.
    """

    span_class: NDArray[np.uint8]
    slot_bytes: NDArray[np.int64]
    header_bytes: NDArray[np.int64]
    is_tiny: NDArray[np.bool_]
    is_zero: NDArray[np.bool_]


def slots(asked: Requests, version: str | None = None) -> Slots:
    """Where each row of requests goes, in this version."""
    era = era_of(version)
    size, pointers = asked.size_bytes, asked.has_pointers
    header = np.where(_has_header(size, pointers, era), 8, 0)
    is_large = size > era.most_small_bytes
    classes, slot_bytes = _looked_up()
    place = np.where(is_large, 0, size + header)
    pages = -(-size // PAGE_BYTES) * PAGE_BYTES
    return Slots(
        span_class=(classes[place] << 1 | ~pointers).astype(np.uint8),
        slot_bytes=np.where(is_large, pages, slot_bytes[place]),
        header_bytes=header,
        is_tiny=(size > 0) & (size < TINY_BLOCK_BYTES) & ~pointers,
        is_zero=size == 0,
    )


def _has_header(
    size: NDArray[np.int64], pointers: NDArray[np.bool_], era: Era
) -> NDArray[np.bool_]:
    """``Era.header_bytes`` for columns."""
    return (
        pointers
        & era.allocation_headers
        & (size > HEADERLESS_BYTES)
        & (size <= era.most_small_bytes)
    )


@cache
def _looked_up() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The class and the slot of every small size, headers included; 0 is of no class."""
    rows = [fitting(size) for size in range(1, MOST_SMALL_BYTES + 1)]
    classes = np.array([LARGE, *(row.number if row else LARGE for row in rows)], dtype=np.uint8)
    sizes = np.array([0, *(row.size_bytes if row else 0 for row in rows)], dtype=np.int64)
    return classes, sizes
