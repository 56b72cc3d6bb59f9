"""What the lab shows: its programs, a row for each verdict, and whether confidence holds."""

from __future__ import annotations

import contextlib
import json
import math
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from goom.case.units import bytes_text, percent_text
from goom.cli.live_line import LiveLine
from goom.formats.gctrace_live import IncrementalTrace
from goom.lab.calibration import Calibration
from goom.lab.check import Outcome
from goom.lab.experiment import Experiment, Watching
from goom.lab.program import Program

_ROW = "{:<14}{:<9}{:<6} {:<15}{:>6} {:>5} {:>4} {:>6} {:>6}  {}"


@contextlib.contextmanager
def watched(name: str) -> Iterator[Watching]:
    """The live line and the program's own log while it runs."""
    line = LiveLine(name, IncrementalTrace())
    try:
        yield Watching(
            progress=line.say, say=line.say, stderr=line.pass_through, on_status=line.show
        )
    finally:
        line.finish()


def announcement(experiment: Experiment) -> str:
    """What is about to run, and for how long."""
    program = experiment.program
    seconds = program.runs[experiment.variant].run_seconds
    return (
        f"{program.name} ({program.service}), {experiment.variant}, "
        f"Go {experiment.toolchain.version}, in {bytes_text(program.memory_limit_bytes)}, "
        f"{seconds:.0f} s at most"
    )


def listing(programs: Sequence[Program]) -> str:
    """Every program with what it is and what it teaches."""
    blocks = [_block(program) for program in programs]
    return "\n\n".join([*blocks, "Run one:  goom lab run NAME [--fixed] [--go 1.22.10]"])


def _block(program: Program) -> str:
    needs = f"  (needs {', '.join(program.needs)})" if program.needs else ""
    lesson = textwrap.fill(program.lesson, 78, initial_indent="  ", subsequent_indent="  ")
    return f"{program.name:<16}{program.cause:<18}{program.service}{needs}\n{lesson}"


def listing_json(programs: Sequence[Program]) -> str:
    """The same for machines."""
    told = [
        {
            "name": one.name,
            "cause": one.cause,
            "scenarios": one.scenarios,
            "service": one.service,
            "lesson": one.lesson,
            "memory_limit_bytes": one.memory_limit_bytes,
            "needs": one.needs,
            "variants": list(one.runs),
        }
        for one in programs
    ]
    return json.dumps(told, indent=1)


def table_head() -> str:
    """Above the rows."""
    return _ROW.format(
        "program", "Go", "", "found", "sure", "blame", "oom", "brink", "rest", ""
    ).rstrip()


def table_row(one: Outcome) -> str:
    """One verdict. ``brink`` counts heap and goroutine profiles above nine tenths of the limit,
    ``rest`` is what the ledger leaves unexplained.
    """
    if one.skipped:
        return f"{one.program:<14}{one.go_version:<9}{one.variant:<6} SKIPPED: {one.skipped}"
    return _ROW.format(
        one.program,
        one.go_version,
        one.variant,
        one.found or "-",
        _text(one.confidence, "{:.2f}"),
        one.blame_rank or "-",
        one.oom_kill_count,
        f"{one.brink_heap}/{one.brink_goroutine}",
        _text(100 * one.remainder_fraction, "{:.1f} %"),
        "pass" if one.passed else "FAIL: " + "; ".join(one.failures),
    )


def summary(outcomes: Sequence[Outcome], calibration: Calibration) -> str:
    """The count, the ledger's remainder, and stated confidence against hits."""
    failed = sum(bool(one.failures) for one in outcomes)
    skipped = sum(bool(one.skipped) for one in outcomes)
    rest = [one.remainder_fraction for one in outcomes if not math.isnan(one.remainder_fraction)]
    lines = [
        "",
        f"{len(outcomes) - failed - skipped} pass, {failed} fail, {skipped} skipped",
    ]
    if rest:
        lines.append(
            f"unexplained by the ledger: median {percent_text(median(rest))}, "
            f"at most {percent_text(max(rest))}"
        )
    if calibration.count:
        lines += _calibration(calibration)
    return "\n".join(lines)


def _calibration(told: Calibration) -> list[str]:
    return [
        f"confidence: {told.mean_confidence:.3f} stated on average, right in "
        f"{percent_text(told.hit_fraction)} of {told.count}, Brier score {told.brier_score:.4f}",
        *(
            f"  stated {one.low:.2f} to {one.high:.2f}   {one.count:>3} verdicts   "
            f"mean {one.mean_confidence:.3f}   right {percent_text(one.hit_fraction)}"
            for one in told.bins
        ),
    ]


def _text(figure: float, form: str) -> str:
    return "-" if math.isnan(figure) else form.format(figure)


def without_nan(thing: Any) -> Any:
    """JSON has no nan: null says as much."""
    if isinstance(thing, dict):
        return {key: without_nan(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [without_nan(value) for value in thing]
    return None if isinstance(thing, float) and math.isnan(thing) else thing


def bundle_path(given: str | None, program: Program) -> Path:
    """Where the evidence goes."""
    return Path(given or f"{program.name}.goom")
