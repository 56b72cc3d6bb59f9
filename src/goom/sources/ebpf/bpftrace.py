"""Runs a bpftrace program for a bounded time, and leaves nothing of it in the kernel.

A program ends by itself (its own ``interval`` and budget call ``exit()``), also when goom
is killed; here it is told to end when its time is up, and killed when it does not listen.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from goom.case.errors import BadInput
from goom.case.units import MIB
from goom.formats.bpftrace import MOST_LINE_BYTES

INSTALL = "Install it:  apt-get install bpftrace   (dnf install bpftrace, apk add bpftrace)"
_TRACING = (Path("/sys/kernel/tracing"), Path("/sys/kernel/debug/tracing"))
_BTF = Path("/sys/kernel/btf/vmlinux")
_FIRST_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO, include/linux/proc_ns.h
_PERFMON, _BPF, _ADMIN = 1 << 38, 1 << 39, 1 << 21
_MOST_OUTPUT_BYTES = 64 * MIB
_GRACE_SECONDS, _TURN_SECONDS = 3.0, 0.1
_START_SECONDS = 30.0  # it compiles its program, on a machine that may be busy
_NICE = -15
_HARMLESS = "RLIMIT_MEMLOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What this machine can do. ``mounted`` is what goom had to mount for it, "" mostly."""

    bpftrace: str
    tracing: Path
    has_btf: bool
    has_kprobes: bool
    sees_all_pids: bool
    mounted: str = ""

    def has(self, tracepoint: str) -> bool:
        """Whether the kernel has a tracepoint: ``oom/mark_victim``."""
        return (self.tracing / "events" / tracepoint).is_dir()

    def fields(self, tracepoint: str) -> frozenset[str]:
        """The names of a tracepoint's fields."""
        try:
            text = (self.tracing / "events" / tracepoint / "format").read_text("utf-8", "replace")
        except OSError:
            return frozenset()
        lines = (line.partition("field:")[2].partition(";")[0] for line in text.splitlines())
        return frozenset(line.split()[-1].split("[")[0] for line in lines if line.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A program to run. ``pid`` narrows user probes to one process."""

    program: str
    seconds: float
    pid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went. ``cpu_seconds`` is what bpftrace used itself."""

    cpu_seconds: float
    complaint: str
    is_full: bool


def ability() -> Ability:
    """Look for all that is needed; BadInput says what is missing and what to type."""
    command = shutil.which("bpftrace")
    if command is None:
        raise BadInput("eBPF looks need bpftrace, and there is none on PATH.", INSTALL)
    if not _may_trace():
        raise BadInput(
            "eBPF looks need root (or CAP_BPF and CAP_PERFMON with a readable tracefs).",
            "Type:  sudo goom probe PID mmap    In a container: --privileged --pid=host",
        )
    tracing, mounted = _tracefs()
    return Ability(
        bpftrace=command,
        tracing=tracing,
        has_btf=_BTF.exists(),
        has_kprobes=(tracing / "kprobe_events").exists(),
        sees_all_pids=_sees_all_pids(),
        mounted=mounted,
    )


def run(able: Ability, order: Order, take: Callable[[bytes], bool]) -> Outcome:
    """Run to the end of its time, its budget or its process; every line is given to ``take``.

    ``take`` answers whether to go on, and is asked with an empty line when nothing comes. Whatever
    happens, no process and no probe stays behind.
    """
    with tempfile.TemporaryFile() as complaints:
        process = _started(able, order, complaints)
        try:
            is_full = _read(process, order, take)
        finally:
            used = _end(process)
            _sweep(able, process.pid)
        complaints.seek(0)
        said = complaints.read(1 << 16).decode("utf-8", "replace")
    return Outcome(cpu_seconds=used, complaint=_complaint(said), is_full=is_full)


def leftovers(able: Ability, process: int) -> list[str]:
    """The entries of uprobe_events that a bpftrace of this number has made."""
    mark = f"_bcc_{process}"
    found = []
    for name in ("uprobe_events", "kprobe_events"):
        with contextlib.suppress(OSError):
            lines = (able.tracing / name).read_text("utf-8", "replace").splitlines()
            found += [line for line in lines if line.split(" ")[0].endswith(mark)]
    return found


def _started(able: Ability, order: Order, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [able.bpftrace, "--unsafe", "-f", "json"]
    if order.pid is not None:
        command += ["-p", str(order.pid)]
    # Addresses are enough: reading all symbols anew for each stack takes bpftrace milliseconds.
    settings = {"BPFTRACE_NO_USER_SYMBOLS": "1", "BPFTRACE_PERF_RB_PAGES": "512", "LC_ALL": "C"}
    try:
        return subprocess.Popen(
            [*command, "-e", order.program],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=os.environ | settings,
            start_new_session=True,  # Ctrl-C is goom's to hand on
        )
    except OSError as error:
        raise BadInput(f"cannot start bpftrace: {error.strerror}.", INSTALL) from None


def _read(process: subprocess.Popen[bytes], order: Order, take: Callable[[bytes], bool]) -> bool:
    """Lines until the end; whether there were more than can be kept.

    At its deadline, or when ``take`` has enough, it is asked to end: it then prints its counts.
    """
    assert process.stdout is not None
    deadline, asked = time.monotonic() + _START_SECONDS + order.seconds, False
    rest, size, hurried = b"", 0, False
    while not asked or time.monotonic() < deadline:
        piece = _piece(process.stdout.fileno())
        if piece == b"":
            break
        *lines, rest = (rest + (piece or b"")).split(b"\n")
        size += len(piece or b"")
        if size > _MOST_OUTPUT_BYTES or len(rest) > MOST_LINE_BYTES:
            return True
        if lines and not hurried:
            hurried = _hurry(process.pid)
        answers = [take(line) for line in lines or [b""]]  # every line, also after a refusal
        if not asked and (not all(answers) or time.monotonic() > deadline):
            asked, deadline = True, time.monotonic() + _GRACE_SECONDS
            os.kill(process.pid, signal.SIGINT)  # not by Popen: it would reap it
    take(rest)
    return False


def _hurry(pid: int) -> bool:
    """Once it has compiled it hardly runs, but it has to stop in time on a busy machine, too."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
    return True


def _piece(descriptor: int) -> bytes | None:
    """What was printed, b"" at the end, None when nothing came for a turn."""
    ready, _, _ = select.select([descriptor], [], [], _TURN_SECONDS)
    return os.read(descriptor, 1 << 16) if ready else None


def _end(process: subprocess.Popen[bytes]) -> float:
    """Make sure that it is gone; the CPU that it used, in seconds."""
    if process.stdout is not None:
        process.stdout.close()
    deadline = time.monotonic() + _GRACE_SECONDS
    os.kill(process.pid, signal.SIGINT)  # to one that has ended already it does nothing
    while True:
        number, status, used = os.wait4(process.pid, os.WNOHANG)
        if number:
            process.returncode = os.waitstatus_to_exitcode(status)
            return used.ru_utime + used.ru_stime
        if time.monotonic() > deadline:
            os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.005)


def _sweep(able: Ability, process: int) -> None:
    """Take back probes that a bpftrace which failed or was killed has left in tracefs."""
    for line in leftovers(able, process):
        kind = "uprobe_events" if "uprobe" in line.split(" ")[0] else "kprobe_events"
        name = line.split(" ")[0].partition(":")[2]
        with contextlib.suppress(OSError), (able.tracing / kind).open("a") as events:
            events.write(f"-:{name}\n")


def _tracefs() -> tuple[Path, str]:
    """Where the kernel's tracing files are; mounted when they are not, by root."""
    for folder in _TRACING:
        if (folder / "events").is_dir():
            return folder, ""
    place = _TRACING[0]
    if place.is_dir() and shutil.which("mount") and os.geteuid() == 0:
        command = ["mount", "-t", "tracefs", "tracefs", str(place)]
        subprocess.run(command, check=False, capture_output=True)
        if (place / "events").is_dir():
            return place, f"mounted tracefs on {place}, where bpftrace looks for it"
    raise BadInput(
        "the kernel's tracing files are not there, and cannot be mounted.",
        f"As root, on the host:  mount -t tracefs tracefs {place}",
    )


def _may_trace() -> bool:
    if os.geteuid() == 0:
        return True
    for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
            return bool(held & _ADMIN) or (held & _BPF and held & _PERFMON) != 0
    return False


def _sees_all_pids() -> bool:
    """Whether process numbers here are those that the kernel compares: not inside a container."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino == _FIRST_NAMESPACE  # noqa: PTH116 - a magic link
    except OSError:
        return False


def _complaint(said: str) -> str:
    lines = (line.strip() for line in said.splitlines())
    told = [line for line in lines if line and _HARMLESS not in line]
    return " ".join(told)[:500]
