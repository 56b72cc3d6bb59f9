"""Goroutines that X-ray read, by group, on a screen of 80 columns; and timers beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.names import harmless
from goom.case.profile import Frame
from goom.case.units import MIB, bytes_text, seconds_text
from goom.case.xray import XrayTarget
from goom.case.xray_depth import GoroutineGroup, XrayTimers
from goom.renderers.text.lines import Line, Span, clip, hanging, pad, painted

_NARROWEST, _WIDEST = 60, 120
_COUNT, _STATE, _WAIT = 10, 24, 12
_FRAMES = 3
_MOST_TIMERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GoroutineScreen:
    """What is shown. ``timers_why`` says why there are none; figures are of the whole look."""

    target: XrayTarget
    groups: tuple[GoroutineGroup, ...]
    system_goroutines: int
    unread: tuple[str, ...]
    timers: XrayTimers | None
    timers_why: str
    took_seconds: float
    read_bytes: int
    calls: int


def render(told: GoroutineScreen, *, width: int = 80, color: bool = False, most: int = 20) -> str:
    """The whole screen: ``most`` groups, and how many more there are."""
    room = min(max(width, _NARROWEST), _WIDEST) - 1
    lines: list[Line] = [*_head(told, room), ()]
    for group in told.groups[:most]:
        lines += [*_group(group, room), ()]
    if len(told.groups) > most:
        left = sum(group.count for group in told.groups[most:])
        text = f"and {left:,} more in {len(told.groups) - most:,} groups (--json has all of them)"
        lines += [(Span(f"  {text}", "dim"),), ()]
    lines += [*_timers(told, room), ()]
    for sentence in told.unread:
        lines += hanging((Span("Unread  ", "warn"),), f"{sentence}.", room)
    return painted([*lines, *_cost(told, room)], color=color)


def _head(told: GoroutineScreen, room: int) -> Iterator[Line]:
    target = told.target
    name = harmless(target.path or target.module or "a program without a name")
    title = f"{clip(name, max(room // 2, 20))}, pid {target.pid}"
    yield (Span(title, "strong"), Span(f"  Go {harmless(target.go_version)}"))
    count = sum(group.count for group in told.groups)
    stacks = sum(group.stack_bytes for group in told.groups)
    text = (
        f"{count:,} goroutine{'s' * (count != 1)} in {len(told.groups):,} "
        f"group{'s' * (len(told.groups) != 1)}; their stacks take {bytes_text(stacks)}; "
        f"{told.system_goroutines} more are the runtime's own"
    )
    yield from hanging((), text, room)
    yield ()
    head = f"{'count':>{_COUNT}}  {'state':{_STATE}}{'longest wait':{_WAIT + 2}}stacks"
    yield (Span(head, "dim"),)


def _group(group: GoroutineGroup, room: int) -> Iterator[Line]:
    wait = "-"
    if group.longest_wait_seconds >= 0:
        wait = f"> {seconds_text(group.longest_wait_seconds)}"
    state = group.state + " (leaked)" * bool(group.leaked)
    stacks = f"{group.stack_bytes / MIB:,.1f} MiB"
    row = f"  {pad(state, _STATE - 1)} {pad(wait, _WAIT)}  {stacks}"
    yield (Span(f"{group.count:>{_COUNT},}", "strong"), Span(row))
    if not group.frames:
        yield _place("", "its stack is unread", room)
    shown = group.frames[group.waits_in : group.waits_in + _FRAMES]
    for frame in shown:
        yield _place("", _at(frame), room)
    left = len(group.frames) - group.waits_in - len(shown)
    if left > 0:
        yield _place("", f"… {left} more call{'s' * (left != 1)}", room)
    if group.created_by.function:
        yield _place("created by ", _at(group.created_by), room)


def _place(head: str, text: str, room: int) -> Line:
    indent = " " * (_COUNT + 2)
    return (Span(indent + head, "dim"), Span(clip(text, room - len(indent) - len(head))))


def _at(frame: Frame) -> str:
    file = harmless(frame.file).rpartition("/")[2]
    return f"{harmless(frame.function)}  {file}:{frame.line}" if file else harmless(frame.function)


def _timers(told: GoroutineScreen, room: int) -> Iterator[Line]:
    timers = told.timers
    if timers is None:
        yield from hanging((Span("Timers  ", "strong"),), f"unread: {told.timers_why}", room)
        return
    yield (Span("Timers", "strong"), Span(f"  {timers.total:,} wait in heaps", "dim"))
    for group in timers.groups[:_MOST_TIMERS]:
        period = ""
        if group.is_periodic:
            period = f", again every {seconds_text(group.shortest_period_seconds)} or more"
        what = f"AfterFunc of {group.callback}" if group.callback else f"calls {group.calls}"
        text = clip(f"{harmless(what)}{period}", room - _COUNT - 2)
        yield (Span(f"{group.count:>{_COUNT},}"), Span(f"  {text}"))
    more = timers.groups[_MOST_TIMERS:]
    if more:
        text = f"and {sum(group.count for group in more):,} more of {len(more):,} other kinds"
        yield (Span(f"{'':{_COUNT}}  {text}", "dim"),)


def _cost(told: GoroutineScreen, room: int) -> list[Line]:
    text = (
        f"this look took {seconds_text(told.took_seconds)}. {told.read_bytes:,} bytes of its "
        f"memory were copied by {told.calls:,} system calls; the process was not stopped, and "
        "nothing was written."
    )
    return hanging((Span("Cost  ", "strong"),), text, room)
