"""Many goroutines and many depths: curves, a table of StackInuse, the adapted start size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goom.runtime.stacks.layout import Layout
from goom.runtime.stacks.pool import stack_inuse_bytes
from goom.runtime.stacks.population import Group, life
from goom.runtime.stacks.stack import Calls, descend
from goom.runtime.stacks.start_size import Scanned, average_bytes, starting_bytes
from goom.runtime.stacks.waiting import CHANNEL_WAIT

_CURVE_FRAMES = (32, 96, 512)
_CURVE_DEPTHS = (0, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000,
                 100_000)  # fmt: skip
_COUNTS = (1, 1_000, 10_000, 100_000, 1_000_000)
_DEPTHS = (0, 10, 100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Curve:
    """For one size of frame: what each depth costs one goroutine. Lists go with ``depths``.

    After an overflow stack_bytes is None.
    """

    frame_bytes: int
    depths: tuple[int, ...]
    stack_bytes: tuple[int | None, ...]
    copies: tuple[int, ...]
    copied_bytes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """So many goroutines waiting at each depth of the table; None for an overflow."""

    goroutines: int
    stack_inuse_bytes: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """StackInuse of goroutines times depth, for one size of frame, waiting on a channel.

    ``may_double`` is by depth: so little is free there that calls within the runtime may need one
    growth more, in some of the goroutines or in all.
    """

    frame_bytes: int
    depths: tuple[int, ...]
    stack_bytes: tuple[int | None, ...]  # of one goroutine
    may_double: tuple[bool, ...]
    rows: tuple[MemoryRow, ...]


@dataclass(frozen=True, slots=True)
class StartStep:
    """A collection that scanned a mix of goroutines, and what reused ones start with after it."""

    title: str
    text: str
    deep_goroutines: int
    shallow_goroutines: int
    deep_used_bytes: int
    shallow_used_bytes: int
    average_used_bytes: int
    wanted_bytes: int  # average and guard, before rounding up to a power of two
    starting_bytes: int


def curves(layout: Layout, body: Calls, frame_bytes: int) -> tuple[Curve, ...]:
    """Curves for three usual sizes of frame and the one that was asked for."""
    return tuple(_curve(layout, body, one) for one in sorted({*_CURVE_FRAMES, frame_bytes}))


def _curve(layout: Layout, body: Calls, frame_bytes: int) -> Curve:
    went = [descend(layout, (body, Calls(frame_bytes, depth))) for depth in _CURVE_DEPTHS]
    return Curve(
        frame_bytes,
        _CURVE_DEPTHS,
        tuple(None if one.overflow else one.stack_bytes for one in went),
        tuple(len(one.growths) for one in went),
        tuple(one.copied_bytes for one in went),
    )


def memory_table(layout: Layout, body: Calls, deep: Calls, goroutines: int) -> MemoryTable:
    """StackInuse for round numbers of goroutines and depths, and for those that were asked for."""
    depths = tuple(sorted({*_DEPTHS, deep.count}))
    groups = [_waiting(body, Calls(deep.frame_bytes, depth)) for depth in depths]
    lives = [life(layout, group, layout.fixed_stack_bytes) for group in groups]
    sizes = tuple(None if one.overflows else one.stack_bytes for one in lives)
    counts = sorted({*_COUNTS, goroutines})
    rows = tuple(MemoryRow(count, _inuse(layout, sizes, count)) for count in counts)
    close = tuple(one.may_grow_once_more for one in lives)
    return MemoryTable(deep.frame_bytes, depths, sizes, close, rows)


def _waiting(body: Calls, deep: Calls) -> Group:
    return Group("", 1, (body, deep), (body, deep, *CHANNEL_WAIT))


def _inuse(layout: Layout, sizes: Sequence[int | None], goroutines: int) -> tuple[int | None, ...]:
    return tuple(
        None if size is None else stack_inuse_bytes(layout, {size: goroutines}) for size in sizes
    )


def start_steps(layout: Layout, shallow_used: int, deep_used: int) -> tuple[StartStep, ...]:
    """A thousand goroutines of which ever more are deep when the collection comes."""
    return tuple(_start_step(layout, shallow_used, deep_used, deep) for deep in (0, 10, 100, 1000))


def _start_step(layout: Layout, shallow_used: int, deep_used: int, deep: int) -> StartStep:
    scanned = (Scanned(deep, deep_used), Scanned(1000 - deep, shallow_used))
    average = average_bytes(scanned)
    starting = starting_bytes(layout, scanned)
    return StartStep(
        f"{deep:,} of 1,000 goroutines are deep",
        f"On average {average:,} bytes are in use; with the guard of {layout.guard_bytes} that is "
        f"{average + layout.guard_bytes:,}. The next power of two, at least "
        f"{layout.fixed_stack_bytes:,}: {starting:,} bytes for the next goroutine that reuses a "
        f"dead one. A new one still gets {layout.fixed_stack_bytes:,}.",
        deep, 1000 - deep, deep_used, shallow_used, average, average + layout.guard_bytes,
        starting,
    )  # fmt: skip
