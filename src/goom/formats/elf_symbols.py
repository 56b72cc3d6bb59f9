"""Names of C functions by address, from an ELF file's own tables (.symtab, else .dynsym)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.formats.elf_image import Image

_FUNCTIONS = (2, 10)  # STT_FUNC, STT_GNU_IFUNC
_MOST_SYMBOLS = 1_000_000
_MOST_NAME = 512
_SYMBOL = np.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"),
     ("address", "<u8"), ("size", "<u8")]
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Functions:
    """Functions in order of address, in the file's own addresses."""

    starts: list[int]
    ends: list[int]
    names_at: NDArray[np.uint32]
    texts: bytes

    def name(self, address: int) -> str:
        """The function that holds an address, "" when the file does not say."""
        row = bisect_right(self.starts, address) - 1
        if row < 0 or address >= self.ends[row]:
            return ""
        at = int(self.names_at[row])
        return self.texts[at : at + _MOST_NAME].split(b"\0", 1)[0].decode("utf-8", "replace")


def read(image: Image) -> Functions:
    """All functions that either table names; none when it has neither."""
    for table, strings in ((".symtab", ".strtab"), (".dynsym", ".dynstr")):
        section, texts = image.elf.sections.get(table), image.section(strings)
        if section is None or not texts:
            continue
        count = min(section.size // _SYMBOL.itemsize, _MOST_SYMBOLS)
        rows = np.frombuffer(image.data, dtype=_SYMBOL, count=count, offset=section.offset)
        rows = rows[np.isin(rows["info"] & 15, _FUNCTIONS) & (rows["section"] != 0)]
        rows = rows[np.argsort(rows["address"], kind="stable")]
        starts = rows["address"].tolist()
        sizes = np.maximum(rows["size"], 1).tolist()
        ends = [start + size for start, size in zip(starts, sizes, strict=True)]
        return Functions(starts, ends, np.ascontiguousarray(rows["name"]), texts)
    return Functions([], [], np.zeros(0, dtype=np.uint32), b"")
