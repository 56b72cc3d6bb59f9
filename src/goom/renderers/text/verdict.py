"""The first half of the screen: how it ended, the cause, and why not another."""

from __future__ import annotations

from math import isnan

from goom.case.headline import KILLED, Headline, age_seconds
from goom.case.model import Case
from goom.case.names import harmless, place, short_function
from goom.case.units import confidence_text, percent_text, seconds_text
from goom.case.verdict import CANNOT_TELL, Blame, Reason, Rival
from goom.renderers.text.lines import Line, Span, cells, clip, hanging, pad, plain, wrapped

_SCENARIOS = {
    "at_start": "at start",
    "after_surge": "after a surge",
    "over_hours": "over hours",
    "steady": "all the time",
}
_SHORT_SECONDS = 600.0
_RIVALS_SHOWN = 3
_BLAME_SHOWN = 3


def top(case: Case, head: Headline, width: int) -> list[Line]:
    """The sentence that says how it ended, behind a mark that says what was found."""
    mark, style = _mark(case, head)
    rows = wrapped(head.text, width - 2)
    return [(Span(f"{mark} ", style), Span(rows[0], "strong")), *(_strong(row) for row in rows[1:])]


def _strong(row: str) -> Line:
    return (Span("  "), Span(row, "strong"))


def _mark(case: Case, head: Headline) -> tuple[str, str]:
    if head.kind == KILLED:
        return "✗", "bad"
    if case.verdict.cause == CANNOT_TELL:
        return "?", "warn"
    return ("✓", "good") if case.verdict.cause == "healthy" else ("!", "warn")


def cause(case: Case, width: int) -> list[Line]:
    """The cause, how sure, the sentence with the figures, and who is to blame."""
    verdict = case.verdict
    lines = [_title(case)]
    lines += [plain(row, 2) for row in wrapped(harmless(verdict.summary), width - 2, 4)]
    for blame in verdict.blame[:_BLAME_SHOWN]:
        lines += _blamed(blame, width)
    if verdict.unnamed:
        lines += [plain(row, 2) for row in wrapped(harmless(verdict.unnamed), width - 2, 3)]
    if verdict.also:
        lines.append(plain(f"Also true: {', '.join(verdict.also)}; {verdict.cause} came first.", 2))
    for missing in verdict.missing[:3] if verdict.cause == CANNOT_TELL else ():
        lines += hanging((Span("  missing  ", "dim"),), harmless(missing), width, 2)
    return lines


def _title(case: Case) -> Line:
    verdict = case.verdict
    if verdict.cause == CANNOT_TELL:
        return (Span("  "), Span("cannot tell", "strong"), Span("   from what was seen"))
    style = "good" if verdict.cause == "healthy" else "bad"
    scenario = _scenario(case)
    return (
        Span("  "),
        Span(verdict.cause, style),
        Span(f"   {scenario}" if scenario else ""),
        Span(f"   confidence {confidence_text(verdict.confidence)}"),
    )


def _scenario(case: Case) -> str:
    words = _SCENARIOS.get(case.verdict.scenario, "")
    age = age_seconds(case.subject)
    if case.verdict.scenario == "over_hours" and age < _SHORT_SECONDS:
        return f"{words}, here in {seconds_text(age)}"
    return words


def _blamed(blame: Blame, width: int) -> list[Line]:
    share = "" if isnan(blame.share_fraction) else f" ({percent_text(blame.share_fraction)})"
    why = f"{harmless(blame.why)}{share}".strip()
    name = clip(harmless(short_function(blame.function)), width - 2)
    where = harmless(place(blame.file, blame.line))
    first: Line = (Span("  "), Span(name, "strong"), Span(f"   {where}" if where else ""))
    beside = sum(cells(span.text) for span in first) + 3
    if beside + cells(why) <= width:
        return [(*first, Span(f"   {why}"))]
    clipped = (*first[:2], Span(clip(first[2].text, max(width - 2 - cells(name), 1))))
    return [clipped, *(plain(row, 4) for row in wrapped(why, width - 4, 2))]


def rivals(case: Case, width: int) -> list[Line]:
    """The most likely other causes, each with the strongest thing said against it."""
    shown = case.verdict.rivals[:_RIVALS_SHOWN]
    if not shown:
        return []
    unsure = case.verdict.cause == CANNOT_TELL
    title = "What it could be" if unsure else "Why not another cause"
    column = max(cells(rival.cause) for rival in shown) + 2
    lines = [_strong(title)]
    for rival in shown:
        head = (
            Span("    "),
            Span(pad(rival.cause, column)),
            Span(f"{confidence_text(rival.confidence):6}  "),
        )
        lines += hanging(head, harmless(_because(rival, unsure)), width, 2)
    return lines


def _because(rival: Rival, unsure: bool) -> str:
    sides = (rival.speaks_against, rival.speaks_for)
    first, second = reversed(sides) if unsure else sides
    strongest = _strongest(first) or _strongest(second)
    return strongest.text if strongest else rival.unheard or "nothing speaks for it"


def _strongest(reasons: tuple[Reason, ...]) -> Reason | None:
    return max(reasons, key=lambda reason: reason.weight, default=None)
