"""Goroutines read from outside are those that the process writes of itself."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import pytest
from tests.sources.xray_depth_subjects import STRIPPED, running

from goom.case.profile import GoroutineDump, Profile
from goom.case.xray_depth import XrayGoroutines
from goom.formats import goroutine_dump, goroutine_writer, pprof, pprof_writer
from goom.formats.goroutine_table import to_dump, to_profile
from goom.sources.xray.attach import attach
from goom.sources.xray.goroutines import read_goroutines
from goom.sources.xray.names import pc_frames
from goom.sources.xray.target import Target

VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
KINDS = {"unstripped": (), "stripped": STRIPPED, "stripped PIE": (*STRIPPED, "-buildmode=pie")}
Row = tuple[object, ...]


def rows(dump: GoroutineDump, *, but: int = 1) -> dict[int, Row]:
    """All goroutines but the one that answers."""
    return {
        int(dump.ids[row]): (
            dump.states[row],
            int(dump.wait_minutes[row]),
            bool(dump.locked_to_thread[row]),
            bool(dump.leaked[row]),
            dump.stacks[dump.stack_ids[row]],
            dump.created_by[row],
            int(dump.elided_frames[row]),
        )
        for row in range(len(dump.ids))
        if dump.ids[row] != but
    }


def stacks(profile: Profile, frames: int) -> Counter[Row]:
    """How many stand where, by so many innermost frames; without the one that answers."""
    found: Counter[Row] = Counter()
    for row in range(len(profile)):
        stack = profile.stack(row)
        if all(frame.function != "main.answer" for frame in stack):
            found[stack[:frames]] += int(profile.values[row, 0])
    return found


@pytest.mark.real_go
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_goroutine_is_equal_to_its_own_dump(version: str, kind: str) -> None:
    with running(version, KINDS[kind]) as subject:
        target = attach(subject.pid)
        theirs = goroutine_dump.parse(subject.ask(b"g").decode())
        table = all_waiting(target)
        ours = to_dump(table, pc_frames(target), version)
        target.close()
    assert table.unread == ()
    assert len(ours.ids) == len(theirs.ids) > 100
    assert rows(ours) == rows(theirs)
    assert {"chan receive", "select", "sleep", "IO wait", "syscall"} <= set(ours.states)
    assert max(ours.elided_frames) > 200
    again = goroutine_dump.parse(goroutine_writer.write(ours).decode())
    assert rows(again, but=0) == rows(ours, but=0)


@pytest.mark.real_go
@pytest.mark.parametrize("version", VERSIONS)
def test_the_profile_counts_the_stacks_that_the_endpoint_counts(version: str) -> None:
    with running(version) as subject:
        target = attach(subject.pid)
        theirs = pprof.parse(subject.ask(b"G"), origin="theirs")
        made = to_profile(all_waiting(target), pc_frames(target), version)
        target.close()
    ours = pprof.parse(pprof_writer.write(made), origin="ours")
    assert (ours.kind, ours.sample_types) == (theirs.kind, theirs.sample_types)
    assert stacks(ours, 20) == stacks(theirs, 20)


def all_waiting(target: Target) -> XrayGoroutines:
    """A look at the program when the goroutine that has just answered waits again.

    Its answer is read before its thread, should another want that CPU, has come back for more.
    """
    for _ in range(200):
        found = read_goroutines(target)
        if not found.unread:
            break
        time.sleep(0.005)
    return found


def one_running(target: Target) -> XrayGoroutines:
    """A look in which the loop alone runs: now and then it is being preempted, and just after its
    answer the main goroutine may run beside it.
    """
    for _ in range(200):
        found = read_goroutines(target)
        if found.states.count("running") == 1:
            return found
        time.sleep(0.005)
    raise AssertionError("it never runs")


def one_held(pid: int, target: Target) -> XrayGoroutines:
    """A look at the stopped program in which the loop was running.

    Stopped while it was being preempted it is not, or its thread is on the stack for signals.
    """
    for _ in range(40):
        os.kill(pid, signal.SIGSTOP)
        for _ in range(100):  # a thread stops when it has its next turn on a CPU
            time.sleep(0.02)
            found = read_goroutines(target)
            if not found.unread:
                break
        if "running" in found.states and not found.unread:
            return found
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)
    raise AssertionError(f"it is never held in its loop: {found.states}, {found.unread}")


@pytest.mark.real_go
@pytest.mark.parametrize("version", VERSIONS)
def test_what_runs_is_said_to_and_read_when_the_program_is_held(version: str) -> None:
    """A loop that never ends: its registers are on a CPU, until its threads are stopped."""
    with running(version) as subject:
        target = attach(subject.pid)
        subject.ask(b"s")
        free = one_running(target)
        held = one_held(subject.pid, target)
        dump = to_dump(held, pc_frames(target), version)
        target.close()
    row = free.states.index("running")
    assert free.stack_ids[row] == -1
    assert free.unread == ("1 running just then: their stacks are known only to a CPU",)
    assert held.unread == ()
    assert held.states.count("running") == 1
    stack = dump.stacks[dump.stack_ids[dump.states.index("running")]]
    assert [frame.function for frame in stack] == ["main.answer.func1"]
