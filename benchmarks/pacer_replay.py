"""How well the pacer model replays gctraces of real programs, per program and version of Go.

    python benchmarks/pacer_replay.py [--go 1.21.13,1.22.10,1.27.3] [--runs steady,ramp] [--plain]

Runs each line of tests/runtime/pacer/programs/runs.csv, one at a time, and predicts each cycle's
goal from what the cycle before marked and what the program allocated. The bars: median error of the
goal at most 1 %, 95th percentile at most 5 %, for each version and each program, over heaps of
which 16 MiB and more were marked; below that whole MiB are too coarse, and the predicted bounds
must hold the goal that came. *Ahead* is the goal told from the cycles before alone, without knowing
how much would be allocated: without a memory limit it is the same. ``--plain`` leaves gcpacertrace
out, as most logs do. ``--recorded`` replays the kept logs instead, and also measures how long an
hour of ten cycles a second takes: at most 100 ms of CPU.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import lzma
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from goom.case.gctrace import GCTrace
from goom.formats.gctrace import parse
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.pacer.mgcpacer import NO_MEMORY_LIMIT_BYTES
from goom.runtime.pacer.replay import Replay, Settings, replay
from goom.runtime.pacer.replay_errors import ReplayErrors, replay_errors

PACER = Path(__file__).parents[1] / "tests" / "runtime" / "pacer"
MEDIAN_BAR, P95_BAR = 0.01, 0.05
HOUR_CYCLES, HOUR_BAR_SECONDS = 36_000, 0.1
HEADER = (
    "                             goal            ahead       small goals    trigger     interval\n"
    "run                 cycles median    p95  worst  median    p95  count within  median    p95"
    "  median    p95"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One line of runs.csv."""

    name: str
    folder: str
    workload: str
    gc_percent: int
    memory_limit_mib: int | None

    def settings(self, version: str) -> Settings:
        """What the replay is told."""
        limit = self.memory_limit_mib
        return Settings(
            gc_percent=self.gc_percent,
            memory_limit_bytes=NO_MEMORY_LIMIT_BYTES if limit is None else limit << 20,
            version=version,
        )

    def environment(self, plain: bool) -> dict[str, str]:
        """What the program is told."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
        limit = self.memory_limit_mib
        return kept | {
            "GODEBUG": "gctrace=1" if plain else "gctrace=1,gcpacertrace=1",
            "GOGC": "off" if self.gc_percent < 0 else str(self.gc_percent),
            "GOMEMLIMIT": "off" if limit is None else f"{limit}MiB",
        }


def all_runs() -> list[Run]:
    with (PACER / "programs" / "runs.csv").open(encoding="ascii", newline="") as lines:
        return [
            Run(
                row["name"],
                row["folder"],
                row["workload"],
                int(row["gc_percent"]),
                int(row["memory_limit_mib"]) if row["memory_limit_mib"] else None,
            )
            for row in csv.DictReader(lines)
        ]


def log_of(run: Run, version: str, seconds: float, plain: bool) -> bytes:
    """What the program wrote to stderr."""
    binary = build(PACER / "programs" / run.folder, obtain(version))
    command = [str(binary), *([run.workload] if run.workload else []), str(seconds)]
    answer = subprocess.run(
        command,
        env=run.environment(plain),
        capture_output=True,
        check=True,
        timeout=60 + 10 * seconds,
    )
    return answer.stderr


def thinned(log: bytes, most_cycles: int) -> bytes:
    """The last cycles of a log, with the pacer's lines that belong to them."""
    lines = log.splitlines(keepends=True)
    ends = [row for row, line in enumerate(lines) if line.startswith(b"gc ")]
    if len(ends) <= most_cycles:
        return log
    return b"".join(lines[ends[-most_cycles - 1] + 1 :])


def recorded(run: Run, version: str) -> Path:
    """Where the log of a run is kept, xz-compressed."""
    return PACER / "recorded" / version / f"{run.name}.log.xz"


def recorded_replay(run: Run, version: str) -> Replay:
    """The replay of a kept log."""
    log = lzma.decompress(recorded(run, version).read_bytes())
    return replay(parse(log), run.settings(version))


def measured(version: str, options: argparse.Namespace) -> Iterator[tuple[str, Replay]]:
    """Every run of a version, replayed."""
    wanted = set(filter(None, options.runs.split(",")))
    for run in all_runs():
        if wanted and run.name not in wanted:
            continue
        if options.recorded:
            yield run.name, recorded_replay(run, version)
            continue
        log = log_of(run, version, options.seconds, options.plain)
        if options.record:
            path = recorded(run, version)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(lzma.compress(thinned(log, options.record), preset=9))
        yield run.name, replay(parse(log), run.settings(version))


def row(name: str, errors: ReplayErrors) -> str:
    """One line of the table."""
    goal, ahead, trigger = errors.goal, errors.goal_ahead, errors.trigger
    small, interval = errors.small_goal.count, errors.interval
    within = f"{small:6d} {errors.small_goals_within / small:6.1%}" if small else " " * 13
    return (
        f"{name:19s} {goal.count:6d} {goal.median_fraction:6.2%} {goal.p95_fraction:6.2%}"
        f" {goal.worst_fraction:6.2%}  {ahead.median_fraction:6.2%} {ahead.p95_fraction:6.2%}"
        f" {within}"
        f"  {trigger.median_fraction:6.2%} {trigger.p95_fraction:6.2%}"
        f"  {interval.median_fraction:6.1%} {interval.p95_fraction:6.1%}"
    )


def misses(name: str, errors: ReplayErrors) -> list[str]:
    """Which bars a program, or a version, does not meet."""
    goal, missed = errors.goal, []
    if goal.count and goal.median_fraction > MEDIAN_BAR:
        missed.append(f"{name}: median {goal.median_fraction:.2%} over {MEDIAN_BAR:.0%}")
    if goal.count and goal.p95_fraction > P95_BAR:
        missed.append(f"{name}: 95th percentile {goal.p95_fraction:.2%} over {P95_BAR:.0%}")
    return missed


def report(version: str, options: argparse.Namespace) -> list[str]:
    """Print the table of a version; what it misses."""
    print(f"\nGo {version}\n{HEADER}")
    replays: list[Replay] = []
    missed: list[str] = []
    for name, one in measured(version, options):
        replays.append(one)
        errors = replay_errors([one])
        print(row(name, errors), flush=True)
        missed += misses(f"{version} {name}", errors)
    total = replay_errors(replays)
    print(row("all", total))
    bounded = (total.goals_within + total.small_goals_within) / max(
        total.goal.count + total.small_goal.count, 1
    )
    limited = total.limited_goal
    print(
        f"set by a memory limit: {limited.count} goals, median {limited.median_fraction:.2%},"
        f" 95th percentile {limited.p95_fraction:.2%}"
    )
    print(f"bounds hold {bounded:.2%} of goals; {total.late_count} cycles began past their goal")
    return missed + misses(f"{version} all", total)


def an_hour(trace: GCTrace) -> GCTrace:
    """The cycles of a log over and over, as many as ten a second make in an hour."""
    rows = np.arange(HOUR_CYCLES) % len(trace.cycles)
    columns = {one.name: getattr(trace.cycles, one.name)[rows] for one in fields(trace.cycles)}
    columns |= {"number": np.arange(HOUR_CYCLES), "at_seconds": np.arange(HOUR_CYCLES) / 10}
    return dataclasses.replace(trace, cycles=dataclasses.replace(trace.cycles, **columns))


def speed(version: str) -> list[str]:
    """How long an hour of cycles takes, on one core; what misses the bar."""
    missed: list[str] = []
    for run in all_runs():
        if run.name not in ("steady", "cache_limit"):
            continue
        trace = an_hour(parse(lzma.decompress(recorded(run, version).read_bytes())))
        spent = []
        for _ in range(5):
            began = time.process_time()
            replay(trace, run.settings(version))
            spent.append(time.process_time() - began)
        print(f"{HOUR_CYCLES} cycles like {run.name}: {min(spent) * 1000:.0f} ms of CPU")
        if min(spent) > HOUR_BAR_SECONDS:
            missed.append(f"{run.name}: {min(spent) * 1000:.0f} ms over {HOUR_BAR_SECONDS} s")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--go", default="1.21.13,1.22.10,1.27.3")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--runs", default="", help="only these, by name")
    parser.add_argument("--plain", action="store_true", help="without gcpacertrace")
    parser.add_argument("--record", type=int, default=0, help="keep the last N cycles for tests")
    parser.add_argument("--recorded", action="store_true", help="replay the kept logs, without Go")
    options = parser.parse_args()
    np.seterr(invalid="ignore")
    missed = [line for version in options.go.split(",") for line in report(version, options)]
    if options.recorded:
        print()
        missed += speed(options.go.split(",")[0])
    print("\nall bars are met" if not missed else "\nmissed:\n" + "\n".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
