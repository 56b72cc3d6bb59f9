"""Evidence for ledger tests: real looks at stopped programs, and made-up ones."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from pathlib import Path

import numpy as np

from goom.case.evidence import Evidence, MappingLooks, Profiles
from goom.case.gctrace import Floats
from goom.case.ledger import Ledger, LedgerLine
from goom.case.profile import Profile
from goom.case.series import CgroupSeries, Mappings, MemStatsSeries, ProcessSeries
from goom.case.subject import Subject
from goom.formats import cgroup, memstats, pprof, proc, smaps
from goom.signals.frames import package_of
from goom.signals.go_memory import GoMemory, go_memory
from goom.signals.ledger.ledger import ledger_at
from goom.signals.regions import Regions, regions

LOOKS = Path(__file__).with_name("ledger_looks")
AT = 1000.0
_CGROUP_FILES = ("memory.usage_in_bytes", "memory.kmem.usage_in_bytes", "memory.stat")


def real(name: str, *, without: frozenset[str] = frozenset()) -> Evidence:
    """The looks at one real program, all at one instant: it was stopped."""
    folder = LOOKS / name
    figures: dict[str, float] = {}
    for file in _CGROUP_FILES:
        figures |= cgroup.parse_file(file, (folder / f"{file}.txt").read_bytes())
    stats = memstats.series(memstats.parse_expvar((folder / "vars.json").read_bytes()))
    heap = pprof.parse((folder / "heap.pb.gz").read_bytes())
    status = proc.parse_status((folder / "status.txt").read_bytes())
    parts = {
        "cgroup": CgroupSeries(*_one(figures)),
        "process": ProcessSeries(*_one(status)),
        "memstats": MemStatsSeries(np.array([AT]), stats.columns, stats.by_size),
        "mappings": MappingLooks((mapped((folder / "smaps.txt").read_bytes()),)),
        "profiles": Profiles((heap,)),
    }
    subject = Subject(go_version=name.partition("-")[0], gomaxprocs=2, cgroup_version=1)
    seen = {kind: part for kind, part in parts.items() if kind not in without}
    return Evidence(subject=subject, **seen)  # type: ignore[arg-type]


def mapped(text: bytes | str) -> Mappings:
    """One smaps look."""
    return smaps.parse(text, taken_at_seconds=AT)


def tables(evidence: Evidence) -> tuple[GoMemory | None, Regions | None]:
    """The two tables that the ledger asks for."""
    profiles = evidence.profiles if evidence.profiles.all else None
    memory = go_memory(
        evidence.subject, evidence.memstats, evidence.metrics, evidence.gctrace, profiles
    )
    return memory, regions(evidence.mappings) if evidence.mappings.all else None


def ledger_of(evidence: Evidence, at: str | float = "auto") -> Ledger:
    """The ledger; there must be one."""
    found = ledger_at(evidence, *tables(evidence), at)
    assert found is not None
    return found


def check_sums(ledger: Ledger) -> None:
    """Whole bytes, and every sum exact."""
    assert sum(line.bytes for line in ledger.lines) == ledger.charge_bytes
    for line in ledger.lines:
        _check_line(line)


def _check_line(line: LedgerLine) -> None:
    assert type(line.bytes) is int
    assert type(line.error_bytes) is int
    if line.detail:
        assert sum(part.bytes for part in line.detail) == line.bytes, line
    for part in line.detail:
        _check_line(part)


def _one(figures: dict[str, float]) -> tuple[Floats, dict[str, Floats]]:
    return np.array([AT]), {name: np.array([value]) for name, value in figures.items()}


def heap_profile(
    rows: Sequence[tuple[tuple[str, ...], int, int]], *, rate: int = 512 * 1024
) -> Profile:
    """A heap profile of (stack leaf first, live bytes, object size); one line a function."""
    names = sorted({name for stack, _, _ in rows for name in stack})
    stacks = [[names.index(name) for name in stack] for stack, _, _ in rows]
    counts = [live // size if size else 0 for _, live, size in rows]
    return Profile(
        kind="heap",
        taken_at_seconds=nan,
        sample_types=(("inuse_objects", "count"), ("inuse_space", "bytes")),
        values=np.array(
            [[n, live] for n, (_, live, _) in zip(counts, rows, strict=True)], np.int64
        ).reshape(len(rows), 2),
        stack_offsets=np.cumsum([0, *map(len, stacks)]),
        stack_locations=np.array([one for stack in stacks for one in stack], np.int32),
        location_offsets=np.arange(len(names) + 1),
        line_functions=np.arange(len(names), dtype=np.int32),
        line_numbers=np.arange(len(names)) + 10,
        functions=tuple(names),
        files=tuple(f"/go/src/{package_of(name)}/code.go" for name in names),
        block_bytes=np.array([size for _, _, size in rows]),
        labels={},
        period=rate,
        period_type=("space", "bytes"),
    )
