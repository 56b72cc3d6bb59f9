"""Counts calls of runtime functions in a running program, by bpftrace at their entry.

A probe costs about ten microseconds a hit and a return probe breaks Go's moving stacks: count rare
functions, and only their entries. Never the measurement that a verdict hangs on when the source, a
metric or a debug flag says the same: bpftrace needs root and may be missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from goom.claims.bench.cannot import CannotMeasureError
from goom.claims.bench.running import Setting, environment_of

_SECONDS = 120


def count_calls(binary: Path, arguments: tuple[str, ...], functions: tuple[str, ...],
                setting: Setting) -> dict[str, int]:  # fmt: skip
    """Calls of each function (``runtime.copystack``) during the program's whole run.

    Raises CannotMeasureError where bpftrace is missing or refuses.
    """
    if shutil.which("bpftrace") is None or os.geteuid() != 0:
        raise CannotMeasureError("it needs bpftrace and root (apt-get install bpftrace)")
    probes = "\n".join(
        f'uprobe:{binary}:"{name}" {{ @calls[{number}] = count(); }}'
        for number, name in enumerate(functions)
    )
    command = ["bpftrace", "-f", "json", "-e", probes, "-c", " ".join((str(binary), *arguments))]
    done = subprocess.run(
        command,
        env=environment_of(setting),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    counts = _counts(done.stdout)
    if counts is None:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise CannotMeasureError(f"bpftrace does not work here: {said}")
    return {name: counts.get(str(number), 0) for number, name in enumerate(functions)}


def _counts(printed: str) -> dict[str, int] | None:
    """The map of counts; empty when no probe was hit, None when none could be attached."""
    attached = False
    for line in printed.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        attached = attached or event.get("type") == "attached_probes"
        if event.get("type") == "map":
            return {key: int(count) for key, count in event["data"]["@calls"].items()}
    return {} if attached else None
