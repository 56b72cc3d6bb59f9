"""What the memory of a process looks like from the kernel: budget, mappings, huge pages, nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

from goom.case.subject import Subject
from goom.case.surroundings import Surroundings
from goom.case.verdict import Finding

FINDINGS = (  # what the kernel tells beside the verdict; the most telling first
    "binding_ancestor",
    "gomemlimit_above_budget",
    "huge_pages_hold",
    "memory_high",
    "swap_in_use",
    "pressure_stalls",
    "cpu_throttled",
    "numa_remote",
    "limit_unseen",
    "earlier_oom_kills",
    "huge_pages_in_stacks",
)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One part of the limit. ``seen`` says whether GOMEMLIMIT counts it, ``peak_bytes`` is its
    largest look, nan when there was one only.
    """

    key: str
    label: str
    bytes: float
    seen: bool = False
    peak_bytes: float = nan
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBudget:
    """A limit, and what is in it; the lines' bytes and ``room_bytes`` sum to ``limit_bytes``.

    ``limit_of`` is the cgroup that has the limit, "" when the user stated it. ``ready_bytes`` is
    what GOMEMLIMIT counts (Sys - HeapReleased), which is more than the resident part of it.
    ``unseen_bytes``: the most that was held beside what Go sees, neighbours and the kernel's
    batches included, that cannot be dropped. ``overshoot_bytes``: how far Go went over its limit or
    goal. ``advised_gomemlimit_bytes`` is the highest that keeps all of it inside the limit, nan
    when there is none or it cannot be told: ``advice`` says which.
    ``needed_bytes`` is what Go cannot do without: live heap, stacks, metadata.
    """

    limit_bytes: float
    limit_of: str = ""
    is_ancestors: bool = False
    lines: tuple[BudgetLine, ...] = ()
    room_bytes: float = nan
    ready_bytes: float = nan
    ready_peak_bytes: float = nan
    gomemlimit_bytes: float = nan
    unseen_bytes: float = nan
    overshoot_bytes: float = 0.0
    needed_bytes: float = nan
    advised_gomemlimit_bytes: float = nan
    advice: str = ""

    def bytes_of(self, key: str) -> float:
        """The bytes of one line, 0 when it is absent."""
        return sum(line.bytes for line in self.lines if line.key == key)

    @property
    def neighbours_bytes(self) -> float:
        """What others use of an ancestor's limit."""
        return self.bytes_of("neighbours")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """All mappings of one kind at the last look. ``huge_bytes`` is resident in huge pages, of any
    sort; ``eligible_bytes`` is the size of mappings that may get them, nan when the kernel does not
    say; ``ranges`` are the whole 2 MiB ranges inside, where alone a huge page can be;
    ``aligned_starts`` counts mappings that begin on one.
    """

    kind: str
    label: str
    mappings: int
    size_bytes: float
    resident_bytes: float
    swap_bytes: float
    huge_bytes: float
    eligible_bytes: float
    advised: int  # mappings with MADV_HUGEPAGE
    advised_against: int  # mappings with MADV_NOHUGEPAGE
    ranges: int
    aligned_starts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingKinds:
    """The kinds, those with most resident memory first; address space without access apart."""

    rows: tuple[KindRow, ...]
    reserved_bytes: float = 0.0

    def row(self, kind: str) -> KindRow | None:
        """One kind, None when nothing of it is mapped."""
        return next((one for one in self.rows if one.kind == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HugePageView:
    """What huge pages did. ``brought_back_bytes`` is resident in Go's arenas although Go counts it
    as given back: at least this much, as untouched pages hide some. ``in_stacks_bytes`` is in huge
    pages of thread stacks that use a few KiB each.
    """

    mode: str = ""  # always, madvise, never, "" unknown
    max_ptes_none: float = nan
    heap_huge_bytes: float = nan
    brought_back_bytes: float = nan
    in_stacks_bytes: float = 0.0
    heap_advised: int = 0
    heap_advised_against: int = 0
    mechanism: str = ""  # how this version of Go and this kernel get huge pages into the heap
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumaView:
    """Where pages are. ``by_kind`` has bytes in the order of ``nodes``. ``remote_fraction`` is the
    share of accesses that cross nodes when threads run evenly on the CPUs they may use; nan when
    there is one node, and then ``said`` says so.
    """

    nodes: tuple[int, ...] = ()
    by_kind: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    policies: tuple[tuple[str, float], ...] = ()  # policy, resident bytes under it
    remote_fraction: float = nan
    most_fraction: float = nan  # of all pages, on the fullest node
    said: str = ""

    @property
    def is_told(self) -> bool:
        """Whether there is anything to tell."""
        return not isnan(self.remote_fraction)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryReport:
    """What ``goom memory`` shows; a part that was not seen is None, and ``notes`` say why."""

    subject: Subject
    around: Surroundings | None = None
    budget: MemoryBudget | None = None
    kinds: MappingKinds | None = None
    huge: HugePageView | None = None
    numa: NumaView | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
