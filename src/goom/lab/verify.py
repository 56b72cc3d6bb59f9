"""Runs the lab's programs, or reads their recorded bundles, and checks every verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from goom.case.errors import GoomError
from goom.diagnose import diagnose
from goom.golang.toolchain import Toolchain
from goom.lab.check import Outcome, examine
from goom.lab.experiment import Experiment, Watching, perform
from goom.lab.program import FIXED, SICK, Program
from goom.sources.bundle_reader import read_bundle

VARIANTS = (SICK, FIXED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to verify. ``keep`` is a folder for the bundles, None to throw them away; ``blind``
    as in Experiment.
    """

    programs: Sequence[Program]
    variants: Sequence[str] = VARIANTS
    keep: Path | None = None
    blind: bool = False


def bundle_name(program: str, variant: str, go_version: str) -> str:
    """The name of a kept bundle."""
    return f"{program}-{variant}-{go_version}.goom"


def verify_by_running(
    plan: Plan,
    toolchains: Sequence[Toolchain],
    watching: Watching = Watching(),  # noqa: B008 - frozen
) -> Iterator[Outcome]:
    """Run each program under each Go, one after the other, and examine what is found."""
    with tempfile.TemporaryDirectory(prefix="goom-lab-") as scratch:
        folder = plan.keep or Path(scratch)
        for experiment in experiments(plan, toolchains):
            yield _run(experiment, folder, watching)


def experiments(plan: Plan, toolchains: Sequence[Toolchain]) -> Iterator[Experiment]:
    """Everything to run, one Go after the other."""
    for toolchain in toolchains:
        for program in plan.programs:
            for variant in _variants(plan, program):
                yield Experiment(
                    program=program, variant=variant, toolchain=toolchain, blind=plan.blind
                )


def verify_recorded(plan: Plan, folder: Path) -> Iterator[Outcome]:
    """Diagnose the bundles that an earlier run kept in ``folder``."""
    for program in plan.programs:
        for variant in _variants(plan, program):
            for path in sorted(folder.glob(bundle_name(program.name, variant, "*"))):
                version = path.stem.removeprefix(f"{program.name}-{variant}-")
                case = diagnose(read_bundle(path))
                yield examine(program, variant, version, case, blind=plan.blind)


def _variants(plan: Plan, program: Program) -> list[str]:
    return [variant for variant in plan.variants if variant in program.runs]


def _run(experiment: Experiment, folder: Path, watching: Watching) -> Outcome:
    program, variant = experiment.program, experiment.variant
    version = experiment.toolchain.version
    outcome = Outcome(
        program=program.name,
        variant=variant,
        go_version=version,
        expected=program.expected_cause(variant),
        skipped=f"needs {', '.join(program.missing_needs)}" if program.missing_needs else "",
    )
    if outcome.skipped:
        return outcome
    watching.progress(f"Running {experiment}, up to {program.runs[variant].run_seconds:.0f} s")
    bundle = folder / bundle_name(program.name, variant, version)
    try:
        perform(experiment, bundle, watching)
        case = diagnose(read_bundle(bundle))
        return examine(program, variant, version, case, blind=experiment.blind)
    except GoomError as error:
        return _failed(outcome, error.message)


def _failed(outcome: Outcome, why: str) -> Outcome:
    return Outcome(
        program=outcome.program,
        variant=outcome.variant,
        go_version=outcome.go_version,
        expected=outcome.expected,
        failures=(why.splitlines()[0],),
    )
