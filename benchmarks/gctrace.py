"""How fast a GC log of a million lines is read on one core, beside ``grep -c '^gc '``.

    python benchmarks/gctrace.py [--lines 1000000] [--rounds 3]

The log is made of lines that eight versions of Go wrote, numbered and dated anew as one process
would have; one line in ten is an application's own. The memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from goom.case.gctrace import GCTrace
from goom.formats.gctrace import parse

SAMPLES = Path(__file__).parents[1] / "tests" / "formats" / "gctrace_samples"
BAR_MB_PER_SECOND = 30.0


def log_lines(count: int) -> Iterator[bytes]:
    """Real lines in a plausible order: cycles count up, a scavenger's line after each."""
    chance = random.Random(1)
    lines = [line for path in sorted(SAMPLES.iterdir()) for line in path.read_bytes().splitlines()]
    cycles = [line for line in lines if line.startswith(b"gc ")]
    scavenges = [line for line in lines if line.startswith(b"scav ")]
    made, number, at_ms = 0, 0, 0
    while made < count:
        number += 1
        at_ms += chance.randrange(5, 900)
        start = b"gc %d @%d.%03ds" % (number, at_ms // 1000, at_ms % 1000)
        yield re.sub(rb"^gc \d+ @[\d.]+s", start, chance.choice(cycles))
        yield chance.choice(scavenges)
        made += 2
        if number % 4 == 0:
            yield b'level=info msg="request served" path=/cart/%d took=%dms' % (number, at_ms % 97)
            made += 1


def best_of(rounds: int, data: bytes) -> tuple[float, GCTrace]:
    """CPU seconds of the fastest round, and what was read."""
    spent: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        trace = parse(data)
        spent.append(time.process_time() - began)
    return min(spent), trace


def grep_seconds(path: Path, rounds: int) -> float:
    """CPU seconds of the fastest ``grep -c``."""
    spent: list[float] = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["grep", "-c", "^gc ", path], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    data = b"\n".join(log_lines(options.lines)) + b"\n"
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, trace = best_of(options.rounds, data)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.NamedTemporaryFile(suffix=".log") as file:
        file.write(data)
        file.flush()
        grep = grep_seconds(Path(file.name), options.rounds)
    megabytes = len(data) / 1e6
    print(f"{trace.lines_read} lines, {megabytes:.1f} MB: {len(trace.cycles)} cycles,")
    print(f"{len(trace.scavenges)} scavenges, {trace.malformed_count} malformed")
    print(f"read in {seconds:.2f} s CPU: {megabytes / seconds:.1f} MB/s (bar: {BAR_MB_PER_SECOND})")
    print(f"grep -c '^gc ' takes {grep:.3f} s: {seconds / max(grep, 1e-3):.0f} times as long")
    print(f"peak memory {peak_kib >> 10} MiB, {before_kib >> 10} MiB of it before reading")
    return 0 if megabytes / seconds >= BAR_MB_PER_SECOND else 1


if __name__ == "__main__":
    sys.exit(main())
