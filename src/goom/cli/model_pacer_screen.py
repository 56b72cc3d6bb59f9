"""The pacer's forward run on a terminal: a line for each setting, what to notice, a picture."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from goom.case.units import bytes_text, mib_text, percent_text, seconds_text
from goom.cli.model_said import said_lines
from goom.runtime.pacer.forward import ForwardRun
from goom.runtime.pacer.lesson_runs import Totals, totals
from goom.runtime.pacer.lesson_said import SAID
from goom.runtime.pacer.lesson_sentences import sentences
from goom.runtime.pacer.mgcpacer import GC_OFF, REGIMES

_LEAST_WIDTH, _MOST_WIDTH = 60, 120
_ROWS = 6
_LABEL = 8
_MOST_TOLD = 3
_MARKED, _BEFORE, _LIMIT = "█", "▒", "─"

_ASCII = str.maketrans("█▒─×", "#:-x")

Floats = NDArray[np.float64]


def screen(runs: Sequence[ForwardRun], width: int) -> str:
    """All of it as text, in at most ``width`` columns (80 at least for the table)."""
    columns = min(max(width, _LEAST_WIDTH), _MOST_WIDTH)
    figures = [totals(one, len(REGIMES)) for one in runs]
    told = _told(runs)
    parts = [
        [*_head(runs[0], columns)],
        [*_table(runs, figures)],
        [line for place in told for line in _notice(runs[place], figures[place], columns)],
        *_pictures([runs[place] for place in told], columns),
        said_lines(((one.often_said, one.true) for one in SAID), columns),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def in_ascii(text: str) -> str:
    """The same for terminals of the last century."""
    return text.translate(_ASCII)


def _head(run: ForwardRun, columns: int) -> Iterator[str]:
    scenario, settings = run.scenario, run.settings
    busy = scenario.mutator_procs.at(0)
    long = (
        seconds_text(scenario.length)
        if scenario.axis == "seconds"
        else f"until {bytes_text(scenario.length)} are allocated"
    )
    yield from textwrap.wrap(
        f"Go {settings.go_version}, {busy:g} of {settings.procs} Ps busy, {long}: {scenario.name}",
        columns,
    )


def _table(runs: Sequence[ForwardRun], figures: Sequence[Totals]) -> Iterator[str]:
    yield "GOGC   limit    goal  trigger  cycles    heap   in use  GC CPU assists limiter"
    for run, one in zip(runs, figures, strict=True):
        yield _line(run, one)
    yield "MiB. Goal and trigger are of the last cycle; heap, and all in use, at most."


def _line(run: ForwardRun, one: Totals) -> str:
    settings = run.settings
    gogc = "off" if settings.gogc == GC_OFF else str(settings.gogc)
    limit = settings.memory_limit_bytes
    on = one.limiter_on_seconds
    return (
        f"{gogc:>4}{'none' if limit is None else mib_text(limit):>8}{_last(run, 'goal'):>8}"
        f"{_last(run, 'trigger'):>9}{one.cycles:>8,}{mib_text(one.peak_heap_bytes):>8}"
        f"{mib_text(one.peak_total_bytes):>9}{percent_text(one.gc_cpu_fraction):>8}"
        f"{percent_text(one.assist_fraction):>8}{seconds_text(on) if on else '-':>8}"
    )


def _last(run: ForwardRun, column: str) -> str:
    return mib_text(float(run.column(column)[-1])) if len(run.cycles) else "-"


def _told(runs: Sequence[ForwardRun]) -> list[int]:
    """Which settings are shown in full: the first of each limit, then the others in order."""
    limits = [one.settings.memory_limit_bytes for one in runs]
    firsts = [limits.index(limit) for limit in dict.fromkeys(limits)]
    rest = [place for place in range(len(runs)) if place not in firsts]
    return sorted([*firsts, *rest][:_MOST_TOLD])


def _notice(run: ForwardRun, figures: Totals, columns: int) -> list[str]:
    """What is true of a setting, in sentences."""
    said = " ".join(sentences(run, figures))
    return textwrap.wrap(f"{_name(run)}: {said}", columns, subsequent_indent="  ")


def _name(run: ForwardRun) -> str:
    gogc = "off" if run.settings.gogc == GC_OFF else run.settings.gogc
    limit = run.settings.memory_limit_bytes
    return f"GOGC={gogc}" + ("" if limit is None else f" GOMEMLIMIT={bytes_text(limit)}")


def _pictures(runs: Sequence[ForwardRun], columns: int) -> list[list[str]]:
    """The heap over time, all to the same scale; a heap that only grows is not worth a picture."""
    worth = [one for one in runs if len(one.cycles)]
    top = max((one.peak_heap_bytes for one in worth), default=0.0)
    drawn = [[*_picture(one, top, columns)] for one in worth]
    key = f"{_MARKED} found by the last mark   {_BEFORE} allocated since   {_LIMIT} the limit"
    return [*drawn, [key]] if drawn else []


def _picture(run: ForwardRun, top: float, columns: int) -> Iterator[str]:
    """What was marked, and above it how far the heap had grown before; a line for the limit."""
    low, high = _bands(run, columns - _LABEL - 1)
    limit = run.settings.memory_limit_bytes or 0
    yield f"{_name(run)}: heap in MiB over {seconds_text(run.last_seconds)}"
    for row in range(_ROWS, 0, -1):
        edge = top * row / _ROWS
        bare = _LIMIT if top * (row - 1) / _ROWS <= limit < edge and limit else " "
        cells = "".join(_cells(low, high, top * (row - 0.5) / _ROWS, bare))
        yield f"{mib_text(edge):>{_LABEL}} {cells}".rstrip()


def _cells(low: Floats, high: Floats, level: float, bare: str) -> Iterable[str]:
    for least, most in zip(low, high, strict=True):
        yield _MARKED if level <= least else _BEFORE if level <= most else bare


def _bands(run: ForwardRun, columns: int) -> tuple[Floats, Floats]:
    """For each column of the picture what the last mark until then found, and the largest heap."""
    ends, marked = run.column("end_seconds"), run.column("heap_marked")
    times = np.concatenate([[0.0], np.repeat(ends, 2), [run.last_seconds]])
    heaps = np.column_stack([run.column("heap_end"), marked]).ravel()
    live = np.concatenate([[0.0], heaps, [run.last_heap_live_bytes]])
    edges = np.linspace(0.0, run.last_seconds, columns + 1)
    at_edges = np.interp(edges, times + np.arange(len(times)) * 1e-12, live)
    high = np.maximum(at_edges[:-1], at_edges[1:])
    place = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, columns - 1)
    np.maximum.at(high, place, live)
    low = np.concatenate([[0.0], marked])[np.searchsorted(ends, edges[1:], side="right")]
    return low, high
