"""A dump that is written is read back alike."""

from __future__ import annotations

import numpy as np

from goom.case.profile import Frame, GoroutineDump
from goom.formats import goroutine_dump, goroutine_writer

DUMP = GoroutineDump(
    taken_at_seconds=1.0,
    ids=np.array([1, 7, 9, 12]),
    counts=np.ones(4, np.int64),
    states=("running", "chan receive", "select", "sleep"),
    wait_minutes=np.array([0, 5, 0, 0]),
    leaked=np.array([False, True, False, False]),
    locked_to_thread=np.array([False, True, False, False]),
    stack_ids=np.array([1, 0, 0, 2], np.int32),
    stacks=(
        (Frame("main.(*T).wait", "/src/a b.go", 3), Frame("main.F[...]", "/src/f.go", 9)),
        (),
        tuple(Frame(f"main.f{number}", "f.go", number) for number in range(100)),
    ),
    created_by=(Frame("", "", 0), Frame("main.start", "/src/m.go", 12)) * 2,
    elided_frames=np.array([0, 0, 0, 31]),
    origin="xray",
)


def test_a_dump_is_read_back_alike() -> None:
    text = goroutine_writer.write(DUMP).decode()
    found = goroutine_dump.parse(text)
    assert found.ids.tolist() == [1, 7, 9, 12]
    assert found.states == DUMP.states
    assert found.wait_minutes.tolist() == [0, 5, 0, 0]
    assert found.leaked.tolist() == DUMP.leaked.tolist()
    assert found.locked_to_thread.tolist() == DUMP.locked_to_thread.tolist()
    assert found.created_by == DUMP.created_by
    assert found.elided_frames.tolist() == [0, 0, 0, 31]
    for row in range(4):
        assert found.stacks[found.stack_ids[row]] == DUMP.stacks[DUMP.stack_ids[row]]


def test_it_looks_as_go_writes_it() -> None:
    lines = goroutine_writer.write(DUMP).decode().splitlines()
    assert lines[0] == "goroutine 1 [running]:"
    assert "stack unavailable" in lines[1]
    assert "goroutine 7 [chan receive (leaked), 5 minutes, locked to thread]:" in lines
    assert lines.index("...31 frames elided...") == lines.index("main.f50(...)") - 1
    assert "created by main.start" in lines
