"""Records the lab's programs as small bundles: the golden twins that the tests diagnose."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from goom.golang.toolchain import Toolchain
from goom.lab.experiment import Experiment, Watching, binary_of, perform
from goom.lab.thinning import thin
from goom.lab.verify import Plan, bundle_name, experiments

LARGEST_BYTES = 150_000
_HOME_OF_RECORDINGS = b"/app"


def record(
    plan: Plan,
    toolchains: Sequence[Toolchain],
    folder: Path,
    watching: Watching = Watching(),  # noqa: B008 - frozen
) -> Iterator[tuple[Path, int]]:
    """Run each program and keep it small in ``folder``; yields what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    for experiment in experiments(plan, toolchains):
        if lacking := experiment.program.missing_needs:
            watching.say(f"SKIPPED {experiment}: it needs {', '.join(lacking)}")
        else:
            yield _record(replace(experiment, trimpath=True), folder, watching)


def _record(experiment: Experiment, folder: Path, watching: Watching) -> tuple[Path, int]:
    watching.progress(f"Recording {experiment}")
    version = experiment.toolchain.version
    name = bundle_name(experiment.program.name, experiment.variant, version)
    with tempfile.TemporaryDirectory(prefix="goom-lab-") as scratch:
        whole = Path(scratch) / name
        perform(experiment, whole, watching)
        home = bytes(binary_of(experiment).parent)
        small = thin(whole.read_bytes(), LARGEST_BYTES, {home: _HOME_OF_RECORDINGS})
    target = folder / name
    target.write_bytes(small)
    return target, len(small)
