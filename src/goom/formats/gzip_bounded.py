"""Gzip with a bound: a truncated file names its byte, a bomb stops at the bound."""

from __future__ import annotations

import zlib

from goom.case.errors import BadInput, TooLarge
from goom.case.units import MIB, bytes_text

MAX_BYTES = 512 * MIB
_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


def is_gzip(data: bytes) -> bool:
    """Whether the bytes open as gzip does."""
    return data[:2] == _MAGIC


def unpack(data: bytes, *, origin: str = "", max_bytes: int = MAX_BYTES) -> bytes:
    """All members of a gzip file, at most ``max_bytes`` of them."""
    name = origin or "the input"
    parts: list[bytes] = []
    room, rest = max_bytes, data
    while is_gzip(rest):
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(rest, room + 1)
        except zlib.error as error:
            raise BadInput(
                f"{name} is damaged: its gzip data do not decode ({error}).", _fetch_again(origin)
            ) from None
        room -= len(part)
        if room < 0:
            raise _too_large(name, max_bytes)
        if not member.eof:
            raise BadInput(
                f"{name} ends in the middle (gzip stops at byte {len(data):,}).",
                f"The copy was cut off; {_fetch_again(origin)}",
            )
        parts.append(part)
        rest = member.unused_data
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(name: str, max_bytes: int) -> TooLarge:
    return TooLarge(
        f"{name} unpacks to more than {bytes_text(max_bytes)}.",
        "If that is not a mistake, raise the bound with --max-bytes.",
    )


def _fetch_again(origin: str) -> str:
    return f"fetch it again:  curl -o {origin or 'heap.pb.gz'} http://HOST/debug/pprof/heap"
