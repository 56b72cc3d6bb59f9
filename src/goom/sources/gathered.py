"""Pieces of evidence, put together in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf, isfinite, isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.binary import BinaryCalls
from goom.case.ebpf import EbpfLook, EbpfLooks
from goom.case.evidence import Evidence, GoroutineDumps, MappingLooks, NotRead, Profiles
from goom.case.exec_trace import ExecutionTrace, ExecutionTraces
from goom.case.gctrace import GCTrace
from goom.case.profile import GoroutineDump, Profile
from goom.case.series import CgroupSeries, Mappings, ProcessSeries
from goom.case.subject import Subject
from goom.case.surroundings import NumaLooks, NumaMaps, Surroundings, SurroundingsLooks
from goom.case.units import MIB
from goom.case.xray_spans import SpanMap, SpanMaps
from goom.formats import gctrace, memstats, prometheus
from goom.formats.memstats import MemStatsLook
from goom.sources.learned import Learned
from goom.sources.looks import Looks

Floats = NDArray[np.float64]
DEFAULT_MAX_BYTES = 512 * MIB
_MOST_NAMED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file. ``at_seconds`` is what its name or its bundle says of its time, and wins over what
    its content says; ``modified_at_seconds`` is for want of both.
    """

    data: bytes
    origin: str
    at_seconds: float = nan
    modified_at_seconds: float = nan

    @property
    def outer_seconds(self) -> float:
        """The best that is known without looking inside."""
        return self.modified_at_seconds if isnan(self.at_seconds) else self.at_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Text with Go's trace lines in it, and when each line of it arrived, where that is known."""

    piece: Piece
    arrivals: Floats | None = None

    @property
    def text(self) -> bytes:
        """The log, its last line ended."""
        data = self.piece.data
        return data if data.endswith(b"\n") else data + b"\n"


@dataclass(slots=True)
class Gathered:
    """What was found so far. ``left_bytes`` is what may still be read or unpacked."""

    left_bytes: int = DEFAULT_MAX_BYTES
    profiles: list[Profile] = field(default_factory=list)
    dumps: list[GoroutineDump] = field(default_factory=list)
    mappings: list[Mappings] = field(default_factory=list)
    surroundings: list[Surroundings] = field(default_factory=list)
    numa: list[NumaMaps] = field(default_factory=list)
    spans: list[SpanMap] = field(default_factory=list)
    memstats: list[MemStatsLook] = field(default_factory=list)
    metrics: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    exec_traces: list[ExecutionTrace] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    process: Looks = field(default_factory=Looks)
    cgroup: Looks = field(default_factory=Looks)
    binary: BinaryCalls | None = None
    ebpf: list[EbpfLook] = field(default_factory=list)
    learned: Learned = field(default_factory=Learned)
    not_read: list[NotRead] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    unnamed: int = 0  # left out beside those in ``not_read``

    def leave(self, what: str, why: str, hint: str = "") -> None:
        """Note something that was not read; of very many the first stand for all."""
        if len(self.not_read) < _MOST_NAMED:
            self.not_read.append(NotRead(what, why, hint))
        else:
            self.unnamed += 1

    def evidence(self, subject: Subject) -> Evidence:
        """Everything, and the subject as far as anything tells."""
        found = Evidence(
            subject=subject,
            profiles=Profiles(tuple(sorted(self.profiles, key=_moment))),
            goroutine_dumps=GoroutineDumps(tuple(sorted(self.dumps, key=_moment))),
            mappings=MappingLooks(tuple(sorted(self.mappings, key=_moment))),
            surroundings=SurroundingsLooks(tuple(sorted(self.surroundings, key=_moment))),
            numa=NumaLooks(tuple(sorted(self.numa, key=_moment))),
            spans=SpanMaps(tuple(sorted(self.spans, key=_moment))),
            exec_traces=ExecutionTraces(tuple(self.exec_traces)),
            gctrace=_trace(self.logs),
            memstats=memstats.series(_of_one(self.memstats)) if self.memstats else None,
            process=self.process.joined(ProcessSeries),
            cgroup=self.cgroup.joined(CgroupSeries),
            metrics=prometheus.series(self.metrics) if self.metrics else None,
            binary=self.binary,
            ebpf=EbpfLooks(tuple(sorted(self.ebpf, key=lambda look: look.began_at_seconds))),
            not_read=(*self.not_read, *self._and_more()),
            sources=tuple(dict.fromkeys(self.sources)),
        )
        return replace(found, subject=self.learned.complete(subject, found))

    def _and_more(self) -> tuple[NotRead, ...]:
        why = "like those before, they could not be read"
        return (NotRead(f"{self.unnamed:,} more", why),) if self.unnamed else ()


def _moment(
    look: Profile | GoroutineDump | Mappings | Surroundings | NumaMaps | SpanMap,
) -> float:
    return inf if isnan(look.taken_at_seconds) else look.taken_at_seconds


def _of_one(looks: Sequence[MemStatsLook]) -> list[MemStatsLook]:
    """Without what X-ray saw of processes that ran before the last one."""
    named = [look for look in looks if "PID" in look.fields]
    last = max(named, key=lambda look: look.time_seconds, default=None)
    pid = last.fields["PID"] if last is not None else nan
    return [look for look in looks if look.fields.get("PID", pid) == pid or last is None]


def _trace(logs: Sequence[Log]) -> GCTrace | None:
    """All logs as one, the older first: a log that was rotated goes on in the next."""
    if not logs:
        return None
    ordered = sorted(logs, key=lambda log: log.piece.outer_seconds)
    texts = [log.text for log in ordered]
    arrivals = None
    if any(log.arrivals is not None for log in ordered):
        arrivals = np.concatenate([_arrivals(log) for log in ordered])
    origin = ", ".join(log.piece.origin for log in ordered)
    trace = gctrace.parse(b"".join(texts), origin=origin, arrivals=arrivals)
    return _dated(trace, ordered[-1].piece.outer_seconds)


def _arrivals(log: Log) -> Floats:
    lines = log.text.count(b"\n")
    known = log.arrivals
    return known if known is not None and len(known) == lines else np.full(lines, nan)


def _dated(trace: GCTrace, written_at_seconds: float) -> GCTrace:
    """Where no line says when it was written, the last one was when the file was."""
    if isfinite(trace.started_at_seconds) or not len(trace.cycles):
        return trace
    started = written_at_seconds - float(trace.cycles.at_seconds[-1])
    return replace(trace, started_at_seconds=started)
