"""A dump shows the calls that Go shows, by the names that Go writes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from goom.case.profile import Frame
from goom.formats.pc_frames import Call, PcFrames
from goom.formats.pclntab import FunctionTable
from goom.formats.shown_frames import ShownFrames

WRAPPER = 21


class Named(PcFrames):
    """Addresses that stand for the calls of a list."""

    def __init__(self, calls: Mapping[int, tuple[Call, ...]]) -> None:
        nothing = np.zeros(0, np.uint64)
        table = FunctionTable(memoryview(b""), nothing, np.zeros(0, np.uint32), 0, 0, 0, 0, 0, 1)
        super().__init__(table)
        self._by_address = calls
        self.asked: list[int] = []

    def calls(self, pc: int) -> tuple[Call, ...]:
        self.asked.append(pc)
        return self._by_address.get(pc, ())

    def wrapper_id(self) -> int:
        return WRAPPER


def shown(*names: str, version: str = "1.22.10", wrappers: tuple[str, ...] = ()) -> list[str]:
    """What is left of a stack of these functions."""
    calls = {
        10 * number: (Call(Frame(name, "f.go", 1), WRAPPER if name in wrappers else 0),)
        for number, name in enumerate(names)
    }
    frames, _ = ShownFrames(Named(calls), version).stack(list(calls))
    return [frame.function for frame in frames]


def test_the_runtimes_own_are_hidden_unless_there_is_nothing_else() -> None:
    assert shown("runtime.gopark", "runtime.chanrecv", "main.f", "runtime.goexit") == ["main.f"]
    assert shown("runtime.gopark", "runtime.main") == ["runtime.gopark", "runtime.main"]
    assert shown("runtime.Gosched", "main.f") == ["runtime.Gosched", "main.f"]


def test_a_panic_under_way_is_shown_by_its_name() -> None:
    assert shown("main.deferred", "runtime.gopanic", "main.f") == [
        "main.deferred", "panic", "main.f",
    ]  # fmt: skip
    assert shown("runtime.gopanic", "main.f") == ["main.f"]


def test_wrappers_are_left_out_but_not_around_a_panic() -> None:
    assert shown("main.T.M", "main.(*T).M", "main.f", wrappers=("main.(*T).M",)) == [
        "main.T.M", "main.f",
    ]  # fmt: skip
    over = shown("main.d", "runtime.panicwrap", "main.(*T).M", wrappers=("main.(*T).M",))
    assert over == ["main.d", "main.(*T).M"]


@pytest.mark.parametrize(
    ("name", "version", "written"),
    [
        ("main.F[go.shape.int]", "1.22.10", "main.F[...]"),
        ("main.(*T[go.shape.[]int]).M", "1.22.10", "main.(*T[...]).M"),
        ("main.(*T[go.shape.int]).Each[go.shape.[]string].func1", "1.27.3",
         "main.(*T[...]).Each[...].func1"),
        ("main.(*T[go.shape.[]int]).M", "1.27.3", "main.(*T[...]).M"),
    ],
)  # fmt: skip
def test_type_arguments_are_left_out(name: str, version: str, written: str) -> None:
    assert shown(name, version=version) == [written]


def test_methods_of_the_runtime_that_all_may_call_are_shown_since_they_are() -> None:
    assert shown("runtime.(*Frames).Next", "main.f", version="1.27.3")[0].startswith("runtime.(*F")
    assert shown("runtime.(*Frames).Next", "main.f", version="1.22.10") == ["main.f"]
    assert shown("runtime.(*p).Next", "main.f", version="1.27.3") == ["main.f"]


def test_the_middle_of_a_deep_stack_is_left_out() -> None:
    calls = {n: (Call(Frame(f"main.f{n}", "f.go", n), 0),) for n in range(1000, 1250)}
    frames, elided = ShownFrames(Named(calls), "1.22.10").stack(list(calls))
    assert (len(frames), elided) == (100, 150)
    assert [frames[49].function, frames[50].function] == ["main.f1049", "main.f1200"]
    frames, elided = ShownFrames(Named(calls), "1.19.8").stack(list(calls))
    assert (len(frames), elided, frames[-1].function) == (100, 1, "main.f1099")


def test_after_a_call_that_was_put_there_the_address_is_the_instructions_own() -> None:
    names = Named({
        10: (Call(Frame("runtime.asyncPreempt", "a.s", 1), 0),),
        21: (Call(Frame("main.f", "f.go", 7), 0),),
    })  # fmt: skip
    frames, _ = ShownFrames(names, "1.22.10").stack([10, 20])
    assert [frame.function for frame in frames] == ["main.f"]
    assert 21 in names.asked
    assert 20 not in names.asked
