"""What ``goom capture`` at its default schedule costs a program that does nothing but allocate.

    python benchmarks/capture_overhead.py [--pairs 6] [--seconds 30] [--go 1.22.10] [--control]

One program runs throughout and prints its orders per second. Windows with and without a capture
alternate, which comes first changes from pair to pair, and each pair gives one ratio. Beside the
throughput stands the work by CPU second of the program, which other load on the machine disturbs
less; as root, program and goom run at the highest priority for the same reason. ``--control``
captures in neither window: what the spread is when there is nothing to find.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.sources.procfs import parse_stat, read_whole

BAR = 0.98
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class Window:
    """One stretch of time: orders by second of wall and of the program's CPU."""

    per_second: float
    per_cpu_second: float


class Program:
    """The program, and what it has printed."""

    def __init__(self, go: str | None, workers: int) -> None:
        binary = build(Path(__file__).parent / "allocating", obtain(go))
        command = [str(binary), "-every", "100ms", "-workers", str(workers)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._rates: list[float] = []
        threading.Thread(target=self._read, daemon=True).start()

    def window(self, during: Callable[[], None]) -> Window:
        """What it got done while ``during`` ran."""
        first, began, cpu = len(self._rates), time.monotonic(), self._cpu_seconds()
        during()
        rates, wall = self._rates[first:], time.monotonic() - began
        rate = statistics.fmean(rates)
        return Window(rate, rate * wall / (self._cpu_seconds() - cpu))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith("orders/s\n"):
                self._rates.append(float(line.split()[0]))

    def _cpu_seconds(self) -> float:
        figures = parse_stat(read_whole(self.process.pid, "stat"))
        return figures["user_seconds"] + figures["system_seconds"]


def captured(pid: int, seconds: float, folder: str) -> None:
    bundle = Path(folder, "x.goom")
    bundle.unlink(missing_ok=True)
    goom = [sys.executable, "-m", "goom", "capture", str(pid), "--quiet"]
    subprocess.run([*goom, "--for", f"{seconds:g}s", "-o", str(bundle)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--go", default=None)
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="that allocate")
    parser.add_argument("--control", action="store_true")
    parsed = parser.parse_args()
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    program = Program(parsed.go, parsed.workers)
    try:
        time.sleep(_SETTLE_SECONDS)
        with tempfile.TemporaryDirectory() as folder:
            pairs = [measured(program, parsed, folder, number) for number in range(parsed.pairs)]
        return report(pairs)  # while the program lives, so that goom's CPU is all there is
    finally:
        program.process.kill()


def measured(
    program: Program, parsed: argparse.Namespace, folder: str, number: int
) -> tuple[Window, Window]:
    """A window with a capture and one without, in turn which comes first."""

    def look() -> None:
        captured(program.process.pid, parsed.seconds, folder)

    def rest() -> None:
        time.sleep(parsed.seconds)

    with_it = rest if parsed.control else look
    order = (with_it, rest) if number % 2 == 0 else (rest, with_it)
    windows = [program.window(work) for work in order]
    with_capture, without = windows if number % 2 == 0 else windows[::-1]
    ratio = with_capture.per_second / without.per_second
    by_cpu = with_capture.per_cpu_second / without.per_cpu_second
    print(
        f"pair {number + 1}: {with_capture.per_second:12,.0f} orders/s with, "
        f"{without.per_second:12,.0f} without: {ratio:.4f}   by CPU second {by_cpu:.4f}",
        flush=True,
    )
    return with_capture, without


def report(pairs: list[tuple[Window, Window]]) -> int:
    """Both ratios with their spread; 0 when the bar is held."""
    wall = [one.per_second / other.per_second for one, other in pairs]
    cpu = [one.per_cpu_second / other.per_cpu_second for one, other in pairs]
    for name, ratios in (("throughput", wall), ("work by CPU second", cpu)):
        error = statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else float("nan")
        print(
            f"{name} with/without capture: median {statistics.median(ratios):.4f}, "
            f"mean {statistics.fmean(ratios):.4f} ± {error:.4f} (standard error), "
            f"{min(ratios):.4f} to {max(ratios):.4f} in {len(ratios)} pairs"
        )
    load = os.getloadavg()[0]
    held = statistics.median(wall) >= BAR
    goom = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"CPU of goom itself: {(goom.ru_utime + goom.ru_stime) / len(pairs):.2f} s a capture")
    print(f"bar {BAR}: {'held' if held else 'missed'}   (load of the machine {load:.1f})")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
