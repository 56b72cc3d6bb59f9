"""Any bytes as memory and file of a process whose goroutines, heap and timers are read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from goom.case.errors import GoomError
from goom.formats import goroutine_table, goroutine_writer, heap_buckets, pprof_writer
from goom.formats.pc_frames import PcFrames
from goom.formats.pclntab import FunctionTable
from goom.formats.stack_steps import Steps
from goom.signals.xray_groups import xray_groups
from goom.sources.process_memory import Region
from goom.sources.xray import gs as xray_gs
from goom.sources.xray import heap as xray_heap
from goom.sources.xray import timers as xray_timers
from goom.sources.xray.goroutines import read_goroutines
from goom.sources.xray.heap import read_heap
from goom.sources.xray.names import pc_frames
from goom.sources.xray.target import Target
from goom.sources.xray.timers import read_timers
from tests.sources.fake_memory import FIRST, FakeMemory, fake_target

CONTENT_BYTES = 4096  # after which the memory repeats itself
CODE, FUNCTION_BYTES, FUNCTIONS = 0x40_1000, 0x100, 8
FUNCTIONS_AT, FUNC_BYTES, NAMES_AT, PROGRAMS_AT, UNITS_AT, FILES_AT = (
    0x400, 0x40, 0x700, 0x780, 0x7C0, 0x7D0,
)  # fmt: skip
VERSIONS = ("1.19.8", "1.22.10", "1.27.3")
_MOST_ASKED_BYTES = 512 << 20


def one_input(data: bytes) -> None:
    """Read everything in every version; nothing may cost more than was granted."""
    content = data[:CONTENT_BYTES].ljust(CONTENT_BYTES, b"\0")
    for version in VERSIONS:
        memory = FakeMemory(_answer(content))
        target = _target(memory, version, content)
        with (
            patch.object(xray_gs, "MOST_GOROUTINES", 64),
            patch.object(xray_heap, "MOST_BUCKETS", 64),
            patch.object(xray_timers, "MOST_TIMERS", 64),
        ):
            _look(target, version)
        assert sum(region.size_bytes for region in memory.asked) < _MOST_ASKED_BYTES


def _look(target: Target, version: str) -> None:
    with suppress(GoomError):
        names = pc_frames(target)
        with suppress(GoomError):
            _goroutines(target, names, version)
        with suppress(GoomError):
            pprof_writer.write(heap_buckets.to_profile(read_heap(target), names, version))
        with suppress(GoomError):
            read_timers(target, names)


def _goroutines(target: Target, names: PcFrames, version: str) -> None:
    table = read_goroutines(target, Steps(names))
    dump = goroutine_table.to_dump(table, names, version)
    goroutine_writer.write(dump)
    pprof_writer.write(goroutine_table.to_profile(table, names, version))
    xray_groups(table, dump)


def _answer(content: bytes) -> Callable[[Region], bytes]:
    def answer(region: Region) -> bytes:
        start = (region.address - FIRST) % CONTENT_BYTES
        return (content * (region.size_bytes // CONTENT_BYTES + 2))[start:][: region.size_bytes]

    return answer


def _target(memory: FakeMemory, version: str, content: bytes) -> Target:
    plain = fake_target(memory, version)
    table = FunctionTable(
        table=memoryview(content),
        entries=np.arange(FUNCTIONS, dtype=np.uint64) * np.uint64(FUNCTION_BYTES) + np.uint64(CODE),
        function_offsets=np.arange(FUNCTIONS, dtype=np.uint32) * np.uint32(FUNC_BYTES),
        functions_at=FUNCTIONS_AT,
        names_at=NAMES_AT,
        units_at=UNITS_AT,
        files_at=FILES_AT,
        programs_at=PROGRAMS_AT,
        pc_quantum=1,
    )
    return replace(
        plain,
        addresses={name: FIRST + 8 * number for number, name in enumerate(plain.addresses)},
        read_functions=lambda: table,
        read_file=lambda address, size: memoryview(content)[address % CONTENT_BYTES :][:size],
    )
