"""Any bytes as an executable whose function table is searched, and code asked for globals."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import elf_image, fingerprints, pclntab
from goom.formats.fingerprints import Reference

_WANTED = {
    "runtime.work": [
        Reference("main.(*cart).add", 3, 0),
        Reference("runtime.mapassign_faststr", 3, 4),
    ]
}


def one_input(data: bytes) -> None:
    """Read the table and what the code of its functions leads to."""
    with suppress(GoomError):
        image = elf_image.read(memoryview(data))
        table = pclntab.read(image.data, image.elf)
        with suppress(GoomError):
            fingerprints.resolve(image, table, _WANTED)
        with suppress(GoomError):
            fingerprints.references(image, table, {"runtime.work": (0, 1 << 40)})
