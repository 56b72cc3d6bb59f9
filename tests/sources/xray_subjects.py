"""A real Go process that says its own figures when it is asked, for tests of X-ray."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from goom.case.xray import CollectorCPU, XraySample
from goom.formats.runtime_table import release_of
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import Toolchain, obtain
from goom.signals.xray_pacer import xray_pacer
from goom.sources.xray.rows import row

PROGRAM = Path(__file__).parent / "xray_subject"
NO_LIMIT = (1 << 63) - 1


@dataclass(frozen=True)
class Subject:
    """A running program; ``ask`` gives its figures by Go's own names."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def ask(self, command: bytes = b"?") -> dict[str, int]:
        """What it says now; it has flushed its caches just before (ReadMemStats does)."""
        assert self.process.stdin is not None
        self.process.stdin.write(command)
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, int]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        pairs = (part.split(" ") for part in line.strip().split(";") if part)
        return {name: int(value) for name, value in pairs}


@contextmanager
def running(
    go: str | Toolchain,
    flags: tuple[str, ...] = (),
    *,
    mode: str = "quiet",
    gogc: int = 100,
    memory_limit: int = NO_LIMIT,
    cgo: bool = False,
    environment: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> Iterator[Subject]:
    """The program built by this Go with these flags, asked once already."""
    toolchain = obtain(go) if isinstance(go, str) else go
    binary = build(PROGRAM, toolchain, BuildOptions(flags=flags, cgo=cgo))
    process = subprocess.Popen(
        [binary, mode, str(gogc), str(memory_limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=dict(environment or {}),
    )
    try:
        subject = Subject(process)
        subject.hear()
        yield subject
    finally:
        process.kill()
        process.communicate()


def own_words(sample: XraySample, go_version: str) -> dict[str, int]:
    """A sample by the names under which the program says the same."""
    memory, collector, pacer = sample.memory, sample.collector, sample.pacer
    # Since 1.26 the metric counts the runtime's own too (readMetricsLocked, gcount(true)).
    with_system = release_of(go_version) in ("1.26", "1.27")
    counted_too = sample.system_goroutines if with_system else 0
    (bits,) = struct.unpack("<Q", struct.pack("<d", collector.cpu_fraction))
    goal = xray_pacer(sample, go_version).goal_bytes
    return {
        "/gc/gogc:percent": pacer.gogc_percent % (1 << 64),
        "/gc/gomemlimit:bytes": pacer.memory_limit_bytes,
        "/gc/heap/live:bytes": pacer.heap_marked_bytes,
        "/gc/heap/goal:bytes": goal if goal is not None else -1,
        "/gc/limiter/last-enabled:gc-cycle": pacer.limiter_last_cycle,
        "/gc/scan/globals:bytes": pacer.globals_scan_bytes,
        "/gc/scan/stack:bytes": pacer.last_stack_scan_bytes,
        "/memory/classes/total:bytes": memory.sys_bytes,
        "/memory/classes/heap/stacks:bytes": memory.stack_in_use_bytes,
        "/sched/goroutines:goroutines": sample.goroutines + counted_too,
        "/sched/gomaxprocs:threads": sample.procs,
        **{name: int(value) for name, value in row(sample).items()},  # as a bundle keeps it
        "NextGC": goal if goal is not None else -1,
        "LastGC": collector.last_end_nanoseconds,  # more digits than a float has
        "GCCPUFractionBits": bits,
        **_cpu(collector.cpu),
    }


def _cpu(cpu: CollectorCPU | None) -> dict[str, int]:
    if cpu is None:
        return {}
    return {
        "/cpu/classes/gc/mark/assist:cpu-seconds": cpu.assist_nanoseconds,
        "/cpu/classes/gc/mark/dedicated:cpu-seconds": cpu.dedicated_nanoseconds,
        "/cpu/classes/gc/mark/idle:cpu-seconds": cpu.idle_nanoseconds,
        "/cpu/classes/gc/pause:cpu-seconds": cpu.pause_nanoseconds,
    }
