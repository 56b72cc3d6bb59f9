"""Real programs with a fixed amount of work: run once to learn from, then at other settings."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from goom.case.gctrace import GCTrace
from goom.case.units import MIB
from goom.formats.gctrace import parse
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.pacer.calibration import Known, calibrated
from goom.runtime.pacer.calibration_memory import MemoryReadings, overheads
from goom.runtime.pacer.forward import ForwardRun, run
from goom.runtime.pacer.replay_observed import observed
from goom.runtime.pacer.scenario import Scenario, Settings

FOLDER = Path(__file__).parent / "programs_forward"
_HEAP = "/memory/classes/heap"


@dataclass(frozen=True, slots=True)
class Program:
    """One line of runs.csv: how many units of work, and a limit that is below its usual goal."""

    name: str
    units: int
    memory_limit_mib: int


@dataclass(frozen=True, slots=True)
class Setting:
    """GOGC (-1 is off) and whether the program's memory limit is set."""

    gogc: int
    limited: bool = False

    def __str__(self) -> str:
        return f"GOGC={'off' if self.gogc < 0 else self.gogc}{' limit' if self.limited else ''}"


LEARNED_AT = Setting(100)
ASKED = (
    Setting(25), Setting(50), Setting(200), Setting(400), Setting(100, True), Setting(-1, True),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """A run of a real program: its GC log, and what it said at its end and on the way."""

    trace: GCTrace
    procs: int
    workers: int
    names: Sequence[str]
    last: Sequence[int]
    samples: Sequence[Sequence[int]]

    @property
    def cycles(self) -> int:
        """Collections that nobody asked for."""
        return int((~self.trace.cycles.forced).sum())

    @property
    def peak_heap_bytes(self) -> float:
        """The most that heapLive was at the end of a mark."""
        return float(observed(self.trace).heap_end.middle.max())

    @property
    def total_bytes(self) -> int:
        """What GOMEMLIMIT counts, at the end of the work."""
        return self.metric("/memory/classes/total:bytes") - self.metric(f"{_HEAP}/released:bytes")

    def metric(self, name: str) -> int:
        """A metric at the end of the work."""
        return self.last[self.names.index(name)]


@cache
def programs() -> tuple[Program, ...]:
    """All of runs.csv."""
    with (FOLDER / "runs.csv").open(encoding="ascii", newline="") as lines:
        return tuple(
            Program(row["name"], int(row["units"]), int(row["memory_limit_mib"]))
            for row in csv.DictReader(lines)
        )


def ran(program: Program, setting: Setting, version: str, sampled: bool = False) -> Ran:
    """Run a program; ``sampled`` has it read its metrics on the way and collect at its end."""
    binary = build(FOLDER / "fixedwork", obtain(version))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    environment = kept | {
        "GODEBUG": "gctrace=1,gcpacertrace=1",
        "GOGC": "off" if setting.gogc < 0 else str(setting.gogc),
        "GOMEMLIMIT": f"{program.memory_limit_mib}MiB" if setting.limited else "off",
        "GOMAXPROCS": "2",
        "SAMPLE": "1" if sampled else "",
    }
    answer = subprocess.run(
        [binary, program.name, str(program.units)],
        env=environment, capture_output=True, check=True, timeout=300,
    )  # fmt: skip
    return read(answer.stderr, answer.stdout)


def read(log: bytes, said: bytes) -> Ran:
    """A run from what it wrote."""
    told = json.loads(said)
    return Ran(
        parse(log), told["procs"], told["workers"], told["names"], told["last"],
        told["samples"] or (),
    )  # fmt: skip


def scenario_of(learned: Ran) -> Scenario:
    """The program behind a sampled run at ``LEARNED_AT``."""
    found = overheads(_readings(learned))
    return calibrated(
        learned.trace,
        Known(
            allocated_bytes=learned.metric("/gc/heap/allocs:bytes"),
            mutator_procs=min(learned.workers, learned.procs),
            gogc=LEARNED_AT.gogc,
            non_heap_bytes=found.non_heap_bytes,
            span_waste_fraction=found.span_waste_fraction,
            stuck_fraction=found.stuck_fraction,
        ),
    )


def predicted(scenario: Scenario, program: Program, setting: Setting, version: str) -> ForwardRun:
    """The forward run of a program at a setting, on two Ps."""
    limit = program.memory_limit_mib * MIB if setting.limited else None
    return run(
        scenario,
        Settings(gogc=setting.gogc, memory_limit_bytes=limit, procs=2, go_version=version),
    )


def _readings(learned: Ran) -> MemoryReadings:
    table = np.array(learned.samples, dtype=float)
    column = {name: table[:, place] for place, name in enumerate(learned.names)}
    return MemoryReadings(
        cycle=column["/gc/cycles/total:gc-cycles"],
        heap_marked=column["/gc/heap/live:bytes"],
        objects=column[f"{_HEAP}/objects:bytes"],
        unused=column[f"{_HEAP}/unused:bytes"],
        free=column[f"{_HEAP}/free:bytes"],
        released=column[f"{_HEAP}/released:bytes"],
        total=column["/memory/classes/total:bytes"],
    )
