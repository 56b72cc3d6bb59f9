"""Where the bytes were, as bars."""

from __future__ import annotations

from math import isnan

from goom.case.ledger import Ledger, LedgerLine
from goom.case.model import Case
from goom.case.names import harmless, short_function
from goom.case.units import KIB, MIB, percent_text, seconds_text
from goom.renderers.text.lines import Line, Span, cells, clip, pad

_EIGHTHS = " ▏▎▍▌▋▊▉"
_BAR_COLUMNS = 20
_LABEL_COLUMNS = 18
_SMALLEST_SHARE = 0.001


def bars(case: Case, width: int) -> list[Line]:
    """One bar for each line of the ledger, all in one unit."""
    ledger = case.ledger
    if ledger is None or not ledger.lines:
        return []
    unit, name = (MIB, "MiB") if ledger.charge_bytes >= MIB else (KIB, "KiB")
    shown = [line for line in ledger.lines if _worth_a_line(line, ledger)]
    label = min(max(cells(harmless(line.label)) for line in shown), _LABEL_COLUMNS, width // 3)
    most = max([1, *(line.bytes for line in shown)])
    columns = max(min(_BAR_COLUMNS, width - label - 41), 8)
    title = f"Where the {ledger.charge_bytes / unit:.1f} {name} of {ledger.charge_name} were"
    lines: list[Line] = [(Span("  "), Span(clip(title + _when(case, ledger), width - 2), "strong"))]
    for line in shown:
        bar = pad(_bar(line.bytes / most, columns), columns)
        figure = f"{line.bytes / unit:z8.1f}"
        note = _note(line, ledger, max(width - 6 - label - columns - 8 - 3, 0))
        head = Span(f"    {pad(harmless(line.label), label)}  ")
        lines.append((head, Span(bar, "bar"), Span(figure), Span(f"   {note}", "dim")))
    return lines


def _worth_a_line(line: LedgerLine, ledger: Ledger) -> bool:
    return line.key == "unexplained" or abs(line.bytes) >= ledger.charge_bytes * _SMALLEST_SHARE


def _bar(fraction: float, columns: int) -> str:
    if fraction <= 0:
        return ""
    eighths = max(round(fraction * columns * 8), 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _note(line: LedgerLine, ledger: Ledger, columns: int) -> str:
    """The share, and for the live heap who holds most of it where that fits."""
    if not ledger.charge_bytes:
        return ""
    share = percent_text(line.bytes / ledger.charge_bytes)
    if line.key != "heap_live" or not line.detail:
        return share
    largest = max(line.detail, key=lambda part: part.bytes)
    function = largest.label.split("  ")[0]  # two blanks part a function from its place
    note = f"{share}  {harmless(short_function(function))}"
    fits = cells(note) <= columns and largest.bytes > line.bytes / 2 and "." in function
    return note if fits else share


def _when(case: Case, ledger: Ledger) -> str:
    ending = case.subject.ending
    if ending is None or isnan(ending.at_seconds) or isnan(ledger.at_seconds):
        return ""
    before = ending.at_seconds - ledger.at_seconds
    return f", {seconds_text(before)} before the end" if before >= 0 else ""
