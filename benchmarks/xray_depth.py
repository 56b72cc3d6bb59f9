"""What X-ray's depth costs: 10,000 goroutines and 100,000 heap buckets, read from outside.

    python benchmarks/xray_depth.py [--go 1.21.13,1.22.10,1.27.3] [--goroutines 10000]

The peer is the program itself, in the same run: it writes ``goroutine?debug=2`` and ``debug=1`` and
the heap profile through a pipe, and stops its world for the goroutines; X-ray stops nothing.
Figures are medians of turns that alternate; of X-ray the CPU time counts, since it is one thread
and the machine may be busy.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.sources.xray_depth_subjects import STRIPPED, running  # noqa: E402

from goom.formats import goroutine_dump, goroutine_table, heap_buckets  # noqa: E402
from goom.formats.stack_steps import Steps  # noqa: E402
from goom.sources.xray.attach import attach  # noqa: E402
from goom.sources.xray.goroutines import read_goroutines  # noqa: E402
from goom.sources.xray.heap import read_heap  # noqa: E402
from goom.sources.xray.names import pc_frames  # noqa: E402

TURNS = 7
GOROUTINE_SECONDS, HEAP_SECONDS = 10e-6, 0.5  # of CPU: others may have the machine meanwhile
SITES = 100_000


@dataclass
class Clock:
    """Wall and CPU seconds of what was done under each name."""

    walls: dict[str, list[float]] = field(default_factory=dict)
    cpus: dict[str, list[float]] = field(default_factory=dict)

    def run(self, name: str, what: Callable[[], T]) -> T:
        """Do it once more."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = what()
        self.walls.setdefault(name, []).append(time.perf_counter() - wall)
        self.cpus.setdefault(name, []).append(time.process_time() - cpu)
        return result

    def wall(self, name: str) -> float:
        """The median."""
        return statistics.median(self.walls[name])

    def cpu(self, name: str) -> float:
        """The median."""
        return statistics.median(self.cpus[name])


def goroutines(version: str, count: int) -> bool:
    """Goroutines with state, wait and stack, against the program's own dumps."""
    clock = Clock()
    with running(version, STRIPPED, goroutines=count) as subject:
        target = attach(subject.pid)
        names = pc_frames(target)
        steps = Steps(names)
        for turn in range(TURNS):
            first = " cold" if turn == 0 else ""
            table = clock.run("read" + first, partial(read_goroutines, target, steps))
            naming = partial(goroutine_table.to_dump, table, names, version)
            clock.run("name" + first, naming)
            text = clock.run("debug=2", partial(subject.ask, b"g")).decode()
            clock.run("debug=1", partial(subject.ask, b"1"))
            clock.run("parse", partial(goroutine_dump.parse, text))
        number = len(table)
        target.close()
    each = (clock.cpu("read") + clock.cpu("name")) / number
    wall = clock.wall("read") + clock.wall("name")
    cold = (clock.cpu("read cold") + clock.cpu("name cold")) / number
    print(
        f"{version} {number:,} goroutines: X-ray {each * 1e6:.1f} us of CPU each to read and name "
        f"(the first time {cold * 1e6:.1f}), {wall * 1e3:.0f} ms by the clock;\n"
        f"        its own debug=2 {clock.wall('debug=2') * 1e3:.0f} ms, debug=1 "
        f"{clock.wall('debug=1') * 1e3:.0f} ms, by the clock, the world stopped; to parse debug=2 "
        f"{clock.wall('parse') * 1e3:.0f} ms; X-ray to debug=2: {wall / clock.wall('debug=2'):.2f}"
    )
    return each <= GOROUTINE_SECONDS


def heap(version: str) -> bool:
    """All buckets of the heap profile, against the program's own writing of it."""
    clock = Clock()
    with running(version, STRIPPED, rate=1, goroutines=10, sites=SITES) as subject:
        target = attach(subject.pid)
        names = pc_frames(target)
        for _ in range(3):
            buckets = clock.run("read", partial(read_heap, target))
            clock.run("name", partial(heap_buckets.to_profile, buckets, names, version))
            clock.run("own", partial(subject.ask, b"H"))
        count = len(buckets)
        target.close()
    print(
        f"{version} {count:,} heap buckets: X-ray {clock.cpu('read'):.2f} s of CPU to read and "
        f"{clock.cpu('name'):.2f} s to name, {clock.wall('read') + clock.wall('name'):.2f} s by "
        f"the clock; its own profile {clock.wall('own'):.2f} s by the clock"
    )
    return count >= SITES and clock.cpu("read") <= HEAP_SECONDS


def main() -> int:
    """Every figure beside its bar; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--go", default="1.21.13,1.22.10,1.27.3")
    parser.add_argument("--goroutines", type=int, default=10_000)
    parsed = parser.parse_args()
    versions = parsed.go.split(",")
    held = [goroutines(version, parsed.goroutines) for version in versions]
    held += [heap(version) for version in versions]
    print(
        f"bars (10 us a goroutine, 100,000 buckets in 0.5 s): {'held' if all(held) else 'missed'}"
    )
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
