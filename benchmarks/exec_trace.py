"""Execution traces against Go's own reader: the same events, no slower, and a large one in bounds.

    python benchmarks/exec_trace.py [--only counts,time,memory] [--go 1.22.10,…] [--rounds 3]
                                    [--large MiB] [FILE …]

``counts``: for each version seven traces of real programs (goroutines that assist, handlers with
regions, system calls, a copy that does not stop, coroutines, a CPU profile beside, a web server)
are recorded, and every event is counted by kind as ``go tool trace -d=parsed`` of that version
prints it, and by thread, P and goroutine.
``time``: ``goom trace FILE``, start of Python included, and that reader, both to /dev/null, in
alternation; the median of wall and CPU. (The first call builds Go's reader, and is not counted.)
``memory``: a trace of ``--large`` MiB, the generations of a real one over and over with their
numbers and times moved on, is read by goom alone (Go's reader would refuse goroutines that are
created twice).
"""

from __future__ import annotations

import argparse
import contextlib
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
from threading import Event, Thread

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.formats.exec_trace.recorded import (  # noqa: E402
    KINDS,
    contexts_of,
    contexts_read,
    kinds_expected,
    kinds_of,
    parsed_lines,
    recorded,
)
from tests.formats.exec_trace.written import numbers  # noqa: E402

from goom.formats.exec_trace.batches import (  # noqa: E402
    HEADER_BYTES,
    Batch,
    generations,
    version_of,
)
from goom.formats.exec_trace.exec_trace import read  # noqa: E402
from goom.formats.proc import parse_status  # noqa: E402
from goom.golang.build import go_environment  # noqa: E402
from goom.golang.toolchain import obtain  # noqa: E402

LARGE_BYTES_ALLOWED = 1 << 30
_END_OF_GENERATION, _EVENT_BATCH = 52, 1
_TIMED = ("profiled", "served")
_FEW_EVENTS = 100_000
_ASK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run of a command took."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


def spent(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> Spent:
    """Run it to /dev/null.

    Its peak is asked for while it runs: ``ru_maxrss`` begins with that of whoever started it.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, env=environment
    ) as child:
        ended, peak = Event(), [0]
        asking = Thread(target=_ask_peak, args=(child.pid, ended, peak))
        asking.start()
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        asking.join()
    if child.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended in status {child.returncode}")
    return Spent(took, usage.ru_utime + usage.ru_stime, peak[0])


def _ask_peak(pid: int, ended: Event, peak: list[int]) -> None:
    while not ended.wait(_ASK_SECONDS):
        with contextlib.suppress(OSError):  # it has just ended
            figures = parse_status(Path(f"/proc/{pid}/status").read_bytes())
            peak[0] = max(peak[0], int(figures.get("rss_peak_bytes", 0)))


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
    """Print both; whether goom took no longer, in wall time and in CPU.

    Of few events the start of Python takes longer than Go takes for all: they are only printed.
    """
    with path.open("rb") as file:
        events = sum(read(file).event_counts.values())
    pairs = [(goom(path), peer(version, path)) for _ in range(rounds + 1)][1:]  # the first warms up
    wall = [median(one.wall_seconds for one in side) for side in zip(*pairs, strict=True)]
    cpu = [median(one.cpu_seconds for one in side) for side in zip(*pairs, strict=True)]
    peak = max(ours.peak_bytes for ours, _ in pairs) >> 20  # Go's reader is a child of ``go``
    what = path.stem.split("-")[1] if "-" in path.stem else path.stem
    print(
        f"go {version:8} {what:8} {path.stat().st_size / 2**20:5.1f} MiB {events:10,} events"
        f"   wall {wall[0]:6.2f} s against {wall[1]:6.2f}   CPU {cpu[0]:6.2f} against {cpu[1]:6.2f}"
        f"   peak {peak} MiB",
        flush=True,
    )
    return events < _FEW_EVENTS or bool(wall[0] <= wall[1] and cpu[0] <= cpu[1])


def counted(version: str) -> bool:
    """Print how many events of how many kinds are the same by both readers; whether all are."""
    events, different = 0, []
    for kind in (*KINDS, "served"):
        path = recorded(version, kind)
        lines = parsed_lines(version, path)
        with path.open("rb") as file:
            trace = read(file)
        theirs = kinds_of(lines)
        events += sum(theirs.values())
        same = theirs == kinds_expected(version, trace.event_counts, trace.generations)
        if not (same and contexts_of(lines) == contexts_read(path)):
            different.append(kind)
    said = f"different: {', '.join(different)}" if different else "all the same"
    print(f"go {version:8} {len(KINDS) + 1} traces, {events:,} events by kind: {said}", flush=True)
    return not different


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


VERSIONS = "1.22.10,1.23.9,1.24.11,1.25.5,1.26.6,1.27.3"


def main() -> int:
    """1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--only", default="counts,time,memory")
    parser.add_argument("--go", default=VERSIONS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=1024, help="MiB")
    given = parser.parse_args()
    wanted, versions = given.only.split(","), given.go.split(",")
    good = [counted(version) for version in versions if "counts" in wanted and not given.files]
    pairs = [(versions[-1], path) for path in given.files] or [
        (version, recorded(version, kind, 4)) for version in versions for kind in _TIMED
    ]
    if "time" in wanted:
        good += [compare(version, path, given.rounds) for version, path in pairs]
    folder = Path(tempfile.mkdtemp(prefix="goom-exec-trace-"))
    try:
        if "memory" in wanted:
            good.append(large(pairs[-1][1], folder, given.large))
    finally:
        shutil.rmtree(folder)
    return int(not all(good))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
