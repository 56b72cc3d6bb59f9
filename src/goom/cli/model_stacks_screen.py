"""The stacks model on 80 columns: growths, a picture, shrinking, memory, what is often said."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

from goom.case.units import bytes_text
from goom.cli.model_said import said_lines
from goom.runtime.stacks.lesson import StacksLesson
from goom.runtime.stacks.population import GroupStory
from goom.runtime.stacks.stack import Growth

_WIDTH = 80
_PICTURE_COLUMNS = 60
_MOST_GROWTHS = 12
_MOST_GROUPS = 12


def screen(told: StacksLesson, ascii_only: bool = False) -> str:
    """All of it as text."""
    parts = [
        _head(told), _growths(told), _picture(told), _shrinking(told),
        _mix(told), _table(told),
        said_lines((one.often_said, one.true) for one in told.said),
    ]  # fmt: skip
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    return text.translate(_ASCII) if ascii_only else text


_ASCII = str.maketrans({"→": ">", "─": "-", "│": "|", "┌": ".", "×": "x", "…": "."})


def _head(told: StacksLesson) -> list[str]:
    asked = told.question
    head = (
        f"Go {told.go_version} on linux/amd64: {asked.depth:,} nested calls of functions with "
        f"frames of {asked.frame_bytes:,} bytes"
    )
    return [*_wrapped(head, indent=""), *_wrapped(told.message)]


def _growths(told: StacksLesson) -> list[str]:
    growths = told.growth.growths
    lines = ["  at call        from            to     bytes copied   frames walked"]
    shown = growths if len(growths) <= _MOST_GROWTHS else (*growths[:6], None, *growths[-5:])
    lines += [_growth(one) if one else f"  … {len(growths) - 11} more" for one in shown]
    rest = "" if told.growth.overflows else _room(told)
    return [*lines, *_wrapped(f"{_sentence(told.growth.sentence)} {rest}".strip())]


def _growth(one: Growth) -> str:
    times = "" if one.new_bytes == 2 * one.old_bytes else f"   ×{one.new_bytes // one.old_bytes}"
    return (
        f"{one.call + 1:9,}{size_text(one.old_bytes):>12} →{size_text(one.new_bytes):>12}"
        f"{one.copied_bytes:17,}{one.frames_walked:16,}{times}"
    )


def _room(told: StacksLesson) -> str:
    free = told.growth.stack_bytes - told.growth.used_bytes - told.layout.guard_bytes
    sure = "" if not told.growth.may_grow_once_more else (
        ", so little that the runtime's own calls may need one growth more"
    )  # fmt: skip
    return f"At the bottom {told.growth.used_bytes:,} are in use and {max(free, 0):,} free{sure}."


@dataclass(frozen=True)
class _Axis:
    """Calls on a logarithmic axis of so many columns."""

    calls: int

    def call(self, column: int) -> float:
        return math.expm1(math.log1p(self.calls) * column / (_PICTURE_COLUMNS - 1))

    def column(self, call: int) -> int:
        return round(math.log1p(call) / math.log1p(self.calls) * (_PICTURE_COLUMNS - 1))


def _picture(told: StacksLesson) -> list[str]:
    """The size of the stack over the calls made; both axes grow by factors."""
    growths = told.growth.growths
    if not growths:
        return []
    axis = _Axis(growths[-1].call if told.growth.overflows else told.question.depth + 1)
    sizes = [told.layout.fixed_stack_bytes, *(one.new_bytes for one in growths)]
    edges = [0, *(axis.column(one.call) for one in growths), _PICTURE_COLUMNS - 1]
    lines = ["  stack"]
    for place in reversed(range(len(sizes))):
        start, end = edges[place], edges[place + 1]
        corner = "┌" if place else "─"
        bar = " " * start + corner + "─" * max(end - start, 0)
        lines.append(f"  {size_text(sizes[place]):>9} {bar[:_PICTURE_COLUMNS]}")
    return [*lines, _ticks(axis)]


def _ticks(axis: _Axis) -> str:
    line = [" "] * (_PICTURE_COLUMNS + 12)
    for power in range(10):
        label = f"{10**power:,}"
        column = axis.column(10**power) if 10**power <= axis.calls else len(line)
        end = column + len(label)
        if end < len(line) and all(one == " " for one in line[max(column - 1, 0) : end]):
            line[column:end] = label
    return f"{'calls':>11} " + "".join(line).rstrip()


def _shrinking(told: StacksLesson) -> list[str]:
    if told.growth.overflows:
        return []
    sizes = [one.stack_bytes for one in told.walk if one.event in ("return", "collection")]
    sentence = _sentence(told.shrink.sentence)
    return [
        *_wrapped(f"The calls return: {sentence[0].lower()}{sentence[1:]}"),
        *_wrapped(
            " → ".join(size_text(size).replace(" ", "\N{NO-BREAK SPACE}") for size in sizes[:-1])
        ),
    ]


def _mix(told: StacksLesson) -> list[str]:
    story = told.population
    if overflowing := next((one.name for one in story.groups if one.first.overflows), ""):
        return _wrapped(f"The program ends with a stack overflow: {overflowing}.")
    collections = len(story.stack_inuse_bytes) - 1
    after = f"after {collections} GCs"
    lines = [f"   goroutines{'':24}in use      stack{after:>13}   next time"]
    lines += [_group(one) for one in story.groups[:_MOST_GROUPS]]
    if len(story.groups) > _MOST_GROUPS:
        lines.append(f"  … {len(story.groups) - _MOST_GROUPS} more")
    said = (
        f"StackInuse: {size_text(story.stack_inuse_bytes[0])}, after {collections} collections "
        f"{size_text(story.stack_inuse_bytes[-1])}. When all end and as many start again, every "
        f"one of them begins with {size_text(story.starting_bytes)}, which fits what the last "
        f"collection found in use on average: {size_text(story.second_inuse_bytes)}."
    )
    return [*lines, *_wrapped(said)]


def _group(one: GroupStory) -> str:
    first = one.first
    after = one.after_collections_bytes[-1] if one.after_collections_bytes else first.stack_bytes
    return (
        f"{one.goroutines:>13,}  {one.name[:18]:18}{first.used_bytes:>10,}"
        f"{size_text(first.stack_bytes):>11}{size_text(after):>13}"
        f"{size_text(one.second.stack_bytes):>12}"
    )


def _table(told: StacksLesson) -> list[str]:
    table = told.goroutines
    head = "".join(
        f"{f'{depth:,}' + '*' * close:>11}"
        for depth, close in zip(table.depths, table.may_double, strict=True)
    )
    lines = _wrapped(
        f"StackInuse of goroutines that wait on a channel so many calls deep (frames of "
        f"{table.frame_bytes:,} bytes):"
    )
    lines.append(f"{'goroutines':>12}{head}")
    for row in table.rows:
        cells = "".join(f"{_size(size):>11}" for size in row.stack_inuse_bytes)
        lines.append(f"{row.goroutines:>12,}{cells}")
    if any(table.may_double):
        lines += _wrapped(
            "* so little of the stack is free there that calls within the runtime may need one "
            "growth more, in some goroutines or in all: up to twice as much."
        )
    return lines


def _size(size: int | None) -> str:
    return "overflow" if size is None else size_text(size)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent or "  ")


def size_text(size: int) -> str:
    """A size without decimals when it is whole, as sizes of stacks are."""
    text = bytes_text(size)
    return text.replace(".0 ", " ") if size & (size - 1) == 0 else text
