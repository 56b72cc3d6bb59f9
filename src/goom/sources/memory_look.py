"""Quick looks at a running process for ``goom memory``: kernel files, and Go's figures by X-ray.

Nothing is asked of the process itself. All looks of one round lie within milliseconds, so that the
arenas' pages and what Go says of them are of one moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np

from goom.case.errors import BadInput
from goom.case.evidence import Evidence, NotRead
from goom.case.series import MemStatsSeries, MetricsSeries
from goom.case.subject import Subject
from goom.case.units import seconds_text
from goom.case.xray import XraySample
from goom.sources import procfs, surroundings
from goom.sources.cgroup import MemoryCgroup
from goom.sources.gathered import Gathered, Piece
from goom.sources.live_target import LiveTarget
from goom.sources.pieces import take
from goom.sources.xray.attach import attach
from goom.sources.xray.state import Sampler
from goom.sources.xray.target import Target

_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class _Round:
    """Figures of Go by round; ``lock_seconds`` is how long the mmap lock was held in all."""

    samples: list[tuple[float, XraySample]] = field(default_factory=list)
    lock_seconds: float = 0.0
    rounds: int = 0


def look_at(target: LiveTarget, for_seconds: float = 0.0) -> tuple[Evidence, str]:
    """One round, or one every half second for a while; and what it cost, in words."""
    pid = target.pid
    if pid is None:
        raise BadInput("there is no process to look at.", "Give its number:  goom memory PID")
    gathered, seen, began = Gathered(), _Round(), time.time()
    attached = _attached(pid, gathered)
    sampler = Sampler(attached) if attached is not None else None
    try:
        ends = time.monotonic() + for_seconds
        _one_round(target, gathered, seen, sampler)
        while time.monotonic() < ends and procfs.is_alive(pid):
            time.sleep(_PAUSE_SECONDS)
            _one_round(target, gathered, seen, sampler)
    except KeyboardInterrupt:
        if not seen.rounds:
            raise
    finally:
        if attached is not None:
            attached.close()
    subject = replace(_as_set(target.subject, seen), observed_from_seconds=began)
    return _with_go(gathered.evidence(subject), seen), _cost(seen)


def _attached(pid: int, gathered: Gathered) -> Target | None:
    try:
        return attach(pid)
    except BadInput as error:
        gathered.not_read.append(NotRead("Go's own figures", error.message, error.hint))
        return None


def _one_round(
    target: LiveTarget, gathered: Gathered, seen: _Round, sampler: Sampler | None
) -> None:
    pid = target.pid or 0
    _sample(seen, sampler)
    began = time.monotonic()
    _proc(gathered, pid, "smaps", procfs.read_mappings)
    if surroundings.is_numa():
        _proc(gathered, pid, "numa_maps", procfs.read_mappings)
    seen.lock_seconds += time.monotonic() - began
    seen.rounds += 1
    _sample(seen, sampler)  # once more: what grew while the mappings were read shows
    _proc(gathered, pid, "status")
    if target.group is not None:
        _cgroup(gathered, target.group)
    with suppress(OSError):
        _keep(gathered, "cgroup/surroundings", surroundings.look(pid))


def _sample(seen: _Round, sampler: Sampler | None) -> None:
    if sampler is not None:
        with suppress(BadInput):  # it ended
            seen.samples.append((time.time(), sampler.sample()))


def _cgroup(gathered: Gathered, group: MemoryCgroup) -> None:
    figures: Mapping[str, float] = group.look()
    gathered.cgroup.add_figures(time.time(), figures)
    gathered.learned.note("cgroup_version", group.version)


def _proc(
    gathered: Gathered,
    pid: int,
    name: str,
    read: Callable[[int, str], bytes] = procfs.read_whole,
) -> None:
    try:
        body = read(pid, name)
    except OSError as error:
        why = error.strerror or str(error)
        gathered.leave(f"/proc/{pid}/{name}", why, "It takes the same user, or root.")
        return
    if body:
        _keep(gathered, f"proc/{name}", body)


def _keep(gathered: Gathered, name: str, body: bytes) -> None:
    take(gathered, Piece(data=body, origin=name, at_seconds=time.time()))


def _as_set(subject: Subject, seen: _Round) -> Subject:
    """GOMAXPROCS, GOGC and GOMEMLIMIT as they are now, whoever set them."""
    if not seen.samples:
        return subject
    sample = seen.samples[-1][1]
    pacer = sample.pacer
    return replace(
        subject,
        gomaxprocs=sample.procs,
        gogc_percent=max(pacer.gogc_percent, -1),
        gomemlimit_bytes=pacer.memory_limit_bytes if pacer.has_memory_limit else None,
    )


def _with_go(evidence: Evidence, seen: _Round) -> Evidence:
    """Add X-ray's samples under the names of MemStats, and what the last mark found."""
    if not seen.samples:
        return evidence
    times = np.array([at for at, _ in seen.samples])
    rows = [_memstats(sample) for _, sample in seen.samples]
    columns = {name: np.array([row[name] for row in rows], np.float64) for name in rows[0]}
    marked = np.array([float(one.pacer.heap_marked_bytes) for _, one in seen.samples])
    marked[marked <= 0] = np.nan
    return replace(
        evidence,
        memstats=MemStatsSeries(times, columns),
        metrics=MetricsSeries(times, {"go_gc_heap_live_bytes": marked}),
    )


def _memstats(sample: XraySample) -> dict[str, int]:
    memory = sample.memory
    return {
        "HeapAlloc": memory.heap_alloc_bytes,
        "HeapInuse": memory.heap_in_use_bytes,
        "HeapIdle": memory.heap_idle_bytes,
        "HeapReleased": memory.heap_released_bytes,
        "HeapSys": memory.heap_sys_bytes,
        "StackInuse": memory.stack_in_use_bytes,
        "StackSys": memory.stack_sys_bytes,
        "MSpanSys": memory.mspan_sys_bytes,
        "MCacheSys": memory.mcache_sys_bytes,
        "BuckHashSys": memory.buckhash_sys_bytes,
        "GCSys": memory.gc_sys_bytes,
        "OtherSys": memory.other_sys_bytes,
        "Sys": memory.sys_bytes,
    }


def _cost(seen: _Round) -> str:
    each = seconds_text(seen.lock_seconds / max(seen.rounds, 1))
    times = f"{seen.rounds} times" if seen.rounds > 1 else "once"
    return (
        f"smaps was read {times}, {each} each, and holds the mmap lock as long; nothing else "
        "touched the process"
    )
