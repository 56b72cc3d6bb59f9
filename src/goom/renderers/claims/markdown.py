"""The ledger as a page of the documentation: a table for each chapter, and every claim in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from goom.case.claim import Figures, LedgerEntry
from goom.case.claims_run import ClaimsRun
from goom.case.units import seconds_text
from goom.renderers.claims.chapters import by_chapter, title
from goom.renderers.claims.figures import label, names_of, same_everywhere, texts
from goom.renderers.claims.table import because

_SPECIAL = re.compile(r"([\\*|<>`])")
_BRACKETS = str.maketrans({"[": "&#91;", "]": "&#93;"})  # escaped, a reader might still see a link
_WIDEST = 28  # characters of a column: longer texts would make the table scroll
_PREFACE = """\
# The claims ledger

What an article says about Go's allocator and collector, statement by statement, and what real Go
says. Each verdict follows by its stated rule from figures that were measured on real Go or read in
the runtime's own source; nothing is decided by authority. `goom claims` measures all of it again on
your machine, `goom claims C014` one statement. Made by `make docs` from the record of a whole run:
times and ratios of times are those of that machine. A column `1.22.10/1.21.13` holds ratios of the
two, which ran in turns; a path like mgc.go is in the runtime of that version.
"""


def render(run: ClaimsRun) -> str:
    """The whole page."""
    return "\n".join([_PREFACE, *_counts(run), *_tables(run), *_details(run)])


def _counts(run: ClaimsRun) -> Iterator[str]:
    took = f" in {seconds_text(run.seconds)} on {run.cpus} CPUs" if run.seconds else ""
    yield f"Measured with Go {', '.join(run.versions)}{took}.\n"
    yield "| verdict | statements |\n|---|---:|"
    yield from (f"| {truth} | {count} |" for truth, count in run.counts().items())
    yield f"| all | {len(run.entries)} |\n"


def _tables(run: ClaimsRun) -> Iterator[str]:
    for chapter, entries in by_chapter(run.entries):
        yield f"## {title(chapter)}\n"
        yield "| | it is said | verdict |\n|---|---|---|"
        for entry in entries:
            said = entry.statement
            link = f"[{said.id}](#{said.id.lower()})"
            yield f"| {link} | {_safe(said.statement)} | {entry.judgement.truth} |"
        yield ""


def _details(run: ClaimsRun) -> Iterator[str]:
    yield "## Every statement\n"
    for _, entries in by_chapter(run.entries):
        for entry in entries:
            yield from _detail(entry)


def _detail(entry: LedgerEntry) -> Iterator[str]:
    said = entry.statement
    yield f"### {said.id}\n"
    yield f"> {_safe(said.statement)}\n"
    yield f"**{entry.judgement.truth.capitalize()}**: {_safe(because(entry))}\n"
    if entry.figures:
        yield from _figures(entry.figures)
    yield f"- *Measured*: {_safe(said.method)}"
    yield f"- *Rule*: {_safe(said.rule)}"
    yield f"- *In truth*: {_safe(said.truth)}"
    if said.instead:
        yield f"- *Do instead*: {_safe(said.instead)}"
    yield ""


def _figures(figures: Figures) -> Iterator[str]:
    """A table, and below it what is too long for its columns."""
    found = {name: texts(figures, name) for name in names_of(figures)}
    narrow = {name: row for name, row in found.items() if max(map(len, row.values())) <= _WIDEST}
    if narrow:
        yield f"| | {' | '.join(figures)} |"
        yield f"|---|{'---:|' * len(figures)}"
        for name, row in narrow.items():
            cells = (_safe(row.get(key, "")) for key in figures)
            yield f"| {_safe(label(name))} | {' | '.join(cells)} |"
        yield ""
    for name in [name for name in found if name not in narrow]:
        yield from _listed(label(name), found[name])


def _listed(name: str, row: Mapping[str, str]) -> Iterator[str]:
    """Once when it is the same everywhere."""
    told = {"each version": next(iter(row.values()))} if same_everywhere(row) else row
    for key, value in told.items():
        yield f"- {_safe(name)}, {key}: `{value.replace('`', chr(39))}`"


def _safe(text: str) -> str:
    """The text with its code, between pairs of back ticks, left as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _escaped(text)
    return "`".join(
        part.replace("|", "\\|") if place % 2 else _escaped(part)
        for place, part in enumerate(parts)
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).translate(_BRACKETS)
