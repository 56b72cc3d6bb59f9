"""Structs of one type that lie anywhere in bytes, as columns: one gather for each field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.formats.go_layout import Field, Layouts

Ints = NDArray[np.int64]
_SIZES = (1, 2, 4, 8)


def column(data: NDArray[np.uint8], places: Ints, field: Field) -> Ints:
    """A field of each struct, as int64; ``places`` are offsets into ``data``, multiples of 8.

    A number above 2**63 becomes negative. BadInput for a field that is no number.
    """
    if field.size_bytes not in _SIZES or field.offset % field.size_bytes:
        raise BadInput(f"this program's runtime has a {field.type} of {field.size_bytes} bytes")
    words = data[: len(data) // 8 * 8].view("<u8")
    within, shift = divmod(field.offset, 8)
    found = words[(places >> 3) + within] >> np.uint64(8 * shift)
    if field.size_bytes < 8:
        found &= np.uint64((1 << 8 * field.size_bytes) - 1)
    return np.asarray(found.view(np.int64))


def columns(
    layouts: Layouts, kind: str, data: NDArray[np.uint8], places: Ints, names: dict[str, str]
) -> dict[str, Ints]:
    """Fields by our names; a field that this version has not is left out."""
    found: dict[str, Ints] = {}
    for ours, theirs in names.items():
        field = layouts.maybe(kind, *theirs.split("."))
        if field is not None:
            found[ours] = column(data, places, field)
    return found
