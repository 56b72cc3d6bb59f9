"""The entries of a zip that may be torn or hostile: listed, never extracted, bounded."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.errors import BadInput, TooLarge
from goom.case.evidence import NotRead

LOCAL = struct.Struct("<4sHHHHHIIIHH")
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
END = struct.Struct("<4sHHHHIIH")
LOCAL_SIGNATURE, CENTRAL_SIGNATURE, END_SIGNATURE = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
STORED, DEFLATED = 0, 8
MAX_ENTRIES = 0xFFFF
_MAX_NAME_BYTES = 512
_MAX_COMMENT_BYTES = 0xFFFF
_ENCRYPTED, _SIZES_FOLLOW = 1, 8
_NAMED_REFUSALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """One file in a zip; ``start`` is where its local header begins."""

    name: str
    start: int
    packed_bytes: int
    size_bytes: int
    checksum: int
    method: int
    flags: int
    mode: int = 0  # Unix mode, 0 when the zip does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipListing:
    """What a zip holds; ``recovered`` when its central directory was missing or torn."""

    entries: tuple[ZipEntry, ...]
    recovered: bool
    refused: tuple[NotRead, ...]


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin like a zip."""
    return data[:4] in (LOCAL_SIGNATURE, END_SIGNATURE)


def list_entries(data: bytes, origin: str) -> ZipListing:
    """List by the central directory, or by walking the local headers when there is none.

    Entries whose names or kinds no bundle has are refused and reported; more than MAX_ENTRIES of
    them is no bundle at all.
    """
    found = _directory(data, origin)
    recovered = found is None
    kept: dict[str, ZipEntry] = {}
    refusals: list[NotRead] = []
    for entry in _walk(data, origin) if found is None else found:
        why = _objection(entry, kept)
        if why:
            refusals.append(NotRead(f"{origin}: {shown(entry.name)}", why))
        elif not entry.name.endswith("/"):
            kept[entry.name] = entry
    return ZipListing(
        entries=tuple(kept.values()), recovered=recovered, refused=_first(refusals, origin)
    )


def read_entry(data: bytes, entry: ZipEntry, *, max_bytes: int) -> bytes:
    """The bytes of one entry, whole and checked; BadInput or TooLarge otherwise."""
    packed = _packed(data, entry)
    if entry.size_bytes > max_bytes:
        raise TooLarge(
            f"{shown(entry.name)} unpacks to {entry.size_bytes:,} bytes, and {max_bytes:,} are "
            "left of what may be read.",
            "If you trust it, allow more:  --max-bytes 2G",
        )
    plain = packed if entry.method == STORED else _inflate(packed, entry)
    if len(plain) != entry.size_bytes or zlib.crc32(plain) != entry.checksum:
        raise BadInput(f"{shown(entry.name)} is damaged: its checksum does not fit its bytes.")
    return plain


def shown(name: str) -> str:
    """A name from the outside, harmless in a terminal and not too long."""
    safe = name.encode("unicode_escape").decode("ascii")
    return safe if len(safe) <= 100 else f"{safe[:97]}..."


def _packed(data: bytes, entry: ZipEntry) -> bytes:
    header = data[entry.start : entry.start + LOCAL.size]
    if len(header) < LOCAL.size or not header.startswith(LOCAL_SIGNATURE):
        raise BadInput(f"{shown(entry.name)} is not where the zip's directory says.")
    name_bytes, extra_bytes = LOCAL.unpack(header)[-2:]
    first = entry.start + LOCAL.size + name_bytes + extra_bytes
    packed = data[first : first + entry.packed_bytes]
    if len(packed) < entry.packed_bytes:
        raise BadInput(f"{shown(entry.name)} is cut off.")
    return packed


def _inflate(packed: bytes, entry: ZipEntry) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # One byte more than stated, so that a bomb shows itself without being unpacked.
        return stream.decompress(packed, entry.size_bytes + 1)
    except zlib.error as error:
        raise BadInput(f"{shown(entry.name)} is damaged: {error}.") from None


def _directory(data: bytes, origin: str) -> list[ZipEntry] | None:
    last = data.rfind(END_SIGNATURE, max(0, len(data) - END.size - _MAX_COMMENT_BYTES))
    if last < 0 or len(data) - last < END.size:
        return None
    size_bytes, start = END.unpack_from(data, last)[5:7]
    stop = start + size_bytes
    if stop > last:
        return None
    entries: list[ZipEntry] = []
    while start < stop:
        if stop - start < CENTRAL.size or data[start : start + 4] != CENTRAL_SIGNATURE:
            return None
        entry, start = _central(data, start)
        entries.append(entry)
        if len(entries) > MAX_ENTRIES:
            raise _crowded(origin)
    return entries


def _central(data: bytes, at: int) -> tuple[ZipEntry, int]:
    record = CENTRAL.unpack_from(data, at)
    flags, method, checksum, packed_bytes, size_bytes = record[3], record[4], *record[7:10]
    name_bytes, extra_bytes, comment_bytes = record[10:13]
    first = at + CENTRAL.size
    entry = ZipEntry(
        name=_name(data[first : first + name_bytes]),
        start=record[16],
        packed_bytes=packed_bytes,
        size_bytes=size_bytes,
        checksum=checksum,
        method=method,
        flags=flags & ~_SIZES_FOLLOW,
        mode=record[15] >> 16,
    )
    return entry, first + name_bytes + extra_bytes + comment_bytes


def _walk(data: bytes, origin: str) -> Iterator[ZipEntry]:
    at, count = data.find(LOCAL_SIGNATURE), 0
    while at >= 0 and len(data) - at >= LOCAL.size:
        entry, after = _local(data, at)
        count += 1
        if count > MAX_ENTRIES:
            raise _crowded(origin)
        if after - entry.packed_bytes <= len(data):  # else not even its name is whole
            yield entry
        # After a torn entry the sizes cannot be trusted: look for the next header from here.
        whole = after <= len(data) and not entry.flags & _SIZES_FOLLOW
        at = data.find(LOCAL_SIGNATURE, after if whole else at + 4)


def _local(data: bytes, at: int) -> tuple[ZipEntry, int]:
    record = LOCAL.unpack_from(data, at)
    flags, method = record[2:4]
    checksum, packed_bytes, size_bytes, name_bytes, extra_bytes = record[6:11]
    first = at + LOCAL.size
    entry = ZipEntry(
        name=_name(data[first : first + name_bytes]),
        start=at,
        packed_bytes=packed_bytes,
        size_bytes=size_bytes,
        checksum=checksum,
        method=method,
        flags=flags,
    )
    return entry, first + name_bytes + extra_bytes + packed_bytes


def _name(raw: bytes) -> str:
    return raw[:_MAX_NAME_BYTES].decode("utf-8", "backslashreplace")


def _objection(entry: ZipEntry, kept: dict[str, ZipEntry]) -> str:
    name = entry.name
    odd = not name or not name.isprintable() or "\\" in name or len(name) >= _MAX_NAME_BYTES
    outside = name.startswith("/") or ":" in name or ".." in name.split("/")
    linked = stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG, stat.S_IFDIR)
    torn = "the zip is cut off, and does not say where this entry ends"
    objections = (
        (odd, "no entry of a bundle has such a name"),
        (outside, "its name points outside of the bundle"),
        (linked, "it is a link or a device, not a file"),
        (entry.flags & _ENCRYPTED, "it is encrypted"),
        (entry.flags & _SIZES_FOLLOW, torn),
        (entry.method not in (STORED, DEFLATED), f"its packing ({entry.method}) is not known"),
        (name in kept, "there are two entries of this name; the first was read"),
    )
    return next((why for objects, why in objections if objects), "")


def _first(refusals: list[NotRead], origin: str) -> tuple[NotRead, ...]:
    named = refusals[:_NAMED_REFUSALS]
    if len(refusals) > len(named):
        more = len(refusals) - len(named)
        named.append(NotRead(origin, f"{more:,} more entries were refused for like reasons"))
    return tuple(named)


def _crowded(origin: str) -> TooLarge:
    return TooLarge(
        f"{origin} holds more than {MAX_ENTRIES:,} entries: no bundle that goom wrote.",
        "Give goom the files themselves, or a folder of them:  goom diagnose FOLDER",
    )
