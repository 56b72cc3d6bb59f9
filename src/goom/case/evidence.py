"""Everything that was seen of one subject."""

from __future__ import annotations

from dataclasses import dataclass, field

from goom.case.binary import BinaryCalls
from goom.case.ebpf import EbpfLooks
from goom.case.exec_trace import NO_TRACES, ExecutionTraces
from goom.case.gctrace import GCTrace
from goom.case.profile import GoroutineDump, Profile
from goom.case.series import CgroupSeries, Mappings, MemStatsSeries, MetricsSeries, ProcessSeries
from goom.case.subject import Subject
from goom.case.surroundings import NO_NUMA, NO_SURROUNDINGS, NumaLooks, SurroundingsLooks
from goom.case.xray_spans import SpanMaps

# How X-ray says that there is nothing to read, whoever looks again: in ``NotRead.why``.
NO_HEAP_PROFILE = "keeps no heap profile"


@dataclass(frozen=True, slots=True)
class NotRead:
    """Something that could not be read, and why, with what to do about it."""

    what: str
    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Profiles:
    """All pprof profiles of the subject, oldest first."""

    all: tuple[Profile, ...]

    def of(self, *kinds: str) -> tuple[Profile, ...]:
        """The profiles of these kinds, oldest first."""
        return tuple(profile for profile in self.all if profile.kind in kinds)


@dataclass(frozen=True, slots=True)
class GoroutineDumps:
    """All text goroutine dumps, oldest first."""

    all: tuple[GoroutineDump, ...]


@dataclass(frozen=True, slots=True)
class MappingLooks:
    """All smaps looks, oldest first."""

    all: tuple[Mappings, ...]


NO_SPANS, NO_EBPF = SpanMaps(()), EbpfLooks(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The facts as they were seen; whatever is absent is None or empty."""

    subject: Subject
    profiles: Profiles = Profiles(())
    goroutine_dumps: GoroutineDumps = GoroutineDumps(())
    mappings: MappingLooks = MappingLooks(())
    surroundings: SurroundingsLooks = NO_SURROUNDINGS
    numa: NumaLooks = NO_NUMA
    spans: SpanMaps = NO_SPANS
    exec_traces: ExecutionTraces = NO_TRACES
    gctrace: GCTrace | None = None
    memstats: MemStatsSeries | None = None
    process: ProcessSeries | None = None
    cgroup: CgroupSeries | None = None
    metrics: MetricsSeries | None = None
    binary: BinaryCalls | None = None
    ebpf: EbpfLooks = NO_EBPF
    not_read: tuple[NotRead, ...] = ()
    sources: tuple[str, ...] = field(default_factory=tuple)  # what each fact was read from

    @property
    def keeps_heap_profile(self) -> bool:
        """False when X-ray found that the program keeps none: no later look can have one."""
        absent = any(NO_HEAP_PROFILE in one.why for one in self.not_read)
        return bool(self.profiles.of("heap", "allocs")) or not absent
