"""The ledger on a terminal: one bar a line, what each is made of, and what to know about it."""

from __future__ import annotations

from math import isnan

from goom.case.ledger import Ledger, LedgerLine
from goom.case.names import harmless
from goom.case.subject import Subject
from goom.case.units import KIB, MIB, percent_text, seconds_text
from goom.renderers.text.lines import Line, Span, cells, clip, hanging, pad, painted, plain

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LABEL_COLUMNS = 24
_MOST_BAR_COLUMNS = 24
_FIGURE_COLUMNS = 27  # bytes, share and error
_NARROWEST = 60
_LEAST_DETAIL_FRACTION = 0.002
_MOST_DETAILS = 8


def render(ledger: Ledger, subject: Subject, *, width: int = 80, color: bool = False) -> str:
    """The whole screen."""
    room = max(width, _NARROWEST) - 1
    unit, name = (MIB, "MiB") if ledger.charge_bytes >= MIB else (KIB, "KiB")
    title = f"{ledger.charge_bytes / unit:.1f} {name} of {harmless(ledger.charge_name)}"
    lines: list[Line] = [(Span(clip(title + _when(ledger, subject), room), "strong"),), ()]
    columns = min(_MOST_BAR_COLUMNS, room - 2 - _LABEL_COLUMNS - _FIGURE_COLUMNS)
    most = max([1, *(line.bytes for line in ledger.lines)])
    for line in ledger.lines:
        bar = Span(pad(_bar(line.bytes / most, columns), columns), "bar")
        lines.append(_line(line, ledger, bar, unit))
        lines += [_detail(part, unit, room) for part in _worth_showing(line, ledger)]
    lines.append(())
    for note in ledger.notes:
        lines += hanging(plain("- "), harmless(note), room)
    return painted(lines, color=color)


def _when(ledger: Ledger, subject: Subject) -> str:
    ending, at = subject.ending, ledger.at_seconds
    if ending is not None and not isnan(ending.at_seconds) and ending.at_seconds >= at:
        return f", {seconds_text(ending.at_seconds - at)} before the end"
    lived = at - subject.started_at_seconds
    return f", {seconds_text(lived)} after the start" if lived >= 0 else ""


def _line(line: LedgerLine, ledger: Ledger, bar: Span, unit: int) -> Line:
    share = line.bytes / ledger.charge_bytes if ledger.charge_bytes else 0.0
    error = f" ± {line.error_bytes / unit:.1f}" if line.error_bytes >= unit / 20 else ""
    return (
        Span(f"  {pad(harmless(line.label), _LABEL_COLUMNS)}", "strong"),
        bar,
        Span(f"{line.bytes / unit:z9.1f}"),
        Span(f"  {percent_text(share):>6}{error}"),
    )


def _bar(fraction: float, columns: int) -> str:
    if fraction <= 0:
        return ""
    eighths = max(round(fraction * columns * 8), 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _worth_showing(line: LedgerLine, ledger: Ledger) -> list[LedgerLine]:
    least = max(ledger.charge_bytes * _LEAST_DETAIL_FRACTION, 1)
    if line.key == "unexplained":
        least = 1
    shown = [part for part in line.detail if abs(part.bytes) >= least]
    return sorted(shown, key=lambda part: -abs(part.bytes))[:_MOST_DETAILS]


def _detail(part: LedgerLine, unit: int, room: int) -> Line:
    error = f" ± {part.error_bytes / unit:.1f}" if part.error_bytes >= unit / 20 else ""
    figure = f"{part.bytes / unit:z8.1f}"
    label = clip(harmless(part.label), max(room - cells(figure + error) - 6, 8))
    return (Span(f"    {figure}{error}"), Span(f"  {label}", "dim"))
