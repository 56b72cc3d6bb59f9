"""What the kernel tells beside the verdict: whose limit it was, huge pages, swap, quota, nodes."""

from __future__ import annotations

from goom.case.memory_view import FINDINGS
from goom.case.model import Case
from goom.case.names import harmless
from goom.renderers.text.lines import Line, Span, hanging, plain

_MOST = 2
_MOST_ROWS = 4


def beside(case: Case, room: int) -> list[Line]:
    """The most telling two, each in a few rows; ``goom memory`` has them all."""
    told = sorted(
        (one for one in case.findings if one.code in FINDINGS),
        key=lambda one: FINDINGS.index(one.code),
    )
    lines: list[Line] = []
    for one in told[:_MOST]:
        text = f"{one.title}. {one.detail}"
        lines += hanging((Span("  ! ", "warn"),), harmless(text), room, _MOST_ROWS)
    if told:
        more = f"{len(told) - _MOST} more, and " if len(told) > _MOST else ""
        lines.append(plain(f"{more}the whole of it: goom memory", 4))
    return lines
