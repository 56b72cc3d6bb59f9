"""Runs a list of allocations on real Go (programs/replay) and says what they ask of mallocgc.

The list is drawn here, from a seed, and given to the program as a file: what is predicted and what
is made is the same list in the same order.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.allocator.malloc import roundupsize
from goom.runtime.allocator.requests import FOREVER, Requests, requests
from goom.runtime.size_classes import size_classes

PROGRAM = Path(__file__).with_name("programs") / "replay"
COLLECTIONS_AFTER = 3
STAYS = 255  # the lifetime of what the program never drops
MOST_BYTES = 1 << 17
(
    MAKE_BYTES, MAKE_POINTERS, MAKE_STRING, APPEND_BYTES, APPEND_POINTERS, FIXED_SIZE, BOXED_INT,
    CLOSURE_OF_INT, CLOSURE_OF_POINTER, COLLECT,
) = range(10)  # fmt: skip
_RECORD = np.dtype([("shape", "u1"), ("lifetime", "u1"), ("unused", "u2"), ("size", "<u4")])
_STRETCHES = 12
_STRAY_FRACTION = 0.01
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Replay:
    """What one run counted: ``idle`` is a look after a look, ``counted`` the whole list.

    ``heap_inuse`` is HeapInuse before the list, after it, and after 1, 2 and 3 collections.
    ``unused_bytes`` of it were free slots before the list, tails of spans included.
    """

    version: str
    fixed: tuple[tuple[int, bool], ...]
    idle: dict[str, Any]
    counted: dict[str, Any]
    heap_inuse: tuple[int, ...]
    unused_bytes: int


def draw(
    seed: int, number: int, version: str, *, dying: bool = True, collections: int = 0
) -> NDArray[np.void]:
    """A list over all classes, large objects and tiny ones, of every shape.

    Each size class is asked for about equally many bytes, but for the tiny ones, which are a
    fifth of the requests; sizes within a class are all alike likely. ``dying``: about half of the
    objects die at one of three collections, most in long stretches, some here and there.
    ``collections`` are made at places drawn by chance.
    """
    chance = np.random.default_rng(seed)
    listed = np.zeros(number, _RECORD)
    listed["size"] = _sizes(chance, number)
    listed["shape"] = chance.choice(
        [MAKE_BYTES, MAKE_POINTERS, MAKE_STRING, APPEND_BYTES, APPEND_POINTERS], number
    )
    odd = chance.random(number) < 0.2
    listed["shape"][odd] = chance.choice(
        [FIXED_SIZE, FIXED_SIZE, BOXED_INT, CLOSURE_OF_INT, CLOSURE_OF_POINTER], int(odd.sum())
    )
    _draw_fixed(chance, listed, version)
    listed["lifetime"] = _lifetimes(chance, number) if dying else STAYS
    places = np.sort(chance.integers(0, number, collections))
    listed["shape"][places] = COLLECT
    return listed


def _sizes(chance: np.random.Generator, number: int) -> NDArray[np.int64]:
    ends = np.array([0, *(row.size_bytes for row in size_classes()), 40_000, 131_072])
    weights = 1 / ends[1:]
    weights[-2:] /= 4
    weights[0] = 0.05
    which = chance.choice(len(weights), number, p=weights / weights.sum())
    sizes = chance.integers(ends[which] + 1, ends[which + 1] + 1)
    tiny = chance.random(number) < 0.2
    sizes[tiny] = chance.integers(1, 16, int(tiny.sum()))
    return np.minimum(sizes, MOST_BYTES)


def _draw_fixed(chance: np.random.Generator, listed: NDArray[np.void], version: str) -> None:
    """Types instead of sizes; large types as rarely as large sizes."""
    weights = np.array([1 / max(16, size) for size, _ in fixed_types(version)])
    places = np.flatnonzero(listed["shape"] == FIXED_SIZE)
    listed["size"][places] = chance.choice(len(weights), places.size, p=weights / weights.sum())


def _lifetimes(chance: np.random.Generator, number: int) -> NDArray[np.uint8]:
    lifetime = np.full(number, STAYS, np.uint8)
    stretches = chance.integers(0, 2 * COLLECTIONS_AFTER, _STRETCHES).astype(np.uint8)
    stretch = np.repeat(stretches, -(-number // _STRETCHES))[:number]
    dies = stretch < COLLECTIONS_AFTER
    lifetime[dies] = stretch[dies]
    lifetime[chance.random(number) < _STRAY_FRACTION] = 0
    lifetime[chance.random(number) < _STRAY_FRACTION] = STAYS
    return lifetime


def asked(listed: NDArray[np.void], version: str) -> tuple[Requests, tuple[int, ...]]:
    """What the list asks of mallocgc, and the rows before which a collection runs.

    A string of one byte and a slice made from nothing need no memory; append asks for what
    roundupsize gives.
    """
    shape, size = listed["shape"], listed["size"].astype(np.int64)
    fixed = np.array(fixed_types(version), dtype=np.int64)
    has_pointers = np.isin(shape, [MAKE_POINTERS, APPEND_POINTERS, CLOSURE_OF_POINTER])
    of_type = shape == FIXED_SIZE
    numbers = size[of_type]
    size[of_type] = fixed[numbers, 0]
    has_pointers[of_type] = fixed[numbers, 1] == 1
    words = np.isin(shape, [MAKE_POINTERS, APPEND_POINTERS])
    size[words] = size[words] // 8 * 8
    size[(shape == MAKE_STRING) & (size < 2)] = 0
    for appended, pointers in ((APPEND_BYTES, False), (APPEND_POINTERS, True)):
        rounded = _rounded(pointers, version)
        size[shape == appended] = rounded[size[shape == appended]]
    size[shape == BOXED_INT] = 8
    size[np.isin(shape, [CLOSURE_OF_INT, CLOSURE_OF_POINTER])] = 16
    size[shape == COLLECT] = 0
    lifetime = listed["lifetime"].astype(np.int64)
    lifetime[lifetime == STAYS] = FOREVER
    rows = tuple(np.flatnonzero(shape == COLLECT).tolist())
    return requests(size, has_pointers, lifetime=lifetime), rows


@cache
def _rounded(has_pointers: bool, version: str) -> NDArray[np.int64]:
    sizes = range(MOST_BYTES + 1)
    return np.array([roundupsize(size, has_pointers, version) for size in sizes])


@cache
def fixed_types(version: str) -> tuple[tuple[int, bool], ...]:
    """Size and pointers of the types of fixed.go, as the program says them (unsafe.Sizeof)."""
    return replay(np.zeros(0, _RECORD), version).fixed


def replay(listed: NDArray[np.void], version: str) -> Replay:
    """Make the list on real Go of this version."""
    binary = build(PROGRAM, obtain(version))
    with listed_file(listed) as path:
        done = subprocess.run(
            [binary, path], env={}, capture_output=True, timeout=_SECONDS, check=True
        )
    told = json.loads(done.stdout)
    return Replay(
        version=told["version"],
        fixed=tuple((size, pointers == 1) for size, pointers in told["fixed"]),
        idle=told["idle"],
        counted=told["counted"],
        heap_inuse=tuple(told["heap_inuse"]),
        unused_bytes=told["unused"],
    )


@contextmanager
def listed_file(listed: NDArray[np.void]) -> Iterator[str]:
    """The list as a file that the program reads."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(listed.tobytes())
        file.flush()
        yield file.name
