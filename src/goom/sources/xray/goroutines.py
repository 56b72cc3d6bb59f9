"""Every goroutine of a running process with its state and call stack: nothing is stopped.

A goroutine that waits does not change, so its record and stack can be read while others run. Each
record is read right before and after each piece of the stack; one that ran in between is read
again, a few times. What runs on a CPU just then has its registers there and not in memory: it has
no stack here, and the table says of how many that is true.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from goom.case.errors import BadInput
from goom.case.profile import Flags
from goom.case.xray_depth import Addresses, XrayGoroutines
from goom.formats.stack_steps import Steps
from goom.formats.stack_tree import NOWHERE, Nodes
from goom.sources.monotonic import nanoseconds_of
from goom.sources.xray import gs
from goom.sources.xray.g_states import GStates, waited
from goom.sources.xray.gs import GReader, Records
from goom.sources.xray.names import pc_frames
from goom.sources.xray.on_cpu import held_stacks
from goom.sources.xray.stacks import Standing, Walked, Walker
from goom.sources.xray.target import Target

_AT_ONCE = 8192  # goroutines whose stacks are read together
_ATTEMPTS = 4
_MOST_STACK_BYTES = 256 << 20
_MOST_STATES = 16
_COUNTED = (gs.WAITING, gs.LEAKED)  # into these a goroutine comes by casgstatus only,
_UNCOUNTED_REASONS = ("preempted", "coroutine")  # but for these reasons
_NOT_SHOWN = (gs.IDLE, gs.DEAD, gs.EXTRA)
_ON_CPU = (gs.RUNNING, gs.COPYING)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Goroutines that were read together."""

    records: Records
    nodes: Nodes
    cut: Flags
    moved: Flags


def read_goroutines(target: Target, steps: Steps | None = None) -> XrayGoroutines:
    """All goroutines that are not dead; BadInput when their list is not where it should be.

    10,000 take some 30 ms. At most 1,048,576 are read, and 256 MiB of their stacks. ``steps`` that
    are kept from one look to the next (``Steps(pc_frames(target))``) make the next one faster.
    """
    began = time.perf_counter()
    reader = GReader.of(target)
    walker = Walker(target.memory, steps or Steps(pc_frames(target)), _MOST_STACK_BYTES)
    addresses, left_out = reader.addresses()
    parts = [
        _part(reader, walker, addresses[start : start + _AT_ONCE])
        for start in range(0, len(addresses), _AT_ONCE)
    ]
    if not parts:
        raise BadInput(f"process {target.pid} has no goroutines yet: it is just starting.")
    return _table(target, walker, _joined(parts), left_out, began)


def _part(reader: GReader, walker: Walker, addresses: Addresses) -> _Part:
    """Some goroutines, those that moved meanwhile read again."""
    records = reader.read(addresses)
    records = records.of(np.flatnonzero(records.there & ~np.isin(records["status"], _NOT_SHOWN)))
    count = len(records.addresses)
    part = _Part(records, np.full(count, NOWHERE, np.int64), *np.zeros((2, count), np.bool_))
    waiting = np.flatnonzero(_stands(records))
    for _ in range(_ATTEMPTS):
        if not len(waiting):
            break
        seen = records.of(waiting)
        walked = walker.walk(_standing(seen), reader.seals(seen))
        after = reader.read(seen.addresses)
        still = seen.same(after) & ~walked.moved
        still &= _is_sure(reader, walker, (seen, after), walked)
        part.nodes[waiting], part.cut[waiting] = walked.nodes, walked.cut
        records.put(waiting, after)
        waiting = waiting[~still]
        part.nodes[waiting], part.cut[waiting] = NOWHERE, False
        waiting = waiting[_stands(records.of(waiting))]
    part.moved[waiting] = True
    held, nodes, cut = held_stacks(reader, walker, records)
    part.nodes[held], part.cut[held] = nodes, cut
    return part


def _is_sure(
    reader: GReader, walker: Walker, both: tuple[Records, Records], walked: Walked
) -> Flags:
    """Whether what has the same record before and after has stood still in between.

    A goroutine that the collector takes off its CPU to scan its stack (preemptPark) is not counted
    in trackingSeq, nor is one that iter.Pull switches to and from (coroswitch_m, coro.go); the
    ticks of two Ps may be alike; between two pieces of a deep stack it may have stopped 256 times.
    Such stacks are walked a second time; for want of budget they count as cut.
    """
    before, after = both
    sure = np.ones(len(walked.nodes), np.bool_)
    in_pieces = (walked.windows > 1) & ~before.waited_through(after)
    doubted = in_pieces | _may_have_run(reader, after)
    doubtful = np.flatnonzero(after.there & doubted & _stands(after) & ~walked.moved)
    if len(doubtful):
        seen = after.of(doubtful)
        again = walker.walk(_standing(seen), reader.seals(seen))
        unknown = again.cut & ~walked.cut[doubtful]
        same = ((again.nodes == walked.nodes[doubtful]) | unknown) & ~again.moved
        sure[doubtful] = same & seen.same(reader.read(seen.addresses))
        walked.cut[doubtful] |= unknown
    return sure


def _may_have_run(reader: GReader, records: Records) -> Flags:
    reasons = reader.target.wait_reasons
    uncounted = [reasons.index(one) for one in _UNCOUNTED_REASONS if one in reasons]
    by_reason = (records["status"] == gs.WAITING) & np.isin(records["reason"], uncounted)
    return np.asarray(~np.isin(records["status"], _COUNTED) | by_reason)


def _stands(records: Records) -> Flags:
    known = records.there & (records["status"] < _MOST_STATES)
    return np.asarray(known & ~np.isin(records["status"], (*_NOT_SHOWN, *_ON_CPU)))


def _standing(records: Records) -> Standing:
    """By the registers that a system call left, else by those that the scheduler saved."""
    calling = records["call_sp"] != 0
    return Standing(
        pcs=np.where(calling, records["call_pc"], records["pc"]),
        sps=np.where(calling, records["call_sp"], records["sp"]),
        highs=records["high"],
        in_system_call=calling,
        trapped=np.zeros(len(calling), np.bool_),
    )


def _joined(parts: list[_Part]) -> _Part:
    """All parts as one; who has died meanwhile is left out."""
    columns = {
        name: np.concatenate([part.records[name] for part in parts])
        for name in parts[0].records.columns
    }
    there = np.concatenate([part.records.there for part in parts])
    addresses = np.concatenate([part.records.addresses for part in parts])
    alive = np.flatnonzero(there & ~np.isin(columns["status"], _NOT_SHOWN))
    return _Part(
        Records(addresses, columns, there).of(alive),
        np.concatenate([part.nodes for part in parts])[alive],
        np.concatenate([part.cut for part in parts])[alive],
        np.concatenate([part.moved for part in parts])[alive],
    )


def _table(
    target: Target, walker: Walker, part: _Part, left_out: int, began: float
) -> XrayGoroutines:
    records = part.records
    nodes, ids = np.unique(part.nodes, return_inverse=True)
    has_none = int(len(nodes) > 0 and nodes[0] == NOWHERE)
    stack_ids = (ids - has_none).astype(np.int32)
    stacks = tuple(walker.tree.stack(node) for node in nodes[has_none:].tolist())
    is_cut = np.zeros(len(stacks), np.bool_)
    is_cut[stack_ids[part.cut & (stack_ids >= 0)]] = True
    states = GStates.of(target, records)
    return XrayGoroutines(
        taken_at_seconds=time.time(),
        goids=records["goid"].astype(np.int64),
        states=states.words,
        is_system=states.is_system,
        is_leaked=records["status"] == gs.LEAKED,
        waited_seconds=waited(records, nanoseconds_of(target.pid)),
        created_at=records["created"],
        parent_goids=records["parent"].astype(np.int64),
        start_pcs=records["start"],
        stack_low=records["low"],
        stack_high=records["high"],
        locked_to_thread=records["locked"] != 0,
        stack_ids=stack_ids,
        stacks=stacks,
        is_cut=is_cut,
        took_seconds=time.perf_counter() - began,
        unread=tuple(_unread(part, left_out)),
    )


def _unread(part: _Part, left_out: int) -> Iterator[str]:
    """What the table does not say, in sentences."""
    on_cpu = int((np.isin(part.records["status"], _ON_CPU) & (part.nodes == NOWHERE)).sum())
    moved, cut = int(part.moved.sum()), int(part.cut.sum())
    if on_cpu:
        yield f"{on_cpu:,} running just then: their stacks are known only to a CPU"
    if moved:
        yield f"{moved:,} ran each time their stack was read"
    if cut:
        yield f"{cut:,} with deeper stacks than are read"
    if left_out:
        yield f"{left_out:,} beyond the first {gs.MOST_GOROUTINES:,}"
