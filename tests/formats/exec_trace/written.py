"""Writes execution traces event by event: the odd and hostile ones that no program records."""

from __future__ import annotations

from collections.abc import Sequence

from goom.formats.exec_trace.events import Event

ONE_TICK = 1_000_000_000 // 64  # ticks per second, as Linux's runtime has them

Written = tuple[int, ...]  # an event's number, the ticks since the one before, its other numbers


def varint(value: int) -> bytes:
    """LEB128."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def numbers(*values: int) -> bytes:
    """Several, one behind the other."""
    return b"".join(map(varint, values))


def batch(content: bytes, *, thread: int = 1, ticks: int = 1000, generation: int = 1) -> bytes:
    """A batch of any content."""
    head = numbers(generation, thread, ticks, len(content))
    return bytes([Event.EVENT_BATCH]) + head + content


def events(*rows: Written) -> bytes:
    """The content of a thread's batch."""
    return b"".join(bytes([row[0]]) + numbers(*row[1:]) for row in rows)


def tables(strings: Sequence[str] = (), *, generation: int = 1, version: int = 26) -> bytes:
    """Clock and strings, the latter numbered from 1; stack n is the one frame of string n."""
    clock = numbers(Event.FREQUENCY, ONE_TICK)
    if version >= 25:
        clock = numbers(Event.SYNC) + clock + numbers(Event.CLOCK_SNAPSHOT, 0, 1, 1, 1)
    texts, stacks = bytes([Event.STRINGS]), bytes([Event.STACKS])
    for nth, text in enumerate(strings, 1):
        raw = text.encode()
        texts += bytes([Event.STRING]) + numbers(nth, len(raw)) + raw
        stacks += numbers(Event.STACK, nth, 1, nth, nth, nth, nth)
    parts = [batch(part, generation=generation) for part in (clock, texts, stacks)]
    return b"".join(parts)


def trace(*batches: bytes, version: int = 26) -> bytes:
    """A whole file of one generation; see ``tables``."""
    end = bytes([Event.END_OF_GENERATION]) if version >= 26 else b""
    return f"go 1.{version} trace".encode() + b"\0\0\0" + b"".join(batches) + end
