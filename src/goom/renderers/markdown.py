"""The case as Markdown for a ticket: every name in it is text, whatever it would like to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isnan

from goom.case.evidence_words import missing_words
from goom.case.goroutine_leak import GoroutineLeaks
from goom.case.headline import headline
from goom.case.hotspot import Hotspot
from goom.case.leak_words import leak_text
from goom.case.ledger import Ledger
from goom.case.model import Case
from goom.case.names import harmless, place, short_function
from goom.case.units import bytes_text, confidence_text, mib_text, percent_text
from goom.case.verdict import CANNOT_TELL, Blame, NotChecked, Reason, Remedy, Rival, Verdict

# What means something anywhere; an underscore at a word's edge; what would make an address of
# its own; and what opens a list or a heading when it comes first.
_ACTIVE = re.compile(
    r"[\\`*\[\]<>#|~&$]|(?<![^\W_])_|_(?![^\W_])|:(?=/)|(?<=www)\.|^[-+=]|(?<=^\d)[.)]",
    re.IGNORECASE,
)
_CALLS_PEOPLE = re.compile(r"@+")
_FORMULA = re.compile(r"^[=+\-@]")
_LONGEST = 300
_RIVALS_SHOWN, _LEAKS_SHOWN = 5, 4

Row = tuple[str, ...]


def render(case: Case) -> str:
    """Verdict, why not another, the ledger, hotspots, what to do, what was not checked."""
    parts = (
        _top(case),
        _rivals(case.verdict),
        _ledger(case.ledger) if case.ledger else [],
        _leaks(case),
        _hotspots(case.hotspots),
        _remedies(case),
        _unchecked(case),
    )
    return "\n\n".join(block for part in parts for block in part) + "\n"


def escaped(text: str) -> str:
    """Prose in which nothing is markup, nobody is called, and no address becomes a link."""
    shown = harmless(text)
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    written = _ACTIVE.sub(lambda match: f"\\{match[0]}", shown)
    return _CALLS_PEOPLE.sub(lambda match: f"`{match[0]}`", written)


def _cell(text: str) -> str:
    """A table's cell; one that begins like a formula would be run where the table is pasted."""
    return escaped(f"'{text}" if _FORMULA.match(text.strip()) else text)


def _code(text: str) -> str:
    """A name in code type, fit for a cell: no backtick can end it and no bar can leave the cell."""
    shown = harmless(text)[:_LONGEST].replace("`", "ˋ").replace("|", "¦").strip()
    guarded = f"'{shown}" if _FORMULA.match(shown) else shown
    return f"`{guarded}`" if guarded else ""


def _table(head: Row, rows: Iterable[Row], right: frozenset[int] = frozenset()) -> str:
    rules = ("---:" if index in right else "---" for index in range(len(head)))
    lines = (head, tuple(rules), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _top(case: Case) -> list[str]:
    verdict = case.verdict
    sure = (
        "" if isnan(verdict.confidence) else f", confidence {confidence_text(verdict.confidence)}"
    )
    unsure = verdict.cause == CANNOT_TELL
    title = "cannot tell" if unsure else f"`{verdict.cause}`"
    scenario = "" if verdict.scenario == "unknown" else f", {verdict.scenario.replace('_', ' ')}"
    blocks = [
        f"## {title}{'' if unsure else scenario + sure}",
        f"**{escaped(headline(case.subject).text)}**",
        escaped(verdict.summary),
    ]
    if verdict.also:
        blocks.append(f"Also true: {', '.join(f'`{_name(cause)}`' for cause in verdict.also)}")
    if verdict.blame:
        blocks.append("\n".join(f"- {_blamed(blame)}" for blame in verdict.blame[:5]))
    if verdict.unnamed:
        blocks.append(escaped(verdict.unnamed))
    if verdict.speaks_for:
        said = "\n".join(f"- {_reason(reason)}" for reason in verdict.speaks_for)
        blocks += ["What says so:", said]
    return [block for block in blocks if block]


def _name(cause: str) -> str:
    return re.sub(r"\W", "", cause)


def _blamed(blame: Blame) -> str:
    share = "" if isnan(blame.share_fraction) else f" ({percent_text(blame.share_fraction)})"
    why = f"{escaped(blame.why)}{share}".strip()
    where = _code(place(blame.file, blame.line))
    return f"{_code(short_function(blame.function))} {where} {why}"


def _reason(reason: Reason) -> str:
    source = f" ({escaped(reason.source)})" if reason.source else ""
    return f"{escaped(reason.text)}{source}"


def _rivals(verdict: Verdict) -> list[str]:
    if not verdict.rivals:
        return []
    title = "What it could be" if verdict.cause == CANNOT_TELL else "Why not another cause"
    rows = [_rival(rival) for rival in verdict.rivals[:_RIVALS_SHOWN]]
    table = _table(("cause", "confidence", "for", "against"), rows, frozenset({1}))
    blocks = [f"### {title}", table]
    if verdict.missing:
        blocks.append("Missing: " + "; ".join(escaped(one) for one in verdict.missing))
    if verdict.tell_apart:
        blocks.append(f"To be surer: {escaped(verdict.tell_apart)}")
    return blocks


def _rival(rival: Rival) -> Row:
    sides = (rival.speaks_for, rival.speaks_against)
    silent = _cell(rival.unheard) or "nothing"
    return (
        f"`{_name(rival.cause)}`",
        confidence_text(rival.confidence),
        *("; ".join(_cell(reason.text) for reason in side) or silent for side in sides),
    )


def _ledger(ledger: Ledger) -> list[str]:
    charge = ledger.charge_bytes
    rows = [
        (
            _cell(line.label),
            mib_text(line.bytes) + (f" ± {mib_text(line.error_bytes)}" if line.error_bytes else ""),
            percent_text(line.bytes / charge) if charge else "",
            "; ".join(f"{mib_text(part.bytes)} {_cell(part.label)}" for part in line.detail[:2]),
        )
        for line in ledger.lines
    ]
    rows.append(("**sum**", f"**{mib_text(charge)}**", "", ""))
    title = f"### Where the {mib_text(charge)} MiB of {escaped(ledger.charge_name)} were"
    notes = "\n".join(f"- {escaped(note)}" for note in ledger.notes)
    table = _table(("", "MiB", "share", "of it"), rows, frozenset({1, 2}))
    return [block for block in (title, table, notes) if block]


def _leaks(case: Case) -> list[str]:
    """A table of votes for each likely leak."""
    known = case.signals.get(GoroutineLeaks)
    likely = known.likely[:_LEAKS_SHOWN] if isinstance(known, GoroutineLeaks) else ()
    blocks = ["### Goroutine leaks"] if likely else []
    for leak in likely:
        where = leak.waits_at
        blocks.append(
            f"{_code(short_function(where.function))} {_code(place(where.file, where.line))} "
            f"{escaped(leak_text(leak))}, confidence {confidence_text(leak.confidence)}"
        )
        rows = [(vote.signal, vote.side, _cell(vote.text)) for vote in leak.votes]
        blocks.append(_table(("signal", "votes", "because"), rows))
    return blocks


def _hotspots(hotspots: tuple[Hotspot, ...]) -> list[str]:
    if not hotspots:
        return []
    rows = [
        (
            f"`{_name(spot.measure)}`",
            f"{_code(short_function(spot.function))} {_code(place(spot.file, spot.line))}",
            percent_text(spot.share_fraction),
            bytes_text(spot.value) if spot.measure.endswith("space") else f"{spot.value:,.0f}",
            _cell(spot.pattern),
            _cell(spot.remedy),
        )
        for spot in hotspots
    ]
    head = ("measure", "where", "share", "size", "pattern", "remedy")
    return ["### Hotspots", _table(head, rows, frozenset({2, 3}))]


def _remedies(case: Case) -> list[str]:
    blocks: list[str] = []
    for title, now in (("Now", True), ("Then", False)):
        chosen = [remedy for remedy in case.remedies if (remedy.when == "now") == now]
        if chosen:
            blocks += [f"### {title}", "\n".join(_order(remedy) for remedy in chosen)]
    return blocks


def _order(remedy: Remedy) -> str:
    said = [escaped(part) for part in (remedy.action, remedy.effect) if part]
    more = (("Cost", remedy.cost), ("Safe?", remedy.safety), ("Undo", remedy.undo))
    small = [f"   - {word}: {escaped(text)}" for word, text in more if text]
    return "\n".join([f"1. **{escaped(remedy.title)}**: {'; '.join(said)}", *small])


def _unchecked(case: Case) -> list[str]:
    lines = [f"- **{escaped(one.title)}** {escaped(one.detail)}" for one in case.findings]
    blocks = ["### Also noticed", "\n".join(lines)] if lines else []
    silent = [f"- {_code(one.name)} needs {_needs(one)}" for one in case.not_checked]
    silent += [
        f"- {_code(one.what)} was not read: {escaped(one.why)}{_hint(one.hint)}"
        for one in case.evidence.not_read
    ]
    return [*blocks, "### Not checked", "\n".join(silent)] if silent else blocks


def _needs(one: NotChecked) -> str:
    return ", ".join(map(escaped, missing_words(one.missing))) + _hint(one.hint)


def _hint(hint: str) -> str:
    return f" ({escaped(hint)})" if hint else ""
