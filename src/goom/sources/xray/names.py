"""Names of the code of an attached process: inlined calls by the inline trees of its file."""

from __future__ import annotations

from goom.formats.pc_frames import PcFrames
from goom.sources.xray.target import Target


def pc_frames(target: Target) -> PcFrames:
    """What names return addresses; without inlined calls where the module's data is not found.

    It goes on naming when the process is gone: all but the place of the trees is in the file.
    """
    base = _inline_base(target)
    return PcFrames(target.functions(), target.loaded if base else None, base)


def _inline_base(target: Target) -> int:
    """moduledata.gofunc (runtime/symtab.go), 0 when it was not found."""
    name = "runtime.firstmoduledata"
    if name not in target.addresses:
        return 0
    place = target.layouts.maybe(target.types[name], "gofunc")
    return target.memory.word(target.addresses[name] + place.offset) if place else 0
