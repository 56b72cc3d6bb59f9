"""Memory is read as it is, and no process can make that cost more than was granted."""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from goom.case.errors import BadInput
from goom.sources import process_memory, process_rights, procfs
from goom.sources.process_memory import (
    MOST_REGION_BYTES,
    ProcessMemory,
    Region,
    UnreadableError,
)
from goom.sources.process_rights import refusal


def words(*texts: bytes) -> tuple[ctypes.Array[ctypes.c_char], list[Region]]:
    """A buffer of this process, and where each of these is in it."""
    buffer = ctypes.create_string_buffer(b"".join(texts))
    regions, at = [], ctypes.addressof(buffer)
    for text in texts:
        regions.append(Region(at, len(text)))
        at += len(text)
    return buffer, regions


@pytest.fixture(params=["process_vm_readv", "/proc/PID/mem"])
def memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ProcessMemory:
    if request.param != "process_vm_readv":
        monkeypatch.setattr(process_memory, "_READ", None)
    return ProcessMemory(os.getpid())


def test_regions_come_in_the_order_in_which_they_were_asked_for(memory: ProcessMemory) -> None:
    buffer, regions = words(b"heap", b"stack", b"other")
    assert [bytes(one) for one in memory.read_all(regions[::-1])] == [b"other", b"stack", b"heap"]
    assert memory.read(*regions[0]) == b"heap"
    assert memory.read_bytes == len(b"heapstackotherheap")
    del buffer


def test_a_plan_shows_what_is_there_now(memory: ProcessMemory) -> None:
    buffer, regions = words(b"heap", b"live")
    plan = memory.plan(regions)
    assert bytes(plan.read()) == b"heaplive"
    buffer[0] = b"H"
    assert bytes(plan.read()) == b"Heaplive"


def test_more_regions_than_one_call_takes_are_read_in_several(memory: ProcessMemory) -> None:
    buffer, regions = words(*(bytes([byte % 251]) for byte in range(3000)))
    assert b"".join(memory.read_all(regions)) == buffer.raw[:3000]


@pytest.mark.parametrize(
    "region",
    [(0, 8), (8, 8), (1 << 47, 8), ((1 << 47) - 4, 8), (1 << 64, 8), (-8, 8), (4096, 0),
     (4096, -1), (4096, MOST_REGION_BYTES + 1), (4096, 1 << 62)],
)  # fmt: skip
def test_what_no_process_can_have_is_refused(
    memory: ProcessMemory, region: tuple[int, int]
) -> None:
    with pytest.raises(UnreadableError, match=r"has no -?\d+ bytes at"):
        memory.read(*region)


def test_nothing_is_handed_on_when_a_part_is_missing(memory: ProcessMemory) -> None:
    buffer, regions = words(b"heap")
    with pytest.raises(UnreadableError, match="has no 16 bytes at 0x10"):
        memory.read_all([*regions, Region(16, 16)])
    del buffer


def test_regions_that_add_up_to_too_much_are_refused_before_anything_is_allocated() -> None:
    with pytest.raises(BadInput, match="256 MiB at once"):
        ProcessMemory(os.getpid()).plan([Region(4096, MOST_REGION_BYTES)] * 5)


def test_another_process_is_read_and_its_end_is_said() -> None:
    program = "import ctypes,sys;b=ctypes.create_string_buffer(b'gopher');" \
        "print(ctypes.addressof(b),flush=True);sys.stdin.read()"  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    memory, address = ProcessMemory(child.pid), int(child.stdout.readline())
    assert memory.read(address, 6) == b"gopher"
    child.communicate("")
    with pytest.raises(BadInput, match=f"no process {child.pid} here"):
        memory.read(address, 6)


@pytest.mark.parametrize(
    ("scope", "sentence", "hint"),
    [
        (1, "ptrace_scope is 1", "sudo goom xray"),
        (2, "ptrace_scope is 2", "sysctl"),
        (3, "until the next boot", "goom capture"),
        (0, "protected itself", "sudo goom xray"),
    ],
)
def test_the_scope_of_ptrace_is_named(
    scope: int, sentence: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_rights, "_scope", lambda: scope)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(process_rights, "_owner", lambda pid: 1000)
    told = refusal(os.getpid(), errno.EPERM)
    assert told is not None
    assert sentence in told.message
    assert hint in told.hint


def test_another_users_process_is_named_by_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(process_rights, "_owner", lambda pid: 0)
    told = refusal(os.getpid(), errno.EPERM)
    assert told is not None
    assert "belongs to user root" in told.message


def test_root_without_the_capability_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(process_rights, "_may_trace", lambda: False)
    told = refusal(os.getpid(), errno.EPERM)
    assert told is not None
    assert "CAP_SYS_PTRACE" in told.message
    assert "--cap-add SYS_PTRACE" in told.hint


def test_a_process_that_is_gone_is_not_called_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procfs, "is_alive", lambda pid: False)
    told = refusal(12345, errno.EPERM)
    assert told is not None
    assert "no process 12345 here" in told.message
    assert "docker inspect" in told.hint


def test_threads_may_ask_at_the_same_time_whether_it_is_the_same() -> None:
    memory = ProcessMemory(os.getpid())
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: memory.is_same(), range(20_000)))
    memory.close()
