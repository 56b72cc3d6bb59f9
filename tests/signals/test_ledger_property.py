"""Whatever the figures, every sum of the ledger is exact and no fitted line is negative."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from goom.case.evidence import Evidence, MappingLooks
from goom.case.series import CgroupSeries, MemStatsSeries, ProcessSeries
from goom.case.subject import Subject
from goom.signals.ledger.arenas import Arenas, fit
from goom.signals.ledger.ledger import ledger_at
from goom.signals.ledger.waste import waste_by_class
from tests.signals.ledger_evidence import check_sums, mapped, tables

SIZES = st.integers(0, 1 << 42)
FIGURE = st.one_of(st.none(), SIZES.map(float), st.floats(0, 2.0**42))
CGROUP = ("usage_bytes", "anon_bytes", "file_bytes", "mapped_file_bytes", "shmem_bytes",
          "kernel_bytes", "page_tables_bytes")  # fmt: skip
PROCESS = ("rss_bytes", "rss_anon_bytes", "threads", "page_table_bytes")
STATS = ("HeapAlloc", "HeapInuse", "HeapIdle", "HeapReleased", "StackInuse", "MSpanSys",
         "MCacheSys", "BuckHashSys", "GCSys", "OtherSys", "Sys")  # fmt: skip
SMAPS = """\
c000000000-c000400000 rw-p 00000000 00:00 0
Rss: {0} kB
Anonymous: {0} kB
AnonHugePages: {1} kB
7f0fd76a0000-7f0fd7800000 rw-p 00000000 00:00 0
Rss: {2} kB
Anonymous: {2} kB
7ffceb978000-7ffceb999000 rw-p 00000000 00:00 0 [stack]
Rss: {3} kB
Anonymous: {3} kB
"""


def columns(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, np.ndarray]]:
    """One look with some figures missing."""
    return st.fixed_dictionaries(dict.fromkeys(names, FIGURE)).map(
        lambda row: {name: np.array([value]) for name, value in row.items() if value is not None}
    )


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """Any figures of any parts, contradictions included."""
    kib = st.integers(0, 1 << 32)
    smaps = draw(st.one_of(st.none(), st.tuples(kib, kib, kib, kib)))
    at = np.array([1000.0])
    looks = () if smaps is None else (mapped(SMAPS.format(*smaps)),)
    return Evidence(
        subject=Subject(go_version=draw(st.sampled_from(["1.21.13", "1.27.3", None]))),
        cgroup=draw(st.none() | columns(CGROUP).map(lambda one: CgroupSeries(at, one))),
        process=draw(st.none() | columns(PROCESS).map(lambda one: ProcessSeries(at, one))),
        memstats=draw(st.none() | columns(STATS).map(lambda one: MemStatsSeries(at, one))),
        mappings=MappingLooks(looks),
    )


@settings(max_examples=300, deadline=None)
@given(evidence())
def test_whatever_is_seen_the_lines_sum_to_the_charge(seen: Evidence) -> None:
    found = ledger_at(seen, *tables(seen), "auto")
    if found is not None:
        check_sums(found)
        assert all(line.bytes >= 0 for line in found.lines if line.key != "unexplained")


@given(st.tuples(*[SIZES] * 5), SIZES, st.integers(1, 256))
def test_what_is_fitted_is_exactly_what_is_resident(
    sizes: tuple[int, ...], resident: int, procs: int
) -> None:
    live, garbage, waste, free, stacks = map(float, sizes)
    counted = Arenas(live=live, garbage=garbage, waste=waste, free=free, stacks=stacks)
    fitted = fit(counted, float(resident), procs)
    assert np.isclose(fitted.total, resident, rtol=1e-9, atol=0.01)
    least = -1e-9 * max(sum(sizes), 1)
    assert all(getattr(fitted, field.name) >= least for field in dataclasses.fields(Arenas)[:5])


@given(
    st.dictionaries(st.integers(1, 40000), st.tuples(SIZES, SIZES), min_size=1, max_size=20), SIZES
)
def test_waste_by_class_never_exceeds_the_waste(
    by_size: dict[int, tuple[int, int]], waste: int
) -> None:
    shares = waste_by_class(float(waste), by_size, "1.22.10")
    total = sum(one.tail_bytes + one.free_slot_bytes for one in shares)
    assert total <= waste * (1 + 1e-9) + 1
