"""What this machine can do is found out before anything is started; kernels without are told."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from goom.case.errors import BadInput
from goom.sources.ebpf import bpftrace
from goom.sources.ebpf.bpftrace import Ability
from goom.sources.ebpf.programs import (
    USER_PROBE_NANOSECONDS,
    Limits,
    mmap_program,
    oom_program,
    stacks_program,
)
from goom.sources.ebpf.subject import EbpfSubject
from goom.sources.ebpf.taking import Taking

SUBJECT = SimpleNamespace(
    pid=4711,
    offsets=None,
    has=lambda name: name == "runtime.copystack",
    cgocall_frame_bytes=lambda: 48,
    probe=lambda name: f'uprobe:/proc/4711/exe:"{name}"',
    prologue=lambda name: (112, 16),
)


def able(tracing: Path, *, has_btf: bool = True, sees_all_pids: bool = True) -> Ability:
    return Ability(
        bpftrace="/usr/bin/bpftrace",
        tracing=tracing,
        has_btf=has_btf,
        has_kprobes=False,
        sees_all_pids=sees_all_pids,
    )


def tracefs(folder: Path, *names: str, fields: str = "") -> Path:
    """Tracing files with these tracepoints."""
    for name in names:
        place = folder / "events" / name
        place.mkdir(parents=True)
        (place / "format").write_text(fields)
    return folder


def subject() -> EbpfSubject:
    return cast(EbpfSubject, SUBJECT)


def test_a_kernel_without_tracepoints_of_system_calls_says_what_still_works(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no tracepoints of system calls") as told:
        mmap_program(subject(), able(tracefs(tmp_path)), Limits(1.0, 0.01))
    assert "goom capture 4711" in told.value.hint
    assert "runtime.copystack" in stacks_program(subject(), Limits(1.0, 0.01))


def test_in_a_container_system_calls_cannot_be_picked_out(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="pid namespace") as told:
        mmap_program(subject(), able(tmp_path, sees_all_pids=False), Limits(1.0, 0.01))
    assert "--pid=host" in told.value.hint


def test_an_old_kernel_tells_of_a_kill_without_its_figures(tmp_path: Path) -> None:
    old = tracefs(tmp_path, "oom/mark_victim", fields="\tfield:int pid;\toffset:8;\n")
    text = oom_program(subject(), able(old), Limits(1.0, 0.01))
    assert "args->pid, 0, 0" in text
    with pytest.raises(BadInput, match="neither"):
        oom_program(subject(), able(tmp_path / "none"), Limits(1.0, 0.01))


def test_a_tracepoints_fields_are_read_by_name(tmp_path: Path) -> None:
    text = "\tfield:unsigned long anon_rss;\toffset:24;\n\tfield:char comm[16];\toffset:4;\n"
    known = able(tracefs(tmp_path, "oom/mark_victim", fields=text)).fields("oom/mark_victim")
    assert known == {"anon_rss", "comm"}


def test_no_program_ever_has_a_return_probe_or_one_at_an_allocation(tmp_path: Path) -> None:
    names = [f"syscalls/sys_enter_{one}" for one in ("mmap", "munmap", "brk")]
    text = mmap_program(subject(), able(tracefs(tmp_path, *names)), Limits(1.0, 0.01))
    text += stacks_program(subject(), Limits(1.0, 0.01))
    assert "uretprobe" not in text
    assert not [one for one in ("mallocgc", "newobject", "refill") if one in text]


def test_the_budget_is_in_the_program() -> None:
    """2 % of one CPU: 20 ms at once, a fiftieth of the time, and never more than of all of it."""
    text = Limits(5.0, 0.02).hit(USER_PROBE_NANOSECONDS, "WORK")
    assert "@spent = @spent + 35000" in text
    assert "@spent > 20000000 + (nsecs - @began) / 50 || @spent > 100000000" in text
    assert "exit();" in text


def test_an_entry_that_must_wait_for_its_stack_is_not_counted() -> None:
    text = stacks_program(subject(), Limits(1.0, 0.01))
    assert 'reg("sp") - 112 > $guard' in text
    assert 'uptr(reg("r14") + 16)' in text


def test_where_the_c_heap_ends_is_asked_when_the_probes_are_in_place(tmp_path: Path) -> None:
    """What it grew by before is not of the first call that is seen."""
    names = [f"syscalls/sys_enter_{one}" for one in ("mmap", "munmap", "brk")]
    growing = SimpleNamespace(**vars(SUBJECT), heap_end=iter((0x7000, 0x9000)).__next__)
    limits = Limits(1.0, 0.01)
    taking = Taking(cast(EbpfSubject, growing), able(tracefs(tmp_path, *names)), "mmap", limits)
    for line, end in (("begin 4", 0), ("ready 5", 0x7000), ("last 6", 0x7000)):
        taking._line(json.dumps({"type": "printf", "data": f"{line}\n"}).encode())
        assert taking.heap_end == end


@pytest.mark.ebpf
def test_a_program_that_bpftrace_refuses_leaves_nothing_behind() -> None:
    lines: list[bytes] = []

    def take(line: bytes) -> bool:
        lines.append(line)
        return True

    order = bpftrace.Order(program="BEGIN { nonsense", seconds=1.0)
    outcome = bpftrace.run(bpftrace.ability(), order, take)
    assert "error" in outcome.complaint.lower()
    assert not any(lines)
