"""Reads execution traces and shows what they say, one or several."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from goom.case.errors import BadInput, GoomError
from goom.case.exec_trace_report import Outlier, TraceReport
from goom.case.exec_trace_timeline import TraceTimeline
from goom.case.units import bytes_text
from goom.cli import terminal
from goom.formats.exec_trace.exec_trace import read
from goom.renderers import exec_trace_json, exec_trace_text
from goom.signals.exec_trace.outliers import outliers
from goom.signals.exec_trace.report import report
from goom.signals.exec_trace.timeline import timeline

Told = tuple[TraceReport, TraceTimeline]
Page = Callable[[Sequence[Told], Sequence[Outlier]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to show it; of a running program how long, and where its trace stays ("": nowhere).

    ``page`` makes what ``html`` is to hold.
    """

    as_json: bool = False
    html: str = ""
    page: Page | None = None
    for_seconds: float | None = None
    output: str = ""


def show(files: Sequence[str], wanted: Wanted) -> int:
    """Print every report; 1 when the collector held somebody up in one of them."""
    if wanted.for_seconds or wanted.output:
        raise BadInput(
            "--for and -o are for recording a running program.", "Try:  goom trace PID --for 5s"
        )
    return tell([read_trace(Path(name)) for name in files], wanted)


def tell(told: Sequence[Told], wanted: Wanted) -> int:
    """Print what was read."""
    reports = [one for one, _ in told]
    apart = outliers(reports)
    if wanted.as_json:
        sys.stdout.write(exec_trace_json.render(reports, apart))
    else:
        columns, _ = terminal.size()
        text = exec_trace_text.render(reports, apart, width=columns, color=terminal.colors())
        sys.stdout.write(text)
    if wanted.page is not None:
        _write(Path(wanted.html), wanted.page(told, apart))
    return int(not all(one.calm for one in reports))


def read_trace(path: Path) -> Told:
    """One file."""
    with path.open("rb") as file:
        if not file.seekable():
            raise BadInput(f"{path} is a pipe, and a trace is not read in order.", "Save it first.")
        try:
            trace = read(file, name=path.name)
        except BadInput as error:
            raise type(error)(f"{path}: {error.message}", error.hint) from error
        return report(trace), timeline(trace)


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise GoomError(f"cannot write {path}: {error.strerror}.", "Try --html FILE.") from None
    written(path)


def written(path: Path) -> None:
    """Say what was written, and how large it is."""
    print(f"{path}  {bytes_text(path.stat().st_size)}", file=sys.stderr, flush=True)
