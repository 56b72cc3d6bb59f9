"""What slots waste, size by size: columns for the allocator page's plot and its small table."""

from __future__ import annotations

from goom.case.document import Json
from goom.runtime.allocator.eras import ERAS, version_text
from goom.runtime.allocator.malloc import Kind, place
from goom.runtime.allocator.tiny import tiny_per_block

_EVERY_BYTE_UP_TO = 1024
_STEP_ABOVE, _LARGEST = 32, 40_000
_ON_CLASS = (512, 640, 1024, 2048, 4096, 8192, 16384, 32760)


def curves(version: str) -> Json:
    """For each size of request: the slot it gets and the share of the slot it leaves unused."""
    sizes = [*range(1, _EVERY_BYTE_UP_TO), *_coarse()]
    told: Json = {"sizes_bytes": sizes}
    for key, pointers in (("plain", False), ("pointers", True)):
        slots = [place(size, pointers, version).slot_bytes for size in sizes]
        told[f"{key}_slot_bytes"] = slots
        told[f"{key}_fraction"] = [
            round(1 - _together(size, pointers, version) / slot, 4)
            for size, slot in zip(sizes, slots, strict=True)
        ]
    return told


def _coarse() -> list[int]:
    """Sizes above the fine ones: a grid, and the first size after each of its points."""
    grid = range(_EVERY_BYTE_UP_TO, _LARGEST, _STEP_ABOVE)
    return sorted({size for point in grid for size in (point, point + 1)})


def _together(size_bytes: int, has_pointers: bool, version: str) -> int:
    """Bytes asked for that share one slot: those of one object, or of a full tiny block."""
    tiny = place(size_bytes, has_pointers, version).kind == Kind.TINY
    return size_bytes * (tiny_per_block(size_bytes) if tiny else 1)


def on_class() -> list[Json]:
    """Sizes that fill a class exactly, with pointers: the slot in each era."""
    return [
        {
            "size_bytes": size,
            "slots": [place(size, True, version_text(era.until)).slot_bytes for era in ERAS],
            "headers": [place(size, True, version_text(era.until)).header_bytes for era in ERAS],
        }
        for size in _ON_CLASS
    ]
