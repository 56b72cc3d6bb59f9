"""The verdict on one screen: the cause, why not another, where the bytes were, what to do."""

from __future__ import annotations

from goom.case.headline import headline
from goom.case.model import Case
from goom.renderers.text.bars import bars
from goom.renderers.text.beside import beside
from goom.renderers.text.leaks import leaks
from goom.renderers.text.lines import Line, painted
from goom.renderers.text.orders import orders, pointers
from goom.renderers.text.verdict import cause, rivals, top

_NARROWEST = 60


def render(
    case: Case, *, width: int = 80, color: bool = False, report: str = "", evidence: str = ""
) -> str:
    """The screen; ``report`` and ``evidence`` are the paths to point at, when there are any."""
    room = max(width, _NARROWEST) - 1  # a full last column makes some terminals wrap
    blocks = (
        top(case, headline(case.subject), room),
        cause(case, room),
        leaks(case, room),
        rivals(case, room),
        bars(case, room),
        beside(case, room),
        orders(case, room),
        pointers(case, room, report, evidence),
    )
    return painted(_apart(blocks), color=color)


def _apart(blocks: tuple[list[Line], ...]) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if lines and block:
            lines.append(())
        lines.extend(block)
    return lines
