"""The timeline that all charts share: every curve of the evidence on one clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan, nan

import numpy as np

from goom.case.drawing import Floats, Mark, Timeline, Track
from goom.case.evidence import Evidence
from goom.case.gctrace import GCCycles, GCTrace
from goom.case.profile import Profile
from goom.case.series import Series
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.gc_processes import main_process, of_process

MOST_POINTS = 600
_CPU_WINDOW_SECONDS = 0.5  # the kernel counts in ticks of 10 ms: a shorter window shows those
_UNLIMITED_BYTES = 2.0**60  # v1 writes 2**63 less a page for "no limit"

# key of the track -> (label, unit, the column that it is read from)
_CGROUP = {
    "usage": ("cgroup usage", "bytes", "usage_bytes"),
    "limit": ("limit", "bytes", "limit_bytes"),
}
_PROCESS = {
    "rss": ("RSS", "bytes", "rss_bytes"),
    "threads": ("threads", "count", "threads"),
}
_MEMSTATS = {
    "heap_alloc": ("HeapAlloc", "bytes", "HeapAlloc"),
    "next_gc": ("NextGC", "bytes", "NextGC"),
    "sys": ("Sys", "bytes", "Sys"),
}
_METRICS = {
    "rss": ("RSS", "bytes", "process_resident_memory_bytes"),
    "heap_alloc": ("HeapAlloc", "bytes", "go_memstats_heap_alloc_bytes"),
    "next_gc": ("NextGC", "bytes", "go_memstats_next_gc_bytes"),
    "sys": ("Sys", "bytes", "go_memstats_sys_bytes"),
    "goroutines": ("goroutines", "count", "go_goroutines"),
}
_STEPS = {"limit", "next_gc", "goal"}


@signal
def timeline(evidence: Evidence) -> Timeline:
    """All curves; when two sources tell the same one, the more direct source is drawn."""
    zero = _zero(evidence)
    tracks: dict[str, Track] = {}
    for track in _tracks(evidence, 0.0 if isnan(zero) else zero):
        if len(track.values) and track.key not in tracks:
            tracks[track.key] = track
    ends = [float(track.time_seconds[-1]) for track in tracks.values()]
    marks = tuple(sorted(_marks(evidence, zero), key=lambda mark: mark.at_seconds))
    return Timeline(
        zero_seconds=zero,
        end_seconds=max([*ends, *(mark.at_seconds for mark in marks)], default=nan),
        tracks=tuple(tracks.values()),
        marks=marks,
    )


def _zero(evidence: Evidence) -> float:
    """The start of the process, or the first thing seen."""
    if not isnan(evidence.subject.started_at_seconds):
        return evidence.subject.started_at_seconds
    seen = [series.time_seconds[0] for series in _series(evidence) if len(series)]
    seen += [profile.taken_at_seconds for profile in evidence.profiles.all]
    if evidence.gctrace is not None:
        seen.append(evidence.gctrace.started_at_seconds)
    return min((float(at) for at in seen if not isnan(at)), default=nan)


def _series(evidence: Evidence) -> Iterator[Series]:
    for series in (evidence.cgroup, evidence.process, evidence.memstats, evidence.metrics):
        if series is not None:
            yield series


def _tracks(evidence: Evidence, zero: float) -> Iterator[Track]:
    yield from _columns(_while_alive(evidence), _CGROUP, zero)
    yield from _columns(evidence.process, _PROCESS, zero)
    if evidence.gctrace is not None:
        yield from _collections(evidence.gctrace, zero)
    yield from _goroutines(evidence, zero)
    yield from _columns(evidence.memstats, _MEMSTATS, zero)
    yield from _columns(evidence.metrics, _METRICS, zero)
    if evidence.process is not None:
        yield _cpu(evidence.process, zero)
    yield from _stated_limit(evidence.subject, evidence, zero)


def _while_alive(evidence: Evidence) -> Series | None:
    """The cgroup's figures up to their peak in death: what the kernel frees after a kill says
    nothing about the process.
    """
    cgroup, ended = evidence.cgroup, evidence.subject.ending is not None
    rss = evidence.process.get("rss_bytes") if evidence.process is not None else None
    usage = cgroup.get("usage_bytes") if cgroup is not None else None
    if cgroup is None or usage is None or rss is None or evidence.process is None or not ended:
        return cgroup
    seen = evidence.process.time_seconds[np.isfinite(rss)]
    first_dead = int(np.searchsorted(cgroup.time_seconds, seen.max(initial=0.0)))
    dying = np.nan_to_num(usage[first_dead:])
    if not len(dying):
        return cgroup
    kept = first_dead + int(dying.argmax()) + 1
    columns = {name: column[:kept] for name, column in cgroup.columns.items()}
    return Series(cgroup.time_seconds[:kept], columns)


def _columns(
    series: Series | None, names: Mapping[str, tuple[str, str, str]], zero: float
) -> Iterator[Track]:
    for key, (label, unit, column) in names.items() if series else ():
        values = series.get(column) if series else None
        if series is not None and values is not None:
            bounded = np.where(values < _UNLIMITED_BYTES, values, nan)
            yield _track((key, label, unit), series.time_seconds - zero, bounded)


def _track(name: tuple[str, str, str], at: Floats, values: Floats) -> Track:
    key, label, unit = name
    known = np.isfinite(values) & np.isfinite(at)
    at, values = thinned(at[known], values[known], MOST_POINTS)
    return Track(
        key=key, label=label, unit=unit, time_seconds=at, values=values, step=key in _STEPS
    )


def thinned(at: Floats, values: Floats, most: int) -> tuple[Floats, Floats]:
    """At most ``most`` points (or thereabouts): the lowest and highest of each stretch of time.

    Peaks decide whether a limit was reached, so they survive where a mean would hide them.
    """
    if len(at) <= most:
        return at, values
    edges = np.linspace(0, len(at), most // 2 + 1).astype(np.int64)
    kept = {0, len(at) - 1}
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        kept.add(low + int(values[low:high].argmin()))
        kept.add(low + int(values[low:high].argmax()))
    index = np.array(sorted(kept))
    return at[index], values[index]


def _collections(trace: GCTrace, zero: float) -> Iterator[Track]:
    trace = of_process(trace, main_process(trace))
    cycles = trace.cycles
    started = 0.0 if isnan(trace.started_at_seconds) else trace.started_at_seconds - zero
    at = started + _ended(cycles)
    yield _track(("marked", "marked heap", "bytes"), at, cycles.heap_marked_bytes)
    yield _goals(at, cycles.goal_bytes, started)
    yield _track(("heap_end", "heap at mark end", "bytes"), at, cycles.heap_end_bytes)
    yield _track(("gc_cpu", "GC CPU since the start", "fraction"), at, cycles.gc_cpu_fraction)
    yield _track(("gc_cpu_now", "GC CPU", "fraction"), at, _cpu_by_cycle(cycles))


def _ended(cycles: GCCycles) -> Floats:
    """When each cycle's mark ended, since the start; the log states when the cycle began."""
    return (
        cycles.at_seconds
        + cycles.sweep_termination_seconds
        + cycles.mark_seconds
        + cycles.mark_termination_seconds
    )


def _goals(ended: Floats, goals: Floats, started: float) -> Track:
    """Each goal while it held: from the end of the cycle before to the end of its own."""
    at = np.concatenate(([started], ended))
    return _track(("goal", "goal", "bytes"), at, np.append(goals, goals[-1:]))


def _cpu_by_cycle(cycles: GCCycles) -> Floats:
    """The collector's share of all CPUs between the end of the last cycle and of this one."""
    spent = (
        cycles.sweep_termination_cpu_seconds
        + cycles.assist_cpu_seconds
        + cycles.background_cpu_seconds
        + cycles.mark_termination_cpu_seconds
    )
    between = np.diff(_ended(cycles), prepend=0.0) * np.maximum(cycles.procs, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(between > 0, np.clip(spent / between, 0.0, 1.0), nan)


def _goroutines(evidence: Evidence, zero: float) -> Iterator[Track]:
    seen = [(p.taken_at_seconds, _total(p)) for p in evidence.profiles.of("goroutine")]
    seen += [(dump.taken_at_seconds, dump.total) for dump in evidence.goroutine_dumps.all]
    known = sorted((at - zero, count) for at, count in seen if not isnan(at))
    at, counts = (
        (np.array(part, dtype=np.float64) for part in zip(*known, strict=True))
        if (known)
        else (np.zeros(0), np.zeros(0))
    )
    yield _track(("goroutines", "goroutines", "count"), at, counts)


def _total(profile: Profile) -> int:
    return int(profile.values[:, 0].sum()) if profile.values.size else 0


def _cpu(process: Series, zero: float) -> Track:
    """CPUs in use, from the cumulative CPU time."""
    user, system = process.get("user_seconds"), process.get("system_seconds")
    name = ("cpus", "CPUs in use", "count")
    if user is None or system is None or len(process) < 2:
        return _track(name, np.zeros(0), np.zeros(0))
    known = np.isfinite(user + system)
    at, used = process.time_seconds[known], (user + system)[known]
    looks = np.flatnonzero(np.diff(np.floor(at / _CPU_WINDOW_SECONDS), prepend=nan))
    at, used = at[looks], used[looks]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.diff(used) / np.diff(at)
    return _track(name, at[1:] - zero, rate)


def _stated_limit(subject: Subject, evidence: Evidence, zero: float) -> Iterator[Track]:
    """The limits that are one number: drawn from the first look to the last."""
    looks = [series.time_seconds for series in _series(evidence) if len(series)]
    if not looks:
        return
    span = np.array([min(at[0] for at in looks), max(at[-1] for at in looks)]) - zero
    stated = (
        ("limit", "limit", subject.memory_limit_bytes),
        ("gomemlimit", "GOMEMLIMIT", subject.gomemlimit_bytes),
    )
    for key, label, size in stated:
        if size:
            yield _track((key, label, "bytes"), span, np.array([size, size], dtype=np.float64))


def _marks(evidence: Evidence, zero: float) -> Iterator[Mark]:
    if isnan(zero):
        return
    ending = evidence.subject.ending
    if ending is not None and not isnan(ending.at_seconds):
        killed = ending.oom_killed or ending.limit_enforced_by_goom or ending.go_out_of_memory
        word = "killed" if killed else "ended"
        yield Mark("kill" if killed else "end", ending.at_seconds - zero, word)
    for profile in evidence.profiles.all:
        if not isnan(profile.taken_at_seconds):
            yield Mark("profile", profile.taken_at_seconds - zero, f"{profile.kind} profile")
