"""Reads or records execution traces and shows what they say, one or several."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from goom.case.errors import BadInput, GoomError
from goom.case.exec_trace_report import TraceReport
from goom.case.exec_trace_timeline import TraceTimeline
from goom.case.names import harmless
from goom.case.units import bytes_text
from goom.cli import terminal
from goom.formats.exec_trace import read
from goom.renderers import exec_trace_json, exec_trace_text, trace_page
from goom.signals.exec_trace_outliers import outliers
from goom.signals.exec_trace_report import report
from goom.signals.exec_trace_timeline import timeline
from goom.sources import trace_look
from goom.sources.live_target import find_target, is_live, parse_live

Told = tuple[TraceReport, TraceTimeline]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to show it; of a running program how long, and where its trace stays ("": nowhere)."""

    as_json: bool = False
    html: str = ""
    for_seconds: float | None = None
    output: str = ""


def show(targets: Sequence[str], wanted: Wanted) -> int:
    """Print every report; 1 when the collector held somebody up in one of them."""
    told = _all(targets, wanted)
    reports = [one for one, _ in told]
    apart = outliers(reports)
    if wanted.as_json:
        sys.stdout.write(exec_trace_json.render(reports, apart))
    else:
        columns, _ = terminal.size()
        text = exec_trace_text.render(reports, apart, width=columns, color=terminal.colors())
        sys.stdout.write(text)
    if wanted.html:
        _write(Path(wanted.html), trace_page.render(told, apart))
    return int(not all(one.calm for one in reports))


def _all(targets: Sequence[str], wanted: Wanted) -> list[Told]:
    live = [target for target in targets if is_live(target)]
    if not live:
        if wanted.for_seconds or wanted.output:
            raise BadInput(
                "--for and -o are for recording a running program.", "Try:  goom trace PID --for 5s"
            )
        return [_read(Path(name)) for name in targets]
    if len(live) < len(targets):
        raise BadInput(
            "goom reads files or records a program, not both at once.",
            "Record it first:  goom trace PID --for 5s -o app.trace",
        )
    return [_record(live, wanted)]


def _record(live: Sequence[str], wanted: Wanted) -> Told:
    pid, url = parse_live(live)
    seconds = wanted.for_seconds or trace_look.seconds_of(url) or trace_look.USUAL_SECONDS
    target = find_target(pid, url)
    for line in trace_look.cost(target.subject, seconds):
        print(harmless(line), file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="goom-") as folder:
        path = Path(wanted.output or Path(folder, f"{Path(target.subject.name).name}.trace"))
        trace_look.record(target, seconds, path)
        if wanted.output:
            _written(path)
        return _read(path)


def _read(path: Path) -> Told:
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
    _written(path)


def _written(path: Path) -> None:
    print(f"{path}  {bytes_text(path.stat().st_size)}", file=sys.stderr, flush=True)
