"""Whole analysis of execution traces beside Go's own reader, and the memory of a large one.

    python benchmarks/exec_trace.py [--go 1.22.10,1.27.3] [--rounds 3] [--large MiB] [FILE …]

For each version a trace of a program that assists under a CPU profile is recorded (or FILEs are
taken). ``goom trace FILE``, start of Python included, and ``go tool trace -d=parsed FILE`` of the
same toolchain, both to /dev/null, in alternation; the median of wall and CPU. Then a trace of
``--large`` MiB, the generations of a real one over and over with their numbers and times moved on,
is read by goom alone (Go's reader would refuse goroutines that are created twice).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.formats.exec_trace.recorded import PROGRAM  # noqa: E402
from tests.formats.exec_trace.written import numbers  # noqa: E402

from goom.formats.exec_trace_batches import (  # noqa: E402
    HEADER_BYTES,
    Batch,
    generations,
    version_of,
)
from goom.golang.build import build, go_environment  # noqa: E402
from goom.golang.toolchain import obtain  # noqa: E402

LARGE_BYTES_ALLOWED = 1 << 30
_END_OF_GENERATION, _EVENT_BATCH = 52, 1


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run of a command took."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


def spent(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> Spent:
    """Run it to /dev/null."""
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, env=environment
    ) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended in status {child.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    return Spent(time.perf_counter() - started, cpu, usage.ru_maxrss * 1024)


def goom(path: Path) -> Spent:
    """The whole analysis in a process of its own."""
    return spent([sys.executable, "-m", "goom", "trace", str(path)])


def peer(version: str, path: Path) -> Spent:
    """Go's own reader, printing the parsed events."""
    toolchain = obtain(version)
    mode = "1" if version.startswith(("1.22", "1.23")) else "parsed"
    command = [str(toolchain.go), "tool", "trace", f"-d={mode}", str(path)]
    return spent(command, go_environment(toolchain))


def compare(version: str, path: Path, rounds: int) -> bool:
    """Print both; whether goom took no longer, in wall time and in CPU."""
    pairs = [(goom(path), peer(version, path)) for _ in range(rounds + 1)][1:]  # the first warms up
    wall = [median(one.wall_seconds for one in side) for side in zip(*pairs, strict=True)]
    cpu = [median(one.cpu_seconds for one in side) for side in zip(*pairs, strict=True)]
    peak = [max(one.peak_bytes for one in side) >> 20 for side in zip(*pairs, strict=True)]
    print(
        f"go {version:8} {path.stat().st_size / 2**20:6.1f} MiB   wall {wall[0]:6.2f} s against"
        f" {wall[1]:6.2f}   CPU {cpu[0]:6.2f} against {cpu[1]:6.2f}   peak {peak[0]} MiB against"
        f" {peak[1]}",
        flush=True,
    )
    return bool(wall[0] <= wall[1] and cpu[0] <= cpu[1])


def record(version: str, folder: Path) -> Path:
    """A trace of some seconds."""
    path = folder / f"{version}.trace"
    binary = build(PROGRAM, obtain(version))
    subprocess.run([binary, "profiled", path, "2"], check=True)
    return path


def enlarged(source: Path, target: Path, size: int) -> None:
    """Repeat the generations of ``source`` until ``target`` is that large."""
    with source.open("rb") as file, target.open("wb") as out:
        head = file.read(HEADER_BYTES)
        version = version_of(head)
        out.write(head)
        batches = [one.batches for one in generations(file, version)]
        first = min(batch.ticks for one in batches for batch in one if batch.ticks)
        last = max(batch.ticks for one in batches for batch in one)
        turn = 0
        while out.tell() < size:
            for nth, one in enumerate(batches):
                number = turn * len(batches) + nth + 1
                for batch in one:
                    out.write(_moved(file.fileno(), batch, number, turn * (last - first + 1)))
                out.write(bytes([_END_OF_GENERATION]) if version >= 26 else b"")
            turn += 1


def _moved(descriptor: int, batch: Batch, number: int, ticks: int) -> bytes:
    content = os.pread(descriptor, batch.size, batch.offset)
    head = numbers(number, batch.thread, batch.ticks + ticks, batch.size)
    return bytes([_EVENT_BATCH]) + head + content


def large(source: Path, folder: Path, mib: int) -> bool:
    """Print time and memory; whether the memory is within the bound."""
    target = folder / "large.trace"
    enlarged(source, target, mib << 20)
    one = goom(target)
    print(
        f"{target.stat().st_size / 2**20:,.0f} MiB: {one.wall_seconds:.1f} s, CPU"
        f" {one.cpu_seconds:.1f} s, peak {one.peak_bytes / 2**20:,.0f} MiB"
    )
    return one.peak_bytes <= LARGE_BYTES_ALLOWED


def main() -> int:
    """1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--go", default="1.22.10,1.27.3")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=1024, help="MiB; 0: not")
    given = parser.parse_args()
    versions = given.go.split(",")
    folder = Path(tempfile.mkdtemp(prefix="goom-exec-trace-"))
    try:
        paths = given.files or [record(version, folder) for version in versions]
        of = versions if not given.files else [versions[-1]] * len(paths)
        good = [compare(one, path, given.rounds) for one, path in zip(of, paths, strict=True)]
        if given.large:
            good.append(large(paths[-1], folder, given.large))
    finally:
        shutil.rmtree(folder)
    return int(not all(good))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
