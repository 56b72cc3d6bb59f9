"""A process that says whatever a test, or an attacker, wants it to say."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

from goom.case.xray import XrayTarget
from goom.formats import runtime_table
from goom.formats.buildinfo import BuildInfo
from goom.formats.pclntab import FunctionTable
from goom.sources.process_memory import MOST_CALL_BYTES, Plan, ProcessMemory, Region
from goom.sources.process_memory import _checked as checked
from goom.sources.xray.target import Target

Answer = Callable[[Region], bytes]
FIRST, APART = 0x10_0000, 0x10_0000  # where the globals are, one after the other


class FakePlan(Plan):
    """As Plan, without a process."""

    def __init__(self, regions: Sequence[Region], answer: Answer) -> None:
        self.regions = tuple(regions)
        self.size_bytes = checked(self.regions, 1)
        assert self.size_bytes <= MOST_CALL_BYTES
        self._answer = answer

    def read(self) -> memoryview:
        """What the fake says, cut or filled to what was asked for."""
        pieces = (self._answer(one)[: one.size_bytes].ljust(one.size_bytes, b"\0")
                  for one in self.regions)  # fmt: skip
        return memoryview(b"".join(pieces))


class FakeMemory(ProcessMemory):
    """As ProcessMemory; the bounds are the real ones, and what was asked for is kept."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(1)
        self.close()
        self.asked: list[Region] = []
        self._say = answer

    def is_same(self) -> bool:
        """It never ends."""
        return True

    def plan(self, regions: Sequence[Region]) -> Plan:
        """Nothing is read, everything is checked."""
        self.asked.extend(regions)
        return FakePlan(regions, self._say)

    def fill(self, table: int, count: int, buffer: memoryview) -> int:
        """As ``plan``, for very many regions."""
        words = (ctypes.c_uint64 * (2 * count)).from_address(table)
        regions = [Region(*words[at : at + 2]) for at in range(0, 2 * count, 2)]
        data = self.plan(regions).read()
        buffer[:] = data
        return len(data)


def fake_target(memory: ProcessMemory, version: str = "1.27.3") -> Target:
    """A target that was attached to a process of this memory."""
    row = runtime_table.of_version(version)
    assert row is not None

    def no_functions() -> FunctionTable:
        raise AssertionError("nobody asked for functions")

    return Target(
        memory=memory,
        build=BuildInfo(go_version=version),
        layouts=row.layouts(),
        addresses={name: FIRST + APART * number for number, name in enumerate(row.globals)},
        types={name: one.type for name, one in row.globals.items()},
        wait_reasons=row.wait_reasons,
        bias=0,
        read_functions=no_functions,
        read_file=lambda address, size: memoryview(b""),
        give_back=lambda: None,
        about=XrayTarget(
            pid=1, go_version=version, path="example.com/shop", module="", experiment="",
            is_position_independent=False, layouts_from="a table", addresses_from="a test",
            attach_seconds=0.01,
        ),
    )  # fmt: skip
