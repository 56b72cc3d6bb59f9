"""How well the pacer's forward run predicts real Go, and how fast it is.

    python benchmarks/pacer_forward.py [--go 1.21.13,1.22.10,1.27.3] [--runs 3] [--only records]

Each program of tests/runtime/pacer/programs_forward does a fixed amount of work. It is run with
GOGC=100; from that run's GC log and metrics the model learns what it allocates and keeps. Then it
is run at other settings, and the model predicts how often it collects and how large its heap
becomes there, without having seen any of it. The real figures are the middle of ``--runs`` runs.
What is learned from is the one of ``--runs`` runs whose peak is in the middle: a mark that was held
up once makes a heap that the program does not need.

The programs must have both CPUs to themselves: a mark that waits for one lets the heap grow. On a
machine that others use, as root: ``sysctl kernel.sched_rr_timeslice_ms=1``, then all of it under
``chrt -r 10`` (with the usual slice of 100 ms two busy goroutines keep sysmon from its CPU).

``in use`` is what GOMEMLIMIT counts, at the end: it has no bar, it holds the scavenger.

The bars: cycles within 5 % (or one cycle, where 5 % is less than one) and peak heap within 5 %, as
the middle of all settings; an hour of 10 cycles a second in 100 ms, beside the same loop as plain
Python, with the same results.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.runtime.pacer.forward_runs import (  # noqa: E402 - needs the path above
    ASKED,
    LEARNED_AT,
    Program,
    Setting,
    predicted,
    programs,
    ran,
    scenario_of,
)

from goom.case.units import MIB  # noqa: E402 - needs the path above
from goom.runtime.pacer.forward import run  # noqa: E402
from goom.runtime.pacer.scenario import Scenario, Settings, constant  # noqa: E402

BAR = 0.05
HOUR_CYCLES, BAR_SECONDS = 36_000, 0.100
HEADER = (
    "program   setting           cycles: real       runs  model   error"
    "   peak MiB: real          runs   model   error   in use: real   model   error"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A setting of a program: the runs of real Go, and the model."""

    program: str
    setting: str
    cycles: list[int]
    peaks: list[float]
    totals: list[int]
    model_cycles: int
    model_peak: float
    model_total: float

    @property
    def cycles_error(self) -> float:
        """Too many cycles, as a share of the real ones."""
        return self.model_cycles / median(self.cycles) - 1

    @property
    def peak_error(self) -> float:
        """Too large a peak, as a share of the real one."""
        return self.model_peak / median(self.peaks) - 1

    @property
    def total_error(self) -> float:
        """Too much in use at the end, as a share of what really is."""
        return self.model_total / median(self.totals) - 1

    @property
    def cycles_good(self) -> bool:
        """Within the bar, or one cycle off."""
        off = abs(self.model_cycles - median(self.cycles))
        return off <= max(1.0, BAR * median(self.cycles))

    def __str__(self) -> str:
        peaks = [one / MIB for one in self.peaks]
        return (
            f"{self.program:9s} {self.setting:16s} {median(self.cycles):13g}"
            f" {min(self.cycles):5d}-{max(self.cycles):<4d} {self.model_cycles:6d}"
            f" {self.cycles_error:+7.1%} {median(peaks):16.1f} {min(peaks):7.1f}-{max(peaks):<6.1f}"
            f" {self.model_peak / MIB:7.1f} {self.peak_error:+7.1%}"
            f" {median(self.totals) / MIB:14.1f} {self.model_total / MIB:7.1f}"
            f" {self.total_error:+7.1%}"
        )


def rows(program: Program, version: str, runs: int) -> Iterator[Row]:
    """Learn a program from the middle run, predict every setting, and run it there."""
    learned = [ran(program, LEARNED_AT, version, sampled=True) for _ in range(runs)]
    learned.sort(key=lambda one: one.peak_heap_bytes)
    scenario = scenario_of(learned[runs // 2])
    for setting in (*ASKED, Setting(LEARNED_AT.gogc)):
        model = predicted(scenario, program, setting, version)
        real = [ran(program, setting, version) for _ in range(runs)]
        name = f"{setting} again" if setting == LEARNED_AT else str(setting)
        yield Row(
            program.name, name, [one.cycles for one in real],
            [one.peak_heap_bytes for one in real], [one.total_bytes for one in real],
            len(model.cycles), float(model.column("heap_end").max()), model.last_total_bytes,
        )  # fmt: skip


def report(version: str, options: argparse.Namespace) -> list[str]:
    """Print the table of a version; what it misses."""
    print(f"\nGo {version}\n{HEADER}")
    wanted = set(filter(None, options.only.split(",")))
    found: list[Row] = []
    for program in programs():
        if not wanted or program.name in wanted:
            for row in rows(program, version, options.runs):
                print(row, flush=True)
                found.append(row)
    return summary(version, found)


def summary(version: str, found: list[Row]) -> list[str]:
    """The middle of all errors, and how many settings are within the bar."""
    missed: list[str] = []
    for name, errors, good in (
        ("cycles", [row.cycles_error for row in found], [row.cycles_good for row in found]),
        ("peak", [row.peak_error for row in found], [abs(row.peak_error) <= BAR for row in found]),
        ("in use", [row.total_error for row in found],
         [abs(row.total_error) <= BAR for row in found]),
    ):  # fmt: skip
        off = np.abs(errors)
        print(
            f"{name:6s} middle error {np.median(off):.1%}, 90th percentile"
            f" {np.quantile(off, 0.9):.1%}; within the bar {np.mean(good):.0%} of {len(found)}"
        )
        if np.median(off) > BAR and name != "in use":
            missed.append(f"{version}: {name} off by {np.median(off):.1%}")
    return missed


def speed() -> list[str]:
    """An hour at ten cycles a second: a program whose heap grows and shrinks all the time."""
    busy = Scenario(
        length=3600.0,
        allocation_bytes_per_second=constant(1020.0 * MIB),
        mutator_procs=constant(2.0),
        reachable_bytes=constant(100.0 * MIB),
        mark_bytes_per_second=constant(400.0 * MIB),
    )
    settings = Settings(gogc=100, procs=8)
    run(busy, settings, fast=True)  # compiles
    fast, quick = timed(busy, settings, True)
    plain, slow = timed(busy, settings, False)
    same = fast.shape == plain.shape and bool((fast == plain).all())
    scale = HOUR_CYCLES / len(fast)
    print(
        f"\n{len(fast):,} cycles: compiled {quick * 1e3:.0f} ms, plain Python {slow * 1e3:.0f} ms,"
        f" {slow / quick:.0f} times as long; the same figures: {same}"
    )
    print(f"an hour at 10 cycles a second: {quick * scale * 1e3:.0f} ms (bar 100 ms)")
    missed = [] if quick * scale <= BAR_SECONDS else ["speed"]
    return missed if same else [*missed, "compiled and plain differ"]


def timed(scenario: Scenario, settings: Settings, fast: bool) -> tuple[np.ndarray, float]:
    """The cycles, and the seconds of the best of three runs."""
    spent: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        made = run(scenario, settings, fast)
        spent.append(time.perf_counter() - began)
    return made.cycles, min(spent)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--go", default="1.21.13,1.22.10,1.27.3")
    parser.add_argument("--runs", type=int, default=3, help="of real Go for each setting")
    parser.add_argument("--only", default="", help="only these programs")
    parser.add_argument("--speed-only", action="store_true")
    options = parser.parse_args()
    missed = speed()
    if not options.speed_only:
        missed += [line for version in options.go.split(",") for line in report(version, options)]
    print("\nall bars are met" if not missed else "\nmissed:\n" + "\n".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
