"""Runs ``real/heapcourse``: requests on a real heap, and where each object came to lie."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, span_classes
from goom.runtime.allocator.workload import Workload, workload

PROGRAM = Path(__file__).parent / "real" / "heapcourse"
_FREE = 1 << 31  # orders as main.go has them
COLLECT, RELEASE, SETTLE = (1 << 32) - 1, (1 << 32) - 2, (1 << 32) - 3
_COLUMNS = 7
_ATTEMPTS = 4
# It takes seconds. One that lost its CPU just as the scavenger came to its end waits for a thousand
# times as long as that was (waitForScavenger), which says nothing: another one is started.
_LONGEST_SECONDS = 60
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """Requests with their deaths, and the times of collections, all counted in requests."""

    size_bytes: Ints
    has_pointers: NDArray[np.bool_]
    dies_before: Ints
    collections: Ints
    collect: int = COLLECT  # or RELEASE: debug.FreeOSMemory, or SETTLE: wait for the scavenger

    def workload(self, version: str) -> Workload:
        """The plan as a version's allocator takes it."""
        return workload(self.size_bytes, self.has_pointers, self.dies_before, version)


@dataclass(frozen=True)
class RealHeap:
    """MemStats after each collection less those at the start, in bytes; for each object the address
    of its span and the index of its slot; and HeapInuse at the start.

    ``others`` counts objects that nobody asked for: what the runtime allocated for itself.
    """

    heap_in_use: Ints
    heap_alloc: Ints
    heap_objects: Ints
    heap_idle: Ints
    heap_released: Ints
    heap_sys: Ints
    others: Ints
    span_addresses: Ints
    indexes: Ints
    heap_in_use_before: int


def run(plan: Plan, version: str) -> RealHeap:
    """On one P, with GOGC=off; the heap is full to the last slot and page before the first.

    Now and then the runtime allocates something for itself, which moves what comes after it in that
    span class; such a run is done again.
    """
    program, made = build(PROGRAM, obtain(version)), plan.workload(version)
    message = np.concatenate((_kinds(plan, made, version), _orders(plan))).astype(np.uint32)
    for _ in range(_ATTEMPTS):
        real = _read(_answer(program, message.tobytes()), plan, made, version)
        if plan.collect == SETTLE or not real.others.any():
            break
    return real


def _answer(program: Path, message: bytes) -> Ints:
    for _ in range(_ATTEMPTS):
        with suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [program], input=message, capture_output=True, check=True, timeout=_LONGEST_SECONDS
            )
            return np.frombuffer(done.stdout, np.int64)
    raise AssertionError(f"{_ATTEMPTS} in a row took longer than {_LONGEST_SECONDS} s each")


def _read(answer: Ints, plan: Plan, made: Workload, version: str) -> RealHeap:
    looks = 1 + len(plan.collections)
    columns = answer[: looks * _COLUMNS].reshape(looks, _COLUMNS)
    bases, indexes = answer[looks * _COLUMNS :].reshape(-1, 2).T
    spans = bases - indexes * span_classes(version).slot_bytes[made.span_classes]
    since = (columns[1:] - columns[0]).T
    in_use, alloc, objects, idle, released, sys, others = since
    return RealHeap(
        in_use, alloc, objects, idle, released, sys, others, spans, indexes, int(columns[0, 0])
    )


def _orders(plan: Plan) -> Ints:
    """Before request r: the deaths, then a collection, then the request itself."""
    requests = len(plan.size_bytes)
    dying = np.argsort(plan.dies_before, kind="stable")
    dying = dying[plan.dies_before[dying] <= requests]
    orders = np.concatenate((
        plan.size_bytes * 2 + plan.has_pointers,
        dying | _FREE,
        np.full(len(plan.collections), plan.collect),
    ))  # fmt: skip
    turns = np.concatenate((
        np.arange(requests) * 3 + 2,
        plan.dies_before[dying] * 3,
        plan.collections * 3 + 1,
    ))  # fmt: skip
    return orders[np.argsort(turns, kind="stable")]


def _kinds(plan: Plan, made: Workload, version: str) -> Ints:
    """For each span class: a request that gets it, the slots of its span, how many to fill it."""
    classes = span_classes(version)
    kinds, first = np.unique(made.span_classes, return_index=True)
    rows = [np.zeros(0, dtype=np.int64)]
    for kind, request in zip(kinds.tolist(), first.tolist(), strict=True):
        if kind >= LARGE_SPAN_CLASSES:
            order = plan.size_bytes[request] * 2 + plan.has_pointers[request]
            slots = int(classes.slots[kind])
            enough = 3 * slots + (300 if classes.slot_bytes[kind] < 2048 else 0)
            rows.append(np.array([order, slots, enough]))
    return np.concatenate(([len(rows) - 1], *rows))
