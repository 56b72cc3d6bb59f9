"""The ledger on a terminal: what is said, the verdict, why, and each version's first figure."""

from __future__ import annotations

from collections.abc import Mapping

from goom.case.claim import CANNOT_MEASURE, DOES_NOT_HOLD, HOLDS, IN_PART, LedgerEntry
from goom.case.claims_run import ClaimsRun
from goom.case.names import harmless
from goom.case.units import seconds_text
from goom.renderers.claims.chapters import by_chapter, title
from goom.renderers.claims.figures import label, names_of, same_everywhere, texts
from goom.renderers.text.lines import Line, Span, hanging, painted, plain, wrapped

NARROWEST = 60
WIDEST = 100
STYLES = {HOLDS: "good", IN_PART: "warn", DOES_NOT_HOLD: "bad", CANNOT_MEASURE: "dim"}
_SIGNS = {
    HOLDS: "✓ holds",
    IN_PART: "~ holds in part",
    DOES_NOT_HOLD: "✗ does not hold",
    CANNOT_MEASURE: "? cannot measure",
}
_WORDS = {HOLDS: "hold", IN_PART: "hold in part", DOES_NOT_HOLD: "do not hold"}
_INDENT = 6


def room_of(width: int) -> int:
    """The columns to write in; a full last column makes some terminals wrap."""
    return min(max(width, NARROWEST), WIDEST) - 1


def render(run: ClaimsRun, *, width: int = 80, color: bool = False) -> str:
    """The whole table with its summary."""
    room = room_of(width)
    lines: list[Line] = []
    for chapter, entries in by_chapter(run.entries):
        lines += [(Span(title(chapter), "strong"),), ()]
        for entry in entries:
            lines += [*_entry(entry, room), ()]
    return painted([*lines, *summary(run, room)], color=color)


def _entry(entry: LedgerEntry, room: int) -> list[Line]:
    truth = entry.judgement.truth
    head = (
        Span(f"{entry.statement.id}  "),
        Span(f"{_SIGNS[truth]:<16}", STYLES[truth]),
        Span("  "),
    )
    return [
        *hanging(head, entry.statement.statement, room),
        *hanging((Span(" " * _INDENT + "because  ", "dim"),), because(entry), room),
        *_first_figure(entry, room),
    ]


def because(entry: LedgerEntry) -> str:
    """The sentence of the verdict, as a sentence."""
    return harmless(entry.judgement.because).rstrip(".") + "."


def _first_figure(entry: LedgerEntry, room: int) -> list[Line]:
    names = names_of(entry.figures)
    if not names:
        return []
    said = f"{label(names[0])}: {_by_version(texts(entry.figures, names[0]))}"
    return [
        tuple(Span(span.text, "dim") for span in line)
        for line in hanging(plain("measured ", _INDENT), said, room)
    ]


def _by_version(found: Mapping[str, str]) -> str:
    """``40 (1.21.13), 37 (1.27.3)``; a figure that is the same everywhere stands once."""
    if same_everywhere(found):
        return f"{next(iter(found.values()))} in each version"
    return ", ".join(f"{value} ({key})" for key, value in found.items())


def summary(run: ClaimsRun, room: int) -> list[Line]:
    """How many of each verdict, and the end of every screen."""
    counted = f"{len(run.entries)} statements: {_counted(run.counts())}"
    return [*((Span(row, "strong"),) for row in wrapped(counted, room)), *ending(run, room)]


def ending(run: ClaimsRun, room: int) -> list[Line]:
    """With what it was measured, what differs from the record, what could not be run."""
    lines = hanging((), _circumstances(run), room)
    for one in run.differing():
        head = Span(f"  {one.id}  ", "warn")
        lines += hanging((head,), f"{one.now}; the record says: {one.recorded}", room)
    for name, message in run.failed.items():
        head = Span(f"  {name}  ", "bad")
        lines += hanging((head,), f"could not be run: {harmless(message)}", room, 6)
    return [*lines, *hanging((), comparison(run), room)]


def _counted(counts: Mapping[str, int]) -> str:
    parts = [f"{counts[truth]} {words}" for truth, words in _WORDS.items() if counts[truth]]
    if counts[CANNOT_MEASURE]:
        parts.append(f"{counts[CANNOT_MEASURE]} {CANNOT_MEASURE}")
    return ", ".join(parts) or "none"


def _circumstances(run: ClaimsRun) -> str:
    took = f", {seconds_text(run.seconds)} on {run.cpus} CPUs" if run.seconds else ""
    return f"Go {', '.join(run.versions)}{took}"


def comparison(run: ClaimsRun) -> str:
    """Whether the verdicts are those of the record."""
    new = run.unrecorded()
    differing, known = len(run.differing()), len(run.entries) - len(new)
    parts = [f"Not in the record yet: {', '.join(new)}."] if new else []
    if differing:
        parts.append(f"{differing} of {known} verdicts are not as recorded.")
    elif known == 1:
        parts.append("The verdict is as recorded.")
    elif known:
        parts.append("Every verdict is as recorded.")
    return " ".join(parts)
