"""The allocator model as text: slots and waste of requests, eras, and the way of one."""

from __future__ import annotations

from goom.case.units import bytes_text, percent_text
from goom.cli.model_said import said_lines
from goom.runtime.allocator.eras import ERAS, NEWEST, release_of, version_text
from goom.runtime.allocator.lesson import InEra, Lesson, Part, RequestLesson
from goom.runtime.allocator.lesson_steps import Step
from goom.runtime.allocator.malloc import Kind

NARROW, WIDE = 80, 120
_BAR_COLUMNS = 24
_EXACT_BELOW = 10_000_000
_ASCII = str.maketrans({"█": "#", "▏": "|", "…": "."})


def screen(told: Lesson, width: int = NARROW) -> str:
    """All of it, each line at most ``width``: the requests, eras, and the way of a single one."""
    parts = [[head_line(told.version, told.era)], _requests(told.requests), _eras(told.requests)]
    if len(told.requests) == 1:
        parts += [_span(told.requests[0]), _way(told.requests[0], min(max(width, NARROW), WIDE))]
        parts.append(said_lines((one.said, one.really) for one in told.corrections))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def in_ascii(text: str) -> str:
    """The same for a terminal that knows no more."""
    return text.translate(_ASCII)


def head_line(version: str, era: str) -> str:
    """Which Go this is about."""
    if release_of(version) > NEWEST:
        newest = version_text(NEWEST)
        return f"Go {version} is newer than this model: rules of {newest}; sizes in bytes"
    rules = era if era.startswith("since") else f"of {era}"
    return f"Go {version} with the rules {rules}, on 64-bit machines; sizes in bytes"


def _requests(requests: tuple[RequestLesson, ...]) -> list[str]:
    head = (
        f"{'asked':>10}  pointers  class{'slot':>11}  {'wasted in it':18}"
        f"{'in a span':>9}{'each costs':>12}"
    )
    return [head, *(line for one in requests for line in _request(one))]


def _request(one: RequestLesson) -> list[str]:
    here, placed = one.here, one.here.placement
    pointers = f"{'yes' if one.has_pointers else 'no':8}"
    if placed.kind == Kind.ZERO:
        return [f"{0:>10}  {pointers}   none: all objects of no bytes are runtime.zerobase"]
    name = "large" if placed.kind == Kind.LARGE else f"{placed.size_class}"
    count = here.objects_per_span * here.share_a_block
    slot = exact_size(placed.slot_bytes)
    first = (
        f"{exact_size(one.size_bytes):>10}  {pointers}  {name:>5}{slot:>11}  "
        f"{_wasted(here):18}{count:>9,}{exact_size(here.bytes_each):>12}"
    )
    return [first, *_notes(here)]


def _wasted(here: InEra) -> str:
    wasted = sum(part.bytes for part in here.slot_parts if part.key != "requested")
    if not wasted:
        return "nothing"
    return f"{exact_size(wasted)} ({percent_text(wasted / here.placement.slot_bytes)})"


def _notes(here: InEra) -> list[str]:
    placed = here.placement
    if placed.header_bytes:
        return [f"{'':12}of it {placed.header_bytes} for a header that says where its pointers are"]
    if placed.kind == Kind.TINY and here.share_a_block == 1:
        return [f"{'':12}tiny, but no second one of its size fits the block"]
    if placed.kind == Kind.TINY:
        return [f"{'':12}tiny: {here.share_a_block} of them share a block"]
    return []


def exact_size(size: float) -> str:
    """A size in bytes, or in its unit when it is long."""
    if size >= _EXACT_BELOW:
        return bytes_text(size)
    return f"{size:,.0f}" if size == int(size) else f"{size:,.1f}"


def _eras(requests: tuple[RequestLesson, ...]) -> list[str]:
    head = f"{'each costs in Go':22}" + "".join(f"{era.name:>18}" for era in ERAS)
    rows = [one for one in requests if one.here.placement.kind != Kind.ZERO]
    return [head, *(_in_eras(one) for one in rows)] if rows else []


def _in_eras(one: RequestLesson) -> str:
    name = f"{exact_size(one.size_bytes)}{' with pointers' if one.has_pointers else ''}"
    cells = "".join(f"{exact_size(era.bytes_each):>18}" for era in one.eras)
    return f"{name:>22}{cells}"


def _span(one: RequestLesson) -> list[str]:
    here = one.here
    if not here.span_parts:
        return []
    head = (
        f"A full span of {exact_size(here.span_bytes)}{' bytes' * (here.span_bytes < _EXACT_BELOW)}"
    )
    return [head, *(_bar(part, here.span_bytes) for part in here.span_parts)]


def _bar(part: Part, whole: int) -> str:
    return bar_line(part.label, exact_size(part.bytes), part.bytes / whole)


def bar_line(label: str, size: str, share_fraction: float) -> str:
    """A part with its size, its share and a bar."""
    bar = "█" * round(share_fraction * _BAR_COLUMNS) or "▏"
    return f"  {label:32}{size:>11}{percent_text(share_fraction):>8}  {bar}"


def _way(one: RequestLesson, width: int) -> list[str]:
    what = f"The way of {exact_size(one.size_bytes)}{' bytes' * (one.size_bytes < _EXACT_BELOW)}"
    head = f"{what}: one P, a fresh heap of such requests alone"
    names = [_function(step) for step in one.way]
    room = width - 31 - max(map(len, names))
    titles = [_cut(step.title, room) for step in one.way]
    longest = max(map(len, titles))
    rows = zip(one.way, titles, names, strict=True)
    return [head, *(f"{_start(step)}{title:{longest}}  {name}" for step, title, name in rows)]


def _start(step: Step) -> str:
    return f"{_often(step.once_per_requests):>15}  {step.level.replace('_', ' '):10}  "


def _function(step: Step) -> str:
    return step.source.function.replace("(*", "").replace(")", "")


def _cut(title: str, room: int) -> str:
    return title if len(title) <= room else title[: room - 1] + "…"


def _often(once_per_requests: float) -> str:
    if once_per_requests == 1:
        return "each time"
    if once_per_requests < 2:
        return f"{1 / once_per_requests:.0%}"
    return f"1 in {once_per_requests:,.0f}"
