"""Stacks of goroutines on threads that the kernel holds: frozen, stopped, or asleep in it.

While a thread runs, its registers are on a CPU and nobody's to see. When it does not,
``/proc/PID/task/TID/syscall`` says its stack pointer and instruction (proc(5)); for one that is
frozen or stopped in the midst of its code as well. On the goroutine's own stack that is where the
walk begins; on the thread's system stack the runtime has saved where the goroutine left its own
(runtime/asm_amd64.s ``systemstack``, ``mcall``, ``morestack``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Flags
from goom.formats.stack_tree import Nodes
from goom.sources import procfs
from goom.sources.memory_gather import gather
from goom.sources.xray import gs
from goom.sources.xray.gs import GReader, Records
from goom.sources.xray.stacks import Standing, Walker
from goom.sources.xray.target import Target

_MOST_THREADS = 1024
_END_OF_USER = 1 << 47


@dataclass(frozen=True, slots=True)
class _Thread:
    """A thread that does not run: what the kernel says of it, and the two registers."""

    number: int
    line: str
    switches: tuple[str, ...]
    sp: int
    pc: int


def held_stacks(
    reader: GReader, walker: Walker, records: Records
) -> tuple[NDArray[np.intp], Nodes, Flags]:
    """Rows of running goroutines whose stack could be read after all, their nodes, what is cut.

    The kernel counts when a thread leaves a CPU: one that was off it before and after, with the
    same count, has not run in between.
    """
    rows = np.flatnonzero((records["status"] == gs.RUNNING) & (records["m"] > 0))
    threads = _threads(reader.target, records, rows[:_MOST_THREADS])
    rows = np.array(list(threads), np.intp)
    if not len(rows):
        return rows, np.zeros(0, np.int64), np.zeros(0, np.bool_)
    seen = reader.read(records.addresses[rows])
    runs = seen.there & (seen["status"] == gs.RUNNING) & (seen["m"] == records["m"][rows])
    standing, within = _standing(reader.target, walker, seen, list(threads.values()))
    walked = walker.walk(standing)
    still = np.array([_is_still(reader.target.pid, one) for one in threads.values()], np.bool_)
    kept = np.flatnonzero(runs & within & still & (walked.nodes >= 0))
    return rows[kept], walked.nodes[kept], walked.cut[kept]


def _threads(target: Target, records: Records, rows: NDArray[np.intp]) -> dict[int, _Thread]:
    """By row: its thread, when that is held by the kernel."""
    if not len(rows):
        return {}
    place = target.layouts.at("runtime.m", "procid")
    addresses = records["m"][rows] + np.uint64(place.offset)
    pieces = gather(target.memory, addresses, np.full(len(rows), 8, np.int64))
    numbers = pieces.words().tolist()
    found = {}
    for row, number in zip(rows[pieces.there].tolist(), numbers, strict=True):
        thread = _thread(target.pid, number)
        if thread is not None:
            found[row] = thread
    return found


def _thread(pid: int, number: int) -> _Thread | None:
    if not 0 < number < 1 << 22:
        return None
    switches = _switches(pid, number)  # counted before it is seen off its CPU, and after
    line = _line(pid, number)
    words = line.split()
    try:
        sp, pc = (int(word, 16) for word in words[-2:])
    except ValueError:  # "running"
        return None
    good = len(words) >= 3 and 0 < sp < _END_OF_USER and 0 < pc < _END_OF_USER
    return _Thread(number, line, switches, sp, pc) if good and switches else None


def _is_still(pid: int, thread: _Thread) -> bool:
    line = _line(pid, thread.number)
    return line == thread.line and _switches(pid, thread.number) == thread.switches


def _line(pid: int, number: int) -> str:
    return _text(pid, f"task/{number}/syscall").strip()


def _switches(pid: int, number: int) -> tuple[str, ...]:
    """How often it has left a CPU, of its own will and not; () when the kernel does not say."""
    lines = _text(pid, f"task/{number}/status").splitlines()
    return tuple(line for line in lines if "ctxt_switches" in line)


def _text(pid: int, name: str) -> str:
    try:
        return procfs.read_whole(pid, name, max_bytes=8192).decode("ascii", "replace")
    except OSError:
        return ""


def _standing(
    target: Target, walker: Walker, records: Records, threads: list[_Thread]
) -> tuple[Standing, Flags]:
    """Where each walk begins, and whether it may."""
    sps = np.array([thread.sp for thread in threads], np.uint64)
    pcs = np.array([thread.pc for thread in threads], np.uint64)
    own = (records["low"] < sps) & (sps < records["high"])
    saved = (records["low"] < records["sp"]) & (records["sp"] < records["high"])
    saved &= ~own & _on_system_stack(target, records, sps)
    names = walker.steps.names
    inside = np.array([names.index(pc) == names.index(pc + 1) for pc in pcs.tolist()], np.bool_)
    standing = Standing(
        pcs=np.where(own, pcs, records["pc"]),
        sps=np.where(own, sps, records["sp"]),
        highs=records["high"],
        in_system_call=np.zeros(len(threads), np.bool_),
        trapped=own,
    )
    return standing, (own & inside) | saved


def _on_system_stack(target: Target, records: Records, sps: NDArray[np.uint64]) -> Flags:
    """Whether each thread is on the stack of its g0, and not on that for signals."""
    words = _word(target, records["m"] + np.uint64(target.layouts.at("runtime.m", "g0").offset))
    place = target.layouts.at("runtime.g", "stack").offset
    lows = _word(target, words + np.uint64(place))
    highs = _word(target, words + np.uint64(place + 8))
    return np.asarray((lows < sps) & (sps < highs))


def _word(target: Target, addresses: NDArray[np.uint64]) -> NDArray[np.uint64]:
    found = np.zeros(len(addresses), np.uint64)
    pieces = gather(target.memory, addresses, np.full(len(addresses), 8, np.int64))
    found[pieces.there] = pieces.words()
    return found
