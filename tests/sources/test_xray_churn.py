"""Of goroutines read while all of them run every stack is right, or said to be unread."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from tests.sources.xray_depth_subjects import STRIPPED

from goom.case.xray_depth import XrayGoroutines
from goom.formats.pc_frames import PcFrames
from goom.formats.stack_steps import Steps
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from goom.sources.xray.attach import attach
from goom.sources.xray.goroutines import read_goroutines
from goom.sources.xray.names import pc_frames
from goom.sources.xray.target import Target

PROGRAM = Path(__file__).parent / "xray_churn_subject"
SECONDS = 3.0
_CALL = 0xE8  # with the distance to the callee
_UNCALLED = ("runtime.asyncPreempt", "runtime.systemstack_switch")  # put there by the runtime
_WAITS_IN = {
    "chan receive": "runtime.chanrecv",
    "chan send": "runtime.chansend",
    "select": "runtime.selectgo",
    "sleep": "time.Sleep",
    "sync.Mutex.Lock": "sync.(*Mutex).",
    "semacquire": "runtime.semacquire1",
}


@contextmanager
def churning(version: str) -> Iterator[int]:
    binary = build(PROGRAM, obtain(version), BuildOptions(flags=STRIPPED))
    process = subprocess.Popen(
        ["nice", "-n", "10", binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
    finally:
        process.kill()
        process.communicate()


class Judge:
    """Holds each stack against the code: is the caller's instruction a call of the callee?"""

    def __init__(self, target: Target, names: PcFrames) -> None:
        self._target, self._names = target, names
        self._known: dict[tuple[int, int], str] = {}
        self.calls = 0

    def fault(self, pcs: tuple[int, ...], start: int) -> str:
        """What is wrong with a stack, "" when nothing is."""
        functions = [self._names.index(pc) for pc in pcs]
        name = self._names.functions.name
        if name(functions[-1]) != "runtime.goexit":
            return f"ends in {name(functions[-1])}"
        for outermost in functions[-2:-1]:
            is_over = name(outermost) == "runtime.goexit1"  # preempted after it had returned
            if outermost != self._names.index(start) and not is_over:
                return f"{name(outermost)} is not where it was started"
        for callee, caller in pairwise(pcs[:-1]):
            if (callee, caller) not in self._known:
                self._known[callee, caller] = self._call(callee, caller)
            if self._known[callee, caller]:
                return self._known[callee, caller]
        return ""

    def _call(self, callee: int, caller: int) -> str:
        into = self._names.index(callee)
        if self._names.functions.name(into) in _UNCALLED:
            return ""
        code = self._target.memory.read(caller - 5, 5)
        if code[0] != _CALL:
            return "" if 0xFF in code[:4] else f"{caller:#x} is after no call"
        self.calls += 1
        reached = caller + int.from_bytes(code[1:], "little", signed=True)
        entered = self._names.functions.name(self._names.index(reached))
        if entered == self._names.functions.name(into) or code[3] == 0xFF:  # or a wrapper's jump
            return ""
        return f"a call of {entered} is not one of {self._names.functions.name(into)}"


def faults(table: XrayGoroutines, judge: Judge, names: PcFrames) -> Iterator[str]:
    """All that is wrong in one reading."""
    twice = [goid for goid, count in Counter(table.goids.tolist()).items() if count > 1]
    yield from (f"goroutine {goid} is there twice" for goid in twice)
    columns = (table.states, *(one.tolist() for one in (table.stack_ids, table.start_pcs)))
    seen = set(zip(*columns, table.is_system.tolist(), strict=True))
    for state, number, start, is_system in seen:
        if number < 0:
            continue
        pcs = table.stacks[number]
        wrong = judge.fault(pcs, start)
        where = [call.frame.function for pc in pcs for call in names.calls(pc)]
        if wrong:
            yield f"{state}: {wrong}: {where}"
        place = _WAITS_IN.get(state) if not is_system else None
        if place and not any(one.startswith(place) for one in where):
            yield f"{state}, but in {where}"


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_no_stack_is_wrong_while_all_goroutines_come_and_go(version: str) -> None:
    with churning(version) as pid:
        target = attach(pid)
        names = pc_frames(target)
        steps, judge = Steps(names), Judge(target, names)
        found: Counter[str] = Counter()
        read = unread = looks = 0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            table = read_goroutines(target, steps)
            found.update(faults(table, judge, names))
            users = table.stack_ids[~table.is_system]
            read += int((users >= 0).sum())
            unread += int((users < 0).sum())
            assert table.unread or (table.stack_ids >= 0).all()
            looks += 1
        target.close()
    print(f"{version}: {looks} looks, {read} stacks, {unread} unread, {judge.calls} calls held")
    assert not found, found.most_common(5)
    assert read > 200
    assert judge.calls > 20
