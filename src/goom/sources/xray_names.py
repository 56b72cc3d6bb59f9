"""Names of the code of an attached process: inlined calls by the inline trees in its memory."""

from __future__ import annotations

from goom.case.errors import BadInput
from goom.formats.pc_frames import PcFrames
from goom.sources.xray_target import Target


def pc_frames(target: Target) -> PcFrames:
    """What names return addresses; without inlined calls where the module's data is not found."""
    base = _inline_base(target)

    def read(address: int, size_bytes: int) -> bytes:
        try:
            return target.memory.read(address, size_bytes)
        except BadInput as error:  # a tree that is not there: its call stays without a name
            raise ValueError(error.message) from None

    return PcFrames(target.functions(), read if base else None, base)


def _inline_base(target: Target) -> int:
    """moduledata.gofunc (runtime/symtab.go), 0 when it was not found."""
    name = "runtime.firstmoduledata"
    if name not in target.addresses:
        return 0
    place = target.layouts.maybe(target.types[name], "gofunc")
    return target.memory.word(target.addresses[name] + place.offset) if place else 0
