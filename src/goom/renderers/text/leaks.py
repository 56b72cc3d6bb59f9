"""The votes on the likeliest goroutine leak, when that is the verdict."""

from __future__ import annotations

from goom.case.goroutine_leak import AGAINST, FOR, GoroutineLeak, GoroutineLeaks, LeakVote
from goom.case.leak_words import figures_text
from goom.case.model import Case
from goom.case.names import harmless, short_function
from goom.case.units import confidence_text
from goom.renderers.text.lines import Line, Span, hanging, pad

_COLUMN = 14
_SIDES = {FOR: ("for", "bad"), AGAINST: ("against", "good")}
_MOST_ROWS = 1  # the whole sentence is in the other reports: a verdict fits one screen


def leaks(case: Case, width: int) -> list[Line]:
    """Who waits, and how each signal votes on it; nothing when goroutines are not the cause."""
    known = case.signals.get(GoroutineLeaks)
    verdict = case.verdict
    if not isinstance(known, GoroutineLeaks) or not known.likely:
        return []
    if "goroutine_leak" not in (verdict.cause, *verdict.also):
        return []
    leak, *others = sorted(known.likely, key=lambda one: (-round(one.confidence, 1), -one.grown))
    lines = [_title(leak)]
    lines += hanging((Span("    "),), harmless(figures_text(leak)), width, 1)
    for vote in leak.votes:
        if vote.side in _SIDES:
            lines += _vote(vote, width)
    if others:
        names = ", ".join(harmless(short_function(one.waits_at.function)) for one in others[:2])
        lines += hanging((Span("    also in  "),), f"{names} (--json)", width, 1)
    return lines


def _title(leak: GoroutineLeak) -> Line:
    where = harmless(short_function(leak.waits_at.function))
    sure = confidence_text(leak.confidence)
    return (Span("  "), Span(f"The leak in {where}", "strong"), Span(f"   confidence {sure}"))


def _vote(vote: LeakVote, width: int) -> list[Line]:
    word, style = _SIDES[vote.side]
    head = (Span("    "), Span(pad(vote.signal, _COLUMN)), Span("  "), Span(pad(word, 8), style))
    return hanging(head, harmless(vote.text), width, _MOST_ROWS)
