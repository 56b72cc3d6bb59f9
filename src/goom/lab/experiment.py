"""One experiment: a program of the lab, built with one Go, run under observation to its end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goom.case.errors import GoomError
from goom.golang.build import BuildOptions, build
from goom.golang.cache import Progress, silent
from goom.golang.toolchain import Toolchain
from goom.lab.program import SICK, Program
from goom.sources.run import observe
from goom.sources.run_options import RunOptions, RunResult, RunStatus

_STRIPPED = ("-ldflags=-s -w",)
_SETTINGS = ("GOGC", "GOMEMLIMIT", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What to run: ``trimpath`` leaves the places of this machine out of the recording. ``blind``,
    as in production: stripped, and no endpoint asked: X-ray alone sees inside.
    """

    program: Program
    variant: str = SICK
    toolchain: Toolchain
    trimpath: bool = False
    blind: bool = False

    def __str__(self) -> str:
        return f"{self.program.name} {self.variant} go{self.toolchain.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Who is told what while it runs; by default nobody."""

    progress: Progress = silent
    say: Callable[[str], None] = silent
    stderr: Callable[[bytes], None] = lambda _: None
    on_status: Callable[[RunStatus], None] | None = None


def binary_of(experiment: Experiment, progress: Progress = silent) -> Path:
    """Build the program as the experiment wants it."""
    program = experiment.program
    if program.missing_needs:
        raise GoomError(
            f"{program.name} needs {', '.join(program.missing_needs)}, which is not on PATH."
        )
    run = program.runs[experiment.variant]
    options = BuildOptions(
        run.tags,
        cgo="gcc" in program.needs,
        trimpath=experiment.trimpath,
        flags=_STRIPPED if experiment.blind else (),
    )
    return build(program.folder, experiment.toolchain, options, progress)


def perform(experiment: Experiment, bundle: Path, watching: Watching = Watching()) -> RunResult:
    """Run it in a memory cgroup of its own until it ends, is killed, or its time is over."""
    binary = binary_of(experiment, watching.progress)
    # In the page cache on our account: were the program charged for its own binary, the kernel
    # would drop those pages and read them again for minutes before it kills.
    binary.read_bytes()
    run = experiment.program.runs[experiment.variant]
    return observe(
        (str(binary), *run.arguments),
        RunOptions(
            bundle=bundle,
            memory_limit_bytes=experiment.program.memory_limit_bytes,
            stop_after_seconds=run.run_seconds,
            environment=_environment(run.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            quiet=True,
            ask_ports=not experiment.blind,
            stderr=watching.stderr,
            say=watching.say,
            on_status=watching.on_status,
        ),
    )


def _environment(given: dict[str, str]) -> dict[str, str]:
    """The caller's environment without settings of the collector: those are the program's."""
    kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    return kept | given
