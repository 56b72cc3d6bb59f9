"""Any bytes as a bundle; what is no zip is put into one, after its first line as its name."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

from goom.case.errors import GoomError
from goom.sources.bundle_reader import read_bundle

_MAX_BYTES = 1 << 21


def one_input(data: bytes) -> None:
    """Read it; checksums would keep a fuzzer out of the entries, so entries come in whole too."""
    bundle = data if data.startswith(b"PK") else _around(data)
    with suppress(GoomError):
        read_bundle(bundle, max_bytes=_MAX_BYTES)


def _around(data: bytes) -> bytes:
    name, _, content = data.partition(b"\n")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("manifest.json", b'{"subject": {}}')
        with suppress(ValueError, UnicodeEncodeError):
            archive.writestr(zipfile.ZipInfo(name.decode("latin-1")[:300] or "x"), content)
    return target.getvalue()
