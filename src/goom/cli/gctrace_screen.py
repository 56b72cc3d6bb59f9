"""Shows a GC log: when it has ended, or live while it comes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from goom.case.errors import BadInput
from goom.case.gc_statistics import GCStatistics
from goom.case.gctrace import GCTrace
from goom.case.units import mib_text, percent_text, seconds_text
from goom.cli import gctrace_input, terminal
from goom.cli.gctrace_live import watch
from goom.formats.gctrace import TraceReader
from goom.formats.gctrace_grammar import holds_trace
from goom.formats.gctrace_live import Cycle, IncrementalTrace
from goom.renderers import gctrace_json, gctrace_text
from goom.signals.gc_processes import process_count
from goom.signals.gc_statistics import statistics

_LIVE_CYCLES = 100_000  # a log that is followed may never end
_RUN_IT = "GODEBUG=gctrace=1 ./app 2>&1 | goom gctrace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for; ``pass_on``: other lines go on to stdout, the report to stderr."""

    file: str
    as_json: bool
    follow: bool
    plain: bool
    process: int | None
    pass_on: bool

    @property
    def out(self) -> TextIO:
        """Where the report goes."""
        return sys.stderr if self.pass_on else sys.stdout

    @property
    def name(self) -> str:
        """What the log is called."""
        return "stdin" if self.file == "-" else self.file


def show(wanted: Wanted) -> int:
    """Read and print; the exit status says whether anything is odd."""
    told = _told(wanted, _trace(wanted))
    if wanted.as_json:
        wanted.out.write(gctrace_json.render(told, name=wanted.name))
    else:
        wanted.out.write(_screen(wanted, told))
    return 1 if told.anomalies else 0


def _trace(wanted: Wanted) -> GCTrace:
    in_bundle = gctrace_input.of_bundle(wanted.file)
    if in_bundle is not None:
        return in_bundle
    reader = TraceReader(wanted.file, most_cycles=_LIVE_CYCLES if wanted.follow else 0)
    if not (wanted.follow or gctrace_input.is_pipe(wanted.file)):
        for piece in _passing(wanted, gctrace_input.whole(wanted.file)):
            reader.feed(piece)
    else:
        with suppress(KeyboardInterrupt):  # the usual way to stop looking
            _read_live(wanted, reader)
    reader.end()
    return reader.trace()


def _read_live(wanted: Wanted, reader: TraceReader) -> None:
    pieces = _passing(wanted, gctrace_input.growing(wanted.file, follow=wanted.follow))
    if terminal.is_live(wanted.out) and not (wanted.plain or wanted.as_json):
        watch(reader, pieces, wanted.out, lambda trace: _live_screen(wanted, trace))
        return
    by_cycle = IncrementalTrace()
    for piece in pieces:
        reader.feed(piece)
        for cycle in by_cycle.feed(piece) if wanted.follow and not wanted.as_json else ():
            wanted.out.write(_one_line(cycle, by_cycle))
            wanted.out.flush()


def _live_screen(wanted: Wanted, trace: GCTrace) -> str:
    told = statistics(trace, wanted.process)
    if told is None:
        return f"{wanted.name}: {trace.lines_read} lines, no gc line yet (GODEBUG=gctrace=1)"
    return _screen(wanted, told, fill=True)


def _told(wanted: Wanted, trace: GCTrace) -> GCStatistics:
    count = process_count(trace)
    if not count:
        broken = f", {trace.malformed_count} broken ones" if trace.malformed_count else ""
        raise BadInput(
            f"no whole gctrace line found in {trace.lines_read} lines{broken}.",
            f"Go writes them to stderr when it is asked to:\n  {_RUN_IT}",
        )
    told = statistics(trace, wanted.process) if (wanted.process or 0) in range(count) else None
    if told is None:
        raise BadInput(
            f"there is no process {wanted.process} in the log.",
            f"They are numbered from 0 to {count - 1}.",
        )
    return told


def _screen(wanted: Wanted, told: GCStatistics, *, fill: bool = False) -> str:
    columns, rows = terminal.size(wanted.out)
    color = terminal.colors(wanted.out) and not wanted.plain
    height = rows if fill else 0
    return gctrace_text.render(told, name=wanted.name, width=columns, color=color, rows=height)


def _one_line(cycle: Cycle, trace: IncrementalTrace) -> str:
    sizes = (cycle.heap_start_bytes, cycle.heap_end_bytes, cycle.heap_marked_bytes)
    heap = " → ".join(mib_text(size) for size in sizes)
    return (
        f"gc {cycle.number}  {seconds_text(cycle.at_seconds)}  heap {heap} MiB"
        f"  goal {mib_text(cycle.goal_bytes)}  pause {seconds_text(cycle.pause_seconds)}"
        f"  GC CPU {percent_text(trace.gc_cpu_fraction())}\n"
    )


def _passing(wanted: Wanted, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces; lines in them that hold no trace go on to stdout when that is wanted."""
    rest = b""
    for piece in pieces:
        if wanted.pass_on:
            whole, line_break, rest = (rest + piece).rpartition(b"\n")
            _hand_on(whole + line_break)
        yield piece
    if rest:
        _hand_on(rest)


def _hand_on(text: bytes) -> None:
    others = [line for line in text.splitlines(keepends=True) if not holds_trace(line)]
    sys.stdout.buffer.write(b"".join(others))
    sys.stdout.buffer.flush()
