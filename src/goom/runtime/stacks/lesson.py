"""What a page and a table tell about stacks: one goroutine's growth, its shrinking, and many."""

from __future__ import annotations

from dataclasses import dataclass, field

from goom.case.errors import BadInput
from goom.case.units import bytes_text
from goom.runtime.stacks.beliefs import CHANGES, SAID, Change, Constants, Said, constants
from goom.runtime.stacks.layout import Layout, layout_of
from goom.runtime.stacks.population import Group, PopulationStory, population
from goom.runtime.stacks.scenario import Scenario
from goom.runtime.stacks.shrink import Rest, settled_bytes
from goom.runtime.stacks.stack import Calls, Check, Descent, Growth, check_of, descend
from goom.runtime.stacks.tables import (
    Curve,
    MemoryTable,
    StartStep,
    curves,
    memory_table,
    start_steps,
)
from goom.runtime.stacks.waiting import CHANNEL_WAIT, may_grow_once_more
from goom.runtime.stacks.walk import Step, walk

_BODY = Calls(40)  # the goroutine's own function: a few locals
_MOST = 1_000_000_000
_COLLECTIONS = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A goroutine whose function makes ``depth`` nested calls of ``frame_bytes`` each, then waits
    on a channel; and so many of it.
    """

    depth: int = 1000
    frame_bytes: int = 96
    goroutines: int = 10_000
    version: str | None = None


@dataclass(frozen=True, slots=True)
class GrowthSummary:
    """From the first call to the innermost frame, all figures of one goroutine."""

    stack_bytes: int
    used_bytes: int
    copied_bytes: int  # by all growths together
    frames_walked: int
    check: Check  # which form of the check the function has
    overflows: bool
    may_grow_once_more: bool  # so little is free that the runtime's own calls may need one more
    growths: tuple[Growth, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class ShrinkSummary:
    """After the calls returned, with the goroutine waiting in its first function."""

    used_bytes: int
    settled_bytes: int
    collections: int  # until nothing more happens
    sentence: str


@dataclass(frozen=True, slots=True)
class StacksLesson:
    """All of it; plain data for JSON through goom.case.document.plain. Sizes are in bytes."""

    go_version: str  # "1.27": the rules in force
    message: str
    question: Question
    layout: Layout
    growth: GrowthSummary
    shrink: ShrinkSummary
    asked_inuse_bytes: int | None  # StackInuse of all goroutines at that depth; None: overflow
    walk: tuple[Step, ...]  # down, a growth in slow motion, back, collections
    big_frame: tuple[Step, ...]  # one call that jumps several doublings
    depth_curves: tuple[Curve, ...]
    goroutines: MemoryTable
    start_steps: tuple[StartStep, ...]
    population: PopulationStory
    constants: tuple[Constants, ...]
    changes: tuple[Change, ...] = field(default=CHANGES)
    said: tuple[Said, ...] = field(default=SAID)


def lesson(question: Question = Question(), scenario: Scenario | None = None) -> StacksLesson:
    """Work the question out for its version of Go; BadInput for what the model does not know.

    The mix of goroutines is the scenario's. Without one it is those asked for: a tenth wait deep,
    two tenths have been deep, the others never go deep.
    """
    _reject(question)
    layout = layout_of(question.version)
    deep = Calls(question.frame_bytes, question.depth)
    went = descend(layout, (_BODY, deep))
    shallow_used = descend(layout, (_BODY, *CHANNEL_WAIT)).used_bytes
    deep_used = descend(layout, (_BODY, deep, *CHANNEL_WAIT)).used_bytes
    table = memory_table(layout, _BODY, deep, question.goroutines)
    steps, big_frame = walk(layout, _BODY, deep)
    return StacksLesson(
        go_version=layout.release,
        message=_message(layout),
        question=question,
        layout=layout,
        growth=_growth(layout, question, went),
        shrink=_shrink(layout, went, shallow_used),
        asked_inuse_bytes=_asked(table, question),
        walk=steps,
        big_frame=big_frame,
        depth_curves=curves(layout, _BODY, question.frame_bytes),
        goroutines=table,
        start_steps=start_steps(layout, shallow_used, deep_used),
        population=_population(layout, question, scenario),
        constants=constants(),
    )


def _population(layout: Layout, question: Question, asked: Scenario | None) -> PopulationStory:
    if asked is not None:
        return population(layout, asked.groups, asked.collections, asked.procs)
    calls = (_BODY, Calls(question.frame_bytes, question.depth))
    tenth = question.goroutines // 10
    shallow = (_BODY, *CHANNEL_WAIT)
    groups = (
        Group("wait deep", tenth, calls, (*calls, *CHANNEL_WAIT)),
        Group("were deep once", 2 * tenth, calls, shallow),
        Group("never go deep", question.goroutines - 3 * tenth, (_BODY,), shallow),
    )
    return population(layout, groups, _COLLECTIONS)


def _reject(question: Question) -> None:
    figures = {
        "--depth": question.depth,
        "--frame": question.frame_bytes,
        "--goroutines": question.goroutines,
    }
    for name, figure in figures.items():
        if not 0 <= figure <= _MOST:
            raise BadInput(f"{name} {figure:,} is not between 0 and {_MOST:,}.", "Try 1000.")
    if question.frame_bytes % 8:
        raise BadInput(
            f"--frame {question.frame_bytes} is not a multiple of 8, as every frame is.",
            "go build -gcflags=-S prints a function's frame: TEXT name(SB), $FRAME-ARGS.",
        )


def _message(layout: Layout) -> str:
    return (
        f"A goroutine starts with {layout.fixed_stack_bytes // 1024} KiB, doubles by copying when "
        "a call finds no room, and only a collection makes its stack smaller, by half each time."
    )


def _asked(table: MemoryTable, question: Question) -> int | None:
    row = next(row for row in table.rows if row.goroutines == question.goroutines)
    return row.stack_inuse_bytes[table.depths.index(question.depth)]


def _growth(layout: Layout, question: Question, went: Descent) -> GrowthSummary:
    return GrowthSummary(
        went.stack_bytes,
        went.used_bytes,
        went.copied_bytes,
        went.frames_walked,
        check_of(Calls(question.frame_bytes)),
        went.overflow is not None,
        went.overflow is None and may_grow_once_more(layout, went.stack_bytes, went.used_bytes),
        went.growths,
        _growth_sentence(layout, went),
    )


def _growth_sentence(layout: Layout, went: Descent) -> str:
    if went.overflow is not None:
        return (
            f"call {went.overflow.call + 1:,} wants a stack of {went.overflow.wanted_bytes:,} "
            f"bytes, over the limit of {layout.limit_bytes:,}: fatal error: stack overflow, when "
            f"{bytes_text(went.written_bytes)} have been written to this stack and those before it"
        )
    grew = len(went.growths)
    times = "never grows" if not grew else f"grows {grew} time{'s' * (grew > 1)}"
    return (
        f"the stack {times}, to {went.stack_bytes:,} bytes; "
        f"{went.copied_bytes:,} bytes are copied, {went.frames_walked:,} frames adjusted"
    )


def _shrink(layout: Layout, went: Descent, used: int) -> ShrinkSummary:
    settled = settled_bytes(layout, Rest(went.stack_bytes, used))
    collections = (went.stack_bytes // settled).bit_length() - 1
    return ShrinkSummary(
        used,
        settled,
        collections,
        f"back in its first function it uses {used} bytes; each collection halves the stack once, "
        f"so {collections} bring it from {went.stack_bytes:,} to {settled:,} bytes",
    )
