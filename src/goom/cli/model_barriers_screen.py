"""The marking model on 80 columns: what is lost, how, and what each barrier costs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from itertools import groupby

from goom.cli.model_said import said_lines
from goom.runtime.marking.checks import Checked
from goom.runtime.marking.cost import Cost
from goom.runtime.marking.frame import Frame
from goom.runtime.marking.lesson import BarriersLesson
from goom.runtime.marking.story import StoryRun

_WIDTH = 80
_LETTERS = "ABCDEFGH"
_ASCII = str.maketrans({"→": ">", "…": ".", "×": "x"})


def screen(told: BarriersLesson, ascii_only: bool = False) -> str:
    """All of it as text."""
    parts = [_head(told), _searches(told), _counterexample(told), _story(told), _costs(told)]
    parts.append(said_lines((one.often_said, one.true) for one in told.said))
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    return text.translate(_ASCII) if ascii_only else text


def _head(told: BarriersLesson) -> list[str]:
    return [f"Go {told.go_version}: the write barriers, compared", *_wrapped(told.message)]


def _searches(told: BarriersLesson) -> list[str]:
    whole = [one for one in told.checks if not one.removed]
    if not whole:
        return []
    bounds = list(dict.fromkeys(one.bound for one in whole))
    lines = ["Every graph, every operation, every order of what collector and program do"]
    for letter, bound in zip(_LETTERS, bounds, strict=False):
        lines += textwrap.wrap(
            bound, _WIDTH, initial_indent=f"  {letter} ", subsequent_indent="    "
        )
    states = "".join(f"{letter + ': states':>11}" for letter in _LETTERS[: len(bounds)])
    lines.append(f"  {'':8}{'A: runs':>20}{states}  objects lost")
    by_barrier = groupby(sorted(whole, key=_told_order(whole)), key=lambda one: one.barrier)
    lines += [_search(name, list(found)) for name, found in by_barrier]
    return [*lines, *_wrapped(_parts([one for one in told.checks if one.removed]))]


def _told_order(whole: list[Checked]) -> Callable[[Checked], int]:
    order = list(dict.fromkeys(one.barrier for one in whole))
    return lambda one: order.index(one.barrier)


def _search(name: str, found: list[Checked]) -> str:
    ways = next((f"{one.runs:,}" for one in found if one.runs is not None), "")
    states = "".join(f"{one.states:11,}" for one in found)
    losing = [one.shortest for one in found if one.shortest is not None]
    return f"  {name:8}{ways:>20}{states}  {f'after {min(losing)} steps' if losing else 'none'}"


def _parts(parts: list[Checked]) -> str:
    losing = sum(one.shortest is not None for one in parts)
    return (
        f"{losing} barriers with one part taken away lose objects, {len(parts) - losing} changes "
        "are harmless (--json lists them)."
    )


def _counterexample(told: BarriersLesson) -> list[str]:
    run = told.counterexample
    if run is None:
        return []
    lines = ["Without a barrier, the shortest way to lose an object", *_wrapped(_start(run))]
    for number, frame in enumerate(run.frames[1:], start=1):
        code = f"   {frame.code}" if frame.code else ""
        hidden = f" {_and(frame.hidden)} is hidden." if _newly_hidden(run, number) else ""
        lines += textwrap.wrap(
            f"{frame.sentence}{hidden}", _WIDTH, initial_indent=f"{number:4} ",
            subsequent_indent=" " * 5,
        )  # fmt: skip
        lines[-1] += code if len(lines[-1]) + len(code) <= _WIDTH else ""
    return [*lines, *_wrapped(run.verdict)]


def _newly_hidden(run: StoryRun, number: int) -> bool:
    return bool(run.frames[number].hidden) and not run.frames[number - 1].hidden


def _start(run: StoryRun) -> str:
    frame = run.frames[0]
    rows = [(one.slots, one.points_to) for one in (frame.globals, *frame.stacks)]
    rows += [(_fields(frame, at), one.points_to) for at, one in enumerate(frame.objects)]
    said = [
        f"{name} → {held}" for names, row in rows for name, held in zip(names, row, strict=True)
        if held
    ]  # fmt: skip
    return f"At the start all is white: {', '.join(said)}."


def _fields(frame: Frame, number: int) -> tuple[str, ...]:
    one = frame.objects[number]
    return tuple(f"{one.name}.{field}" for field in one.fields)


def _story(told: BarriersLesson) -> list[str]:
    lines = ["The same story under each barrier (the page plays it step by step)"]
    for run in told.story:
        lines += textwrap.wrap(
            _end(run), _WIDTH, initial_indent=f"  {run.barrier:10}", subsequent_indent=" " * 12
        )
    return lines


def _end(run: StoryRun) -> str:
    last = run.frames[-1]
    lost = f"loses {_and(last.lost)}, " if last.lost else ""
    kept = f"keeps {_and(last.floating)}" if last.floating else "keeps no garbage"
    words = "1 word" if run.stopped_words == 1 else f"{run.stopped_words} words"
    return f"{lost}{kept}, reads {words} in a pause"


def _costs(told: BarriersLesson) -> list[str]:
    if not told.costs:
        return []
    lines = [
        "The same programs under each barrier, in units of work (a word read, a shade)",
        f"  {'':11}{'read in a pause':^21} {'shades by write':^19} {'garbage kept':^18} lost",
        f"  {'':11}"
        + f"{'dijkstra':>9}{'yuasa':>6}{'go':>6} {'dijk.':>6}{'yuasa':>6}{'go':>6}"
        + f"  {'dijk.':>6}{'yuasa':>6}{'go':>6} {'none':>5}",
    ]
    for name, of_one in groupby(told.costs, key=lambda one: one.workload):
        lines.append(_row(name, {one.barrier: one for one in of_one}))
    return [*lines, *_wrapped(_reading())]


def _row(name: str, by: dict[str, Cost]) -> str:
    three = [by["dijkstra"], by["yuasa"], by["go"]]
    stopped = [one.stopped_slots + one.stopped_fields for one in three]
    shades = [one.shades / max(one.barrier_hits, 1) for one in three]
    kept = [one.floating_fraction for one in three]
    return (
        f"  {name:11}{stopped[0]:9,}{stopped[1]:6,}{stopped[2]:6,} "
        + "".join(f"{one:6.2f}" for one in shades)
        + "  "
        + "".join(f"{one:6.1%}" for one in kept)
        + f" {by['none'].lost_objects:5,}"
    )


def _reading() -> str:
    return (
        "Every pointer write runs the barrier once. The hybrid of Go's comment reads and keeps "
        "what go does, with as many shades as yuasa or a few more. Garbage kept is the share of "
        "what is marked that nothing can reach at the end; lost are objects in use."
    )


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
