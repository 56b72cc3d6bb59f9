"""What eBPF looks found, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

from goom.case.ebpf import BUDGET, FULL, PROCESS_ENDED, EbpfLook
from goom.case.names import harmless, place, short_function
from goom.case.profile import Frame
from goom.case.units import MIB, bytes_text, percent_text, seconds_text
from goom.renderers.text.lines import Line, Span, fitting, hanging, painted

_NARROWEST, _WIDEST = 60, 120
_MOST_FRAMES = 4


def room(width: int) -> int:
    """The columns that are used of a terminal of this width."""
    return min(max(width, _NARROWEST), _WIDEST) - 1


def render(parts: Iterable[list[Line]], *, room: int = 79, color: bool = False) -> str:
    """Tables one below the other, each line within the room."""
    lines: list[Line] = []
    for part in parts:
        lines += [*part, ()]
    return painted((fitting(line, room) for line in lines[:-1]), color=color)


def title(text: str, look: EbpfLook, note: str = "") -> list[Line]:
    """A table's heading: what, over how long, and why it ended early."""
    ended = {
        BUDGET: f"stopped after {seconds_text(look.seconds)}: over the budget",
        PROCESS_ENDED: f"{seconds_text(look.seconds)}, until the process ended",
        FULL: f"{seconds_text(look.seconds)}, until there was more than can be kept",
    }.get(look.stopped, seconds_text(look.seconds))
    return [(Span(text, "strong"), Span(f"  {ended}{note}", "dim"))]


def row(columns: Iterable[tuple[str, int]], text: str, style: str = "") -> Line:
    """Figures to the right of their columns, then a text."""
    figures = "".join(f"{cell:>{width}}" for cell, width in columns)
    return (Span(figures), Span(f"  {text}", style))


def stack_lines(stack: tuple[Frame, ...], indent: int, most: int = _MOST_FRAMES) -> list[Line]:
    """The frames that tell most, innermost first; a recursion's frames are told once."""
    lines: list[Line] = []
    last, again = "", 0
    for frame in stack:
        if frame.function == last:
            again += 1
            continue
        if again:
            lines.append((Span(" " * (indent + 2) + f"and {again} more of it", "dim"),))
        if len(lines) >= most:
            return lines
        last, again = frame.function, 0
        at = place(frame.file, frame.line) if frame.line else frame.file.rpartition("/")[2]
        name = harmless(short_function(frame.function))
        lines.append((Span(" " * indent + name), Span(f"  {harmless(at)}", "dim")))
    if again:
        lines.append((Span(" " * (indent + 2) + f"and {again} more of it", "dim"),))
    return lines


def said(text: str, room: int, style: str = "dim") -> list[Line]:
    """A sentence, wrapped."""
    return hanging((Span("  ", style),), text, room)


def cost_lines(looks: Iterable[EbpfLook], room: int) -> list[Line]:
    """What the looks cost, held against the budget; what is measured and what is reckoned."""
    lines: list[Line] = [(Span("Cost", "strong"),)]
    for look in looks:
        lines += said(f"{_cost(look)}.", room, "")
        if look.stopped == BUDGET:
            lines += said(_over_budget(look), room, "warn")
        if look.lost:
            lines += said(f"{look.lost:,} events were lost: sums are lower bounds.", room, "warn")
        for note in dict.fromkeys(look.notes):
            lines += said(f"{note[:1].upper()}{note[1:]}.", room)
    return lines


def _cost(look: EbpfLook) -> str:
    cost = look.cost
    spent = seconds_text(cost.charged_seconds)
    text = f"{look.kind}: {cost.hits:,} hits, reckoned at {spent} of CPU"
    if look.stopped != BUDGET:
        reckoned = percent_text(cost.charged_seconds / max(look.seconds, 1e-9))
        allowed = percent_text(cost.budget_fraction)
        text += f" ({reckoned} of one CPU; budget {allowed})"
    text += f". bpftrace itself took {seconds_text(cost.tracer_cpu_seconds)} of CPU"
    if not isnan(cost.subject_cpu_during) and not isnan(cost.subject_cpu_before):
        text += (
            f"; the program used {percent_text(cost.subject_cpu_before)} of a CPU before and "
            f"{percent_text(cost.subject_cpu_during)} during it"
        )
    return text


def _over_budget(look: EbpfLook) -> str:
    """The hits that were told spent what may be spent at once, and the time's share."""
    each = look.cost.budget_fraction * (1.0 + look.seconds) / max(len(look), 1)
    rate = len(look) / max(look.seconds, 1e-9)
    late = max(look.cost.hits - len(look), 0)
    return (
        f"It stopped itself: {rate:,.0f} hits a second would cost about {percent_text(rate * each)}"
        f" of a CPU, more than the budget of {percent_text(look.cost.budget_fraction)}; {late:,} "
        "more came, untold, until the probes were gone. What it shows is a sample of that moment; "
        "a longer one takes a larger --budget."
    )


def mib(count: float) -> str:
    """A size for a column of MiB."""
    return "?" if isnan(count) else f"{count / MIB:.1f}"


def size(count: float) -> str:
    """A size in a sentence."""
    return bytes_text(count)
