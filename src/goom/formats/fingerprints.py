"""Where a stripped executable keeps the runtime's globals: found by the code that uses them.

amd64 code names a global by its distance (disp32) from the next instruction. The same release of Go
compiles the same runtime function to the same bytes, so "the four bytes at offset 27 of
runtime.gcStart say where runtime.work is" holds for every program of that release. The function
table, which stripping keeps, says where the function is. Several such references vote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.formats.elf_image import Image
from goom.formats.pclntab import FunctionTable

_DISTANCE_BYTES = 4
_LEAST_VOTES = 2
_MODE_MASK, _RELATIVE = 0xC7, 0x05  # ModRM: mod 00, r/m 101 is "relative to the instruction"
_NAME_AT = 4  # _func.nameOff
_MOST_FUNCTION_BYTES = 1 << 16


class Reference(NamedTuple):
    """Four bytes of code: ``offset`` in ``function``; they lead to the global + ``delta``."""

    function: str
    offset: int
    delta: int


class Function(NamedTuple):
    """A function's place in the file's own addresses."""

    entry: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Found:
    """A global's address with how many references said so, of how many that were there."""

    address: int
    votes: int
    cast: int


def resolve(
    image: Image, table: FunctionTable, wanted: Mapping[str, Sequence[Reference]]
) -> dict[str, Found]:
    """The globals on which most references agree; those without a majority are left out."""
    names = {one.function for references in wanted.values() for one in references}
    functions = places(table, names)
    found = {}
    for name, references in wanted.items():
        votes = Counter(_votes(image, functions, references))
        if votes:
            address, count = votes.most_common(1)[0]
            cast = votes.total()
            if count >= _LEAST_VOTES and count * 2 > cast:
                found[name] = Found(address, count, cast)
    return found


def _votes(
    image: Image, functions: Mapping[str, Function], references: Sequence[Reference]
) -> Iterable[int]:
    for one in references:
        function = functions.get(one.function)
        if function is None or one.offset + _DISTANCE_BYTES > function.size_bytes:
            continue
        at = function.entry + one.offset
        code = image.bytes_at(at - 1, 1 + _DISTANCE_BYTES)
        if len(code) == 1 + _DISTANCE_BYTES and code[0] & _MODE_MASK == _RELATIVE:
            distance = int.from_bytes(code[1:], "little", signed=True)
            yield at + _DISTANCE_BYTES + distance - one.delta


def places(table: FunctionTable, names: Iterable[str]) -> dict[str, Function]:
    """Where the functions of these names are, of those that the executable has."""
    starts = (table.units_at, table.files_at, table.programs_at, table.functions_at)
    end = min((at for at in starts if at > table.names_at), default=len(table.table))
    texts = b"\0" + bytes(table.table[table.names_at : end])
    at = {texts.find(b"\0" + name.encode() + b"\0"): name for name in names}
    at.pop(-1, None)
    offsets = _name_offsets(table)
    is_wanted = np.zeros(len(texts) + 1, dtype=bool)
    is_wanted[np.fromiter(at, dtype=np.int64, count=len(at))] = True
    rows = np.flatnonzero(is_wanted[np.minimum(offsets, len(texts))])
    found = {}
    for row in rows.tolist():
        entry = int(table.entries[row])
        after = int(table.entries[row + 1]) if row + 1 < len(table.entries) else 1 << 64
        size = min(max(after - entry, 0), _MOST_FUNCTION_BYTES)
        found[at[int(offsets[row])]] = Function(entry, size)
    return found


def _name_offsets(table: FunctionTable) -> NDArray[np.uint32]:
    """_func.nameOff of every function; Go's linker aligns the structs, others may not."""
    at = table.function_offsets.astype(np.int64) + (table.functions_at + _NAME_AT)
    if not np.any(at & 3):
        words = np.frombuffer(table.table, dtype="<u4", count=len(table.table) // 4)
        aligned: NDArray[np.uint32] = words[at >> 2]
        return aligned
    whole = np.frombuffer(table.table, dtype=np.uint8)
    parts = [whole[at + place].astype(np.int64) << (8 * place) for place in range(4)]
    return (parts[0] | parts[1] | parts[2] | parts[3]).astype(np.uint32)


def references(
    image: Image, table: FunctionTable, ranges: Mapping[str, tuple[int, int]]
) -> dict[str, dict[tuple[str, int], int]]:
    """All references of the runtime's functions to globals, given as (address, size in bytes).

    By global: (function, offset) to delta. For whoever makes the fingerprints, from an executable
    whose symbols say where the globals are. A function that is there twice is left out.
    """
    text = image.elf.sections.get(".text")
    if text is None:
        raise BadInput("the executable has no .text section")
    code = np.frombuffer(image.data[text.offset : text.offset + text.size], dtype=np.uint8)
    at = np.flatnonzero((code[: -_DISTANCE_BYTES - 1] & _MODE_MASK) == _RELATIVE) + 1
    words = [code[at + place].astype(np.uint32) << (8 * place) for place in range(4)]
    distance = (words[0] | words[1] | words[2] | words[3]).view(np.int32).astype(np.int64)
    sites = at + text.address
    targets = sites + _DISTANCE_BYTES + distance
    names = table.names()
    counts = Counter(names)
    found: dict[str, dict[tuple[str, int], int]] = {}
    for name, (address, size) in ranges.items():
        chosen = (targets >= address) & (targets < address + size)
        rows = table.indices_of(sites[chosen]).tolist()
        found[name] = {
            (names[row], site - int(table.entries[row])): target - address
            for row, site, target in zip(
                rows, sites[chosen].tolist(), targets[chosen].tolist(), strict=True
            )
            if row >= 0 and names[row].startswith("runtime.") and counts[names[row]] == 1
        }
    return found
