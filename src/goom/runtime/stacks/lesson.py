"""What a page and a table tell about stacks: one goroutine's growth, its shrinking, and many."""

from __future__ import annotations

from dataclasses import dataclass, field

from goom.runtime.stacks.beliefs import BELIEFS, CHANGES, Belief, Change, Constant, constants
from goom.runtime.stacks.layout import Layout, layout_of
from goom.runtime.stacks.pool import stack_inuse_bytes
from goom.runtime.stacks.shrink import Kept, Rest, settled_bytes, shrinks
from goom.runtime.stacks.stack import Calls, Check, Descent, check_of, descend
from goom.runtime.stacks.start_size import Scanned, starting_bytes

PARKED_BYTES = 184  # chanrecv1, chanrecv, gopark: frames and return addresses, 1.21 to 1.27
_BODY_BYTES = 40  # a goroutine's own function: a few locals
_COUNTS = (1, 1_000, 10_000, 100_000, 1_000_000)
_DEPTHS = (0, 10, 100, 1_000, 10_000)
_MOST_COLLECTIONS = 24


@dataclass(frozen=True, slots=True)
class Question:
    """A goroutine whose function makes ``depth`` nested calls of ``frame_bytes`` each, then waits
    on a channel; and so many of it.
    """

    depth: int = 1000
    frame_bytes: int = 96
    goroutines: int = 10_000
    version: str | None = None

    def chain(self, depth: int | None = None) -> tuple[Calls, ...]:
        """The calls down to the innermost frame, before it waits."""
        deep = self.depth if depth is None else depth
        return (Calls(_BODY_BYTES), Calls(self.frame_bytes, deep))


@dataclass(frozen=True, slots=True)
class GrowthStep:
    """One growth as a picture needs it; sizes count from the stack's high end."""

    call: int  # how many calls were on the stack when the next found no room
    old_bytes: int
    new_bytes: int
    times: int  # new / old: 2, or more for a large frame
    used_bytes: int  # in use when it grew, which is what was copied
    copied_bytes: int
    frame_bytes: int  # that asked for room
    frames_walked: int
    old_guard_bytes: int  # below this much use of the old stack the check lets a small frame pass
    new_guard_bytes: int
    copied_so_far_bytes: int
    sentence: str


@dataclass(frozen=True, slots=True)
class GrowthStory:
    """From the first call to the innermost frame."""

    start_bytes: int
    stack_bytes: int
    used_bytes: int
    copied_bytes: int
    frames_walked: int
    check: Check
    overflows: bool
    steps: tuple[GrowthStep, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class ShrinkStep:
    """One collection and the stack of a goroutine that returned to its first function."""

    collection: int
    old_bytes: int
    new_bytes: int
    copied_bytes: int
    kept: Kept
    sentence: str


@dataclass(frozen=True, slots=True)
class ShrinkStory:
    """After the calls returned, with the goroutine waiting in its first function."""

    used_bytes: int
    settled_bytes: int
    collections: int  # until nothing more happens
    steps: tuple[ShrinkStep, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class StartCase:
    """A mix of goroutines that a collection scans, and the size reused ones start with then."""

    deep_fraction: float
    deep_used_bytes: int
    shallow_used_bytes: int
    starting_bytes: int


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """So many goroutines waiting at the depths of the table: StackInuse for each depth."""

    goroutines: int
    stack_inuse_bytes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """Goroutines times depth."""

    depths: tuple[int, ...]
    stack_bytes: tuple[int | None, ...]  # of one goroutine, None for an overflow
    rows: tuple[MemoryRow, ...]


@dataclass(frozen=True, slots=True)
class StacksLesson:
    """All of it; plain data for JSON through goom.case.document.plain."""

    release: str
    question: Question
    layout: Layout
    constants: tuple[Constant, ...]
    growth: GrowthStory
    shrink: ShrinkStory
    start: tuple[StartCase, ...]
    asked_inuse_bytes: int
    table: MemoryTable
    changes: tuple[Change, ...] = field(default=CHANGES)
    beliefs: tuple[Belief, ...] = field(default=BELIEFS)


def lesson(question: Question = Question()) -> StacksLesson:
    """Work the question out for its version of Go; BadInput for a version the model lacks."""
    layout = layout_of(question.version)
    went = descend(layout, question.chain())
    return StacksLesson(
        release=layout.release,
        question=question,
        layout=layout,
        constants=constants(layout),
        growth=_growth(layout, question, went),
        shrink=_shrink(layout, went),
        start=_start(layout, question),
        asked_inuse_bytes=stack_inuse_bytes(layout, {went.stack_bytes: question.goroutines}),
        table=_table(layout, question),
    )


def _growth(layout: Layout, question: Question, went: Descent) -> GrowthStory:
    steps: list[GrowthStep] = []
    copied = 0
    for growth in went.growths:
        copied += growth.copied_bytes
        steps.append(
            GrowthStep(
                growth.call, growth.old_bytes, growth.new_bytes,
                growth.new_bytes // growth.old_bytes, growth.copied_bytes, growth.copied_bytes,
                growth.frame_bytes, growth.frames_walked, growth.old_bytes - layout.guard_bytes,
                growth.new_bytes - layout.guard_bytes, copied,
                f"call {growth.call + 1:,} needs {growth.frame_bytes:,} bytes: "
                f"{growth.copied_bytes:,} are in use, {layout.guard_bytes} stay free",
            )
        )  # fmt: skip
    return GrowthStory(
        went.start_bytes, went.stack_bytes, went.used_bytes, went.copied_bytes,
        went.frames_walked, check_of(Calls(question.frame_bytes)), went.overflow is not None,
        tuple(steps), _growth_sentence(layout, went),
    )  # fmt: skip


def _growth_sentence(layout: Layout, went: Descent) -> str:
    if went.overflow is not None:
        return (
            f"call {went.overflow.call + 1:,} wants a stack of {went.overflow.wanted_bytes:,} "
            f"bytes, over the limit of {layout.limit_bytes:,}: fatal error: stack overflow"
        )
    grew = len(went.growths)
    times = "never grows" if not grew else f"grows {grew} time{'s' * (grew > 1)}"
    return (
        f"the stack {times}, to {went.stack_bytes:,} bytes; "
        f"{went.copied_bytes:,} bytes are copied, {went.frames_walked:,} frames adjusted"
    )


def _shrink(layout: Layout, went: Descent) -> ShrinkStory:
    used = descend(layout, (Calls(_BODY_BYTES),)).used_bytes + PARKED_BYTES
    rest = Rest(went.stack_bytes, used)
    steps = [
        ShrinkStep(one.collection, one.old_bytes, one.new_bytes, one.copied_bytes, one.kept,
                   _shrink_sentence(layout, used, one.old_bytes, one.kept))
        for one in shrinks(layout, rest, _MOST_COLLECTIONS)
    ]  # fmt: skip
    halvings = sum(not step.kept for step in steps)
    settled = settled_bytes(layout, rest)
    return ShrinkStory(
        used, settled, halvings, tuple(steps[: halvings + 1]),
        f"back in its first function it uses {used} bytes; each collection halves the stack once, "
        f"so it takes {halvings} to come from {went.stack_bytes:,} down to {settled:,}",
    )  # fmt: skip


def _shrink_sentence(layout: Layout, used: int, size: int, kept: Kept) -> str:
    needs = f"{used} in use + {layout.nosplit_bytes}"
    if kept == "smallest":
        return f"{size:,} is the smallest stack there is"
    if kept:
        return f"{needs} is not below a quarter of {size:,}: left as it is"
    return f"{needs} is below a quarter of {size:,}: halved"


def _start(layout: Layout, question: Question) -> tuple[StartCase, ...]:
    shallow = descend(layout, question.chain(0)).used_bytes + PARKED_BYTES
    deep = descend(layout, question.chain()).used_bytes + PARKED_BYTES
    cases = []
    for share in (0.0, 0.01, 0.1, 0.5, 1.0):
        many = round(share * 1000)
        scanned = (Scanned(many, deep), Scanned(1000 - many, shallow))
        cases.append(StartCase(share, deep, shallow, starting_bytes(layout, scanned)))
    return tuple(cases)


def _table(layout: Layout, question: Question) -> MemoryTable:
    depths = tuple(sorted({*_DEPTHS, question.depth}))
    counts = tuple(sorted({*_COUNTS, question.goroutines}))
    went = [descend(layout, question.chain(depth)) for depth in depths]
    rows = tuple(
        MemoryRow(many, tuple(stack_inuse_bytes(layout, {one.stack_bytes: many}) for one in went))
        for many in counts
    )
    return MemoryTable(
        depths, tuple(None if one.overflow else one.stack_bytes for one in went), rows
    )
