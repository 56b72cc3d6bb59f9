"""Many fields of a process's globals as one read and one unpacking."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from goom.case.errors import BadInput
from goom.sources.process_memory import Plan, ProcessMemory, Region
from goom.sources.xray.target import Target

_NEAR_BYTES = 512  # fields so near are one region: a region costs more than what lies between
_MOST_WANTED_BYTES = 1 << 16
Number = int | float


class Wanted(NamedTuple):
    """A field: its name in the sample, address, and letter of the struct module, or bytes."""

    name: str
    address: int
    letter: str


class GlobalField(NamedTuple):
    """A field by its path from a global, e.g. gc.heapLive = runtime.gcController . heapLive."""

    name: str
    owner: str
    path: tuple[str, ...]
    letter: str


@dataclass(frozen=True, slots=True, eq=False)
class FieldPlan:
    """What ``read`` gives, in this order of names."""

    names: tuple[str, ...]
    plan: Plan
    unpacker: struct.Struct

    def read(self) -> dict[str, Number | bytes]:
        """All fields by name, as they were at one moment or nearly so."""
        return dict(zip(self.names, self.unpacker.unpack(self.plan.read()), strict=True))


def wanted_of(target: Target, one: GlobalField) -> Wanted | None:
    """The place of a field; None when this version has no such field.

    BadInput when the field has another size than the letter says.
    """
    kind = target.types.get(one.owner, "")
    base = target.address(one.owner)
    if not one.path:
        return Wanted(one.name, base, one.letter)
    place = target.layouts.maybe(kind, *one.path)
    if place is None:
        return None
    if place.size_bytes != struct.calcsize("<" + one.letter):
        raise BadInput(f"this program's {one.owner}.{'.'.join(one.path)} has another size")
    return Wanted(one.name, base + place.offset, one.letter)


def plan_of(memory: ProcessMemory, groups: Iterable[Sequence[Wanted]]) -> FieldPlan:
    """Groups are read in this order; within one, what is near is one region."""
    names: list[str] = []
    regions: list[Region] = []
    letters = ["<"]
    for group in groups:
        for cluster in _clusters(group):
            start = end = cluster[0].address
            for one in cluster:
                letters.append(f"{one.address - end}x{one.letter}")
                end = one.address + struct.calcsize("<" + one.letter)
                names.append(one.name)
            regions.append(Region(start, end - start))
    if sum(region.size_bytes for region in regions) > _MOST_WANTED_BYTES:
        raise BadInput("a sample of this program would be larger than any that goom knows")
    return FieldPlan(tuple(names), memory.plan(regions), struct.Struct("".join(letters)))


def _clusters(group: Sequence[Wanted]) -> list[list[Wanted]]:
    found: list[list[Wanted]] = []
    end = 0
    for one in sorted(group, key=lambda one: one.address):
        if not found or not 0 <= one.address - end <= _NEAR_BYTES:
            found.append([])
        found[-1].append(one)
        end = one.address + struct.calcsize("<" + one.letter)
    return found
