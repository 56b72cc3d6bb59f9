"""Reads execution traces and shows what they say, one or several."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from goom.case.errors import BadInput
from goom.case.exec_trace_report import TraceReport
from goom.cli import terminal
from goom.formats.exec_trace import read
from goom.renderers import exec_trace_json, exec_trace_text
from goom.signals.exec_trace_outliers import outliers
from goom.signals.exec_trace_report import report
from goom.signals.exec_trace_verdict import NOBODY_HELD_UP


def show(files: Sequence[str], *, as_json: bool) -> int:
    """Print every report; 1 when the collector held somebody up in one of them."""
    reports = [_report(Path(name)) for name in files]
    apart = outliers(reports)
    if as_json:
        sys.stdout.write(exec_trace_json.render(reports, apart))
    else:
        columns, _ = terminal.size()
        text = exec_trace_text.render(reports, apart, width=columns, color=terminal.colors())
        sys.stdout.write(text)
    return int(any(one.said != (NOBODY_HELD_UP,) for one in reports))


def _report(path: Path) -> TraceReport:
    with path.open("rb") as file:
        if not file.seekable():
            raise BadInput(f"{path} is a pipe, and a trace is not read in order.", "Save it first.")
        try:
            return report(read(file, name=path.name))
        except BadInput as error:
            raise BadInput(f"{path}: {error.message}", error.hint) from error
