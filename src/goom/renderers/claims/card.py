"""One claim in full: how it is measured, every figure, the rule, what is true, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from goom.case.claim import Figures, LedgerEntry
from goom.case.claims_run import ClaimsRun
from goom.renderers.claims.figures import label, names_of, same_everywhere, texts, value_text
from goom.renderers.claims.table import STYLES, because, ending, room_of
from goom.renderers.text.lines import Line, Span, cells, hanging, pad, painted, plain, wrapped

_LEAST_LABEL_COLUMNS = 24
_MOST_VALUE_COLUMNS = 16  # a longer value stands on a line of its own
_GAP = 2


def render(run: ClaimsRun, *, width: int = 80, color: bool = False) -> str:
    """A card for each entry, and with what it was measured."""
    room = room_of(width)
    lines: list[Line] = []
    for entry in run.entries:
        lines += [*_card(entry, room), ()]
    return painted([*lines, *ending(run, room)], color=color)


def _card(entry: LedgerEntry, room: int) -> Iterator[Line]:
    said = entry.statement
    truth = entry.judgement.truth
    yield (Span(f"{said.id}  ", "strong"), Span(truth, STYLES[truth]), Span(f"   {said.chapter}"))
    yield from (plain(row, 2) for row in wrapped(f"“{said.statement}”", room - 2))
    yield ()
    yield from _prose("because", because(entry), room)
    yield from _prose("measured", said.method, room)
    yield from _prose("rule", said.rule, room)
    if entry.figures:
        yield ()
        yield from _figures(entry.figures, room)
        yield ()
    yield from _prose("in truth", said.truth, room)
    if said.instead:
        yield from _prose("do instead", said.instead, room)


def _prose(name: str, text: str, room: int) -> list[Line]:
    return hanging((Span(f"  {name:<12}", "dim"),), text, room)


def _figures(figures: Figures, room: int) -> Iterator[Line]:
    """A table for the keys that fit beside each other, and another for those that do not."""
    keys = list(figures)
    while keys:
        columns = _columns(figures, keys, room - 2 - _LEAST_LABEL_COLUMNS)
        shown = {key: figures[key] for key in columns}
        yield from _table(shown, columns, room - 2 - sum(columns.values()))
        keys = keys[len(columns) :]


def _columns(figures: Figures, keys: Sequence[str], room: int) -> dict[str, int]:
    """As many of the keys as fit, one at least, with the widths of their columns."""
    chosen: dict[str, int] = {}
    for key in keys:
        values = (cells(value_text(name, value)) for name, value in figures[key].items())
        short = [length for length in values if length <= _MOST_VALUE_COLUMNS]
        width = max([cells(key), *short]) + _GAP
        if chosen and sum(chosen.values()) + width > room:
            break
        chosen[key] = width
    return chosen


def _table(figures: Figures, columns: dict[str, int], room: int) -> Iterator[Line]:
    """``room`` is what the columns leave for the labels."""
    labels = max(cells(label(name)) for name in names_of(figures))
    beside = min(labels, room)
    head = "".join(f"{key:>{width}}" for key, width in columns.items())
    yield (Span(" " * (2 + beside) + head, "dim"),)
    for name in names_of(figures):
        found = texts(figures, name)
        short = all(cells(value) <= columns[key] - _GAP for key, value in found.items())
        if short and cells(label(name)) <= beside:
            row = "".join(f"{found.get(key, ''):>{width}}" for key, width in columns.items())
            yield plain(pad(label(name), beside) + row, 2)
        else:
            yield plain(label(name), 2)
            told = {"each": next(iter(found.values()))} if same_everywhere(found) else found
            widest = max(map(cells, told))
            for key, value in told.items():
                head_of_it = (Span(f"    {key:<{widest}}  ", "dim"),)
                yield from hanging(head_of_it, value, 2 + room + len(head))
