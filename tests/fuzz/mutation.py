"""Small changes to known inputs: what a fuzzer does where no coverage can guide it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_TOKENS = (
    b"", b"-1", b"0", b"18446744073709551615", b"99999999999999999999999", b"1e999", b"NaN",
    b"\n", b"\r\n", b"\x00", b"\xff\xfe", b"{", b"[" * 50, b'"', b"\\", b"max", b"\x1b[2J",
    b"<script>", b"=cmd()", b"\xe2\x88\x86", b"kB", b" ", b",", b"%", b"->", b"\x1f\x8b",
)  # fmt: skip
Change = Callable[[bytearray, random.Random], None]


def mutated(seeds: Sequence[bytes], chance: random.Random, most_bytes: int = 100_000) -> bytes:
    """One seed, or the ends of two, with a few changes."""
    data = bytearray(chance.choice(seeds))
    if chance.random() < 0.2:
        other = chance.choice(seeds)
        data = data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]
    del data[most_bytes:]
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        chance.choice(_CHANGES)(data, chance)
    return bytes(data[:most_bytes])


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randint(0, len(data)) :]


def _drop(data: bytearray, chance: random.Random) -> None:
    start = chance.randint(0, len(data))
    del data[start : start + chance.randint(1, 20)]


def _insert(data: bytearray, chance: random.Random) -> None:
    place = chance.randint(0, len(data))
    data[place:place] = chance.choice(_TOKENS)


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randint(0, len(data))
    piece = data[start : start + chance.randint(1, 200)]
    data[start:start] = piece * chance.randint(1, 8)


def _swap_number(data: bytearray, chance: random.Random) -> None:
    digits = [place for place, byte in enumerate(data[:2000]) if 48 <= byte <= 57]
    if digits:
        place = chance.choice(digits)
        data[place : place + 1] = chance.choice(_TOKENS[1:7])


_CHANGES: tuple[Change, ...] = (_flip, _set, _cut, _drop, _insert, _repeat, _swap_number)
