"""The last lines of the screen: what to do, how to be surer, where the rest is."""

from __future__ import annotations

import re

from goom.case.model import Case
from goom.case.names import harmless
from goom.case.verdict import CANNOT_TELL, Remedy
from goom.renderers.text.lines import Line, Span, cells, hanging, plain, wrapped

_ORDERS_SHOWN = 2
_ORDER_ROWS = 3
_LATER_ROWS = 2
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def orders(case: Case, width: int) -> list[Line]:
    """First what helps in five minutes, then what helps for good, then how to be surer."""
    now = [remedy for remedy in case.remedies if remedy.when == "now"]
    code = [remedy for remedy in case.remedies if remedy.when != "now"]
    lines = [*_block("Now", now, width), *_block("Then", code, width)]
    surer = case.verdict.tell_apart or _missing_first(case)
    if surer:
        lines += hanging((Span("  To be surer  ", "strong"),), harmless(surer), width, _ORDER_ROWS)
    return lines


def _block(name: str, remedies: list[Remedy], width: int) -> list[Line]:
    lines: list[Line] = []
    for remedy in remedies[:_ORDERS_SHOWN]:
        head = Span(f"  {'' if lines else name:6}", "strong")
        most = _LATER_ROWS if lines else _ORDER_ROWS
        said = _said(remedy, width - cells(head.text), most)
        lines += hanging((head,), said, width, most)
    return lines


def _said(remedy: Remedy, width: int, most: int) -> str:
    """What to do, and its effect: as many whole sentences as fit; the report has them all.

    An effect without what brings it about is no order: where not even the first sentence of that
    fits, it is said all the same, and its end is cut off.
    """
    title = said = harmless(remedy.title).rstrip(".") + "."
    for part in (remedy.action, remedy.effect):
        for sentence in _SENTENCE_END.split(harmless(part)):
            longer = f"{said} {sentence.strip().rstrip('.')}."
            if not sentence.strip() or len(wrapped(longer, width)) > most:
                break
            said = longer
        if part.strip() and said == title:
            return f"{title} {harmless(part)}"
    return said


def _missing_first(case: Case) -> str:
    """What a case that cannot tell, or is not sure, was missing."""
    missing = case.verdict.missing
    return missing[0] if missing and case.verdict.cause != CANNOT_TELL else ""


def pointers(case: Case, width: int, report: str, evidence: str) -> list[Line]:
    """Where the report and the evidence are, and which command explains the cause."""
    explain = "" if case.verdict.cause == CANNOT_TELL else f"goom explain {case.verdict.cause}"
    named = (("report ", report), ("evidence ", evidence), ("", explain))
    parts = [f"{label}{harmless(value)}" for label, value in named if value]  # a path is never cut
    unread = len(case.not_checked) + len(case.evidence.not_read)
    if unread:
        parts.append(f"not checked or read: {unread} (--json)")
    rows = [""]
    for part in parts:
        joined = f"{rows[-1]}     {part}" if rows[-1] else part
        if cells(joined) <= width - 2:
            rows[-1] = joined
        else:
            rows.append(part)
    return [plain(row, 2) for row in rows if row]
