"""The ledger on stopped real programs, where every counter is of one instant, and on less."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from goom.case.evidence import Evidence
from goom.case.ledger import LEDGER_KEYS
from goom.case.series import MemStatsSeries, ProcessSeries
from goom.case.units import MIB
from goom.signals.ledger.ledger import ledger_at
from tests.signals.ledger_evidence import LOOKS, check_sums, ledger_of, real, tables

NAMES = sorted(path.name for path in LOOKS.iterdir())
BATCHES_BYTES = 2 * 64 * 4096  # of the two CPUs on which the looks were recorded
PARTS = ("cgroup", "process", "memstats", "mappings", "profiles")


@pytest.mark.parametrize("name", NAMES)
def test_every_byte_of_a_stopped_program_is_explained_but_for_the_kernels_batches(
    name: str,
) -> None:
    found = ledger_of(real(name))
    check_sums(found)
    assert found.charge_name == "usage_in_bytes"
    assert abs(found.bytes_of("unexplained")) <= 8  # rounding
    if found.charge_bytes > 32 * MIB:
        assert found.bytes_of("unexplained") <= 0.01 * found.charge_bytes


@pytest.mark.parametrize(
    ("name", "key", "least"),
    [
        ("1.21.13-heap", "heap_live", 0.4),
        ("1.27.3-heap", "heap_live", 0.35),
        ("1.22.10-frag", "span_waste", 0.35),
        ("1.22.10-cgo", "outside_go", 0.85),
        ("1.22.10-threads", "kernel", 0.4),
        ("1.27.3-stacks", "stacks", 0.9),
        ("1.27.3-mmap", "outside_go", 0.9),
        ("1.27.3-pagecache", "page_cache", 0.9),
    ],
)
def test_the_line_that_the_program_is_about_is_the_largest(
    name: str, key: str, least: float
) -> None:
    found = ledger_of(real(name))
    assert found.bytes_of(key) >= least * found.charge_bytes
    assert {line.key for line in found.lines} <= set(LEDGER_KEYS)


def test_memory_that_was_never_written_is_not_counted() -> None:
    """100 buffers of 1 MiB of which a quarter was written."""
    found = ledger_of(real("1.27.3-untouched"))
    heap = found.bytes_of("heap_live") + found.bytes_of("heap_garbage")
    assert 24 * MIB < heap < 28 * MIB
    parts = [part for line in found.lines for part in line.detail if "never written" in part.label]
    assert sum(part.bytes for part in parts) < -70 * MIB


def test_what_go_mapped_itself_is_not_called_outside() -> None:
    assert ledger_of(real("1.27.3-heap")).bytes_of("outside_go") < MIB
    mmap = ledger_of(real("1.27.3-mmap")).bytes_of("outside_go")
    assert 49 * MIB < mmap < 51.5 * MIB  # the program mapped 50 MiB


@pytest.mark.parametrize("name", ["1.22.10-cgo", "1.22.10-frag", "1.27.3-stacks"])
@pytest.mark.parametrize("gone", PARTS)
def test_with_less_the_sums_hold_and_a_note_says_what_is_missing(name: str, gone: str) -> None:
    whole, poorer = ledger_of(real(name)), ledger_of(real(name, without=frozenset({gone})))
    check_sums(poorer)
    if gone != "process":
        assert set(poorer.notes) - set(whole.notes)


def test_without_a_cgroup_rss_is_accounted_for() -> None:
    found = ledger_of(real("1.22.10-cgo", without=frozenset({"cgroup"})))
    assert found.charge_name == "RSS"
    assert found.bytes_of("unexplained") == 0
    assert found.bytes_of("kernel") == 0


def test_gos_figures_alone_are_accounted_for_as_address_space() -> None:
    alone = real("1.27.3-heap", without=frozenset({"cgroup", "process", "mappings"}))
    found = ledger_of(alone)
    check_sums(found)
    assert found.charge_name == "Sys - HeapReleased"
    assert found.bytes_of("unexplained") == 0


def test_without_gos_figures_the_arenas_are_named_but_not_told_apart() -> None:
    found = ledger_of(real("1.22.10-frag", without=frozenset({"memstats", "profiles"})))
    assert found.bytes_of("heap_unsplit") > 0.9 * found.charge_bytes
    assert found.bytes_of("span_waste") == 0
    assert abs(found.bytes_of("unexplained")) <= BATCHES_BYTES


def test_without_mappings_what_go_cannot_account_for_is_outside() -> None:
    found = ledger_of(real("1.22.10-cgo", without=frozenset({"mappings"})))
    assert found.bytes_of("outside_go") > 60 * MIB
    assert abs(found.bytes_of("unexplained")) <= BATCHES_BYTES


def test_another_process_in_the_cgroup_is_named() -> None:
    alone = real("1.27.3-heap")
    assert alone.cgroup is not None
    columns = dict(alone.cgroup.columns)
    for name in ("usage_bytes", "anon_bytes"):
        columns[name] = columns[name] + 30 * MIB
    shared = dataclasses.replace(alone, cgroup=dataclasses.replace(alone.cgroup, columns=columns))
    found = ledger_of(shared)
    assert found.bytes_of("other_processes") == 30 * MIB
    assert found.bytes_of("outside_go") == ledger_of(alone).bytes_of("outside_go")
    assert found.bytes_of("unexplained") == ledger_of(alone).bytes_of("unexplained")


def test_nothing_gives_no_ledger() -> None:
    empty = Evidence(subject=real("1.27.3-idle").subject)
    assert ledger_at(empty, *tables(empty), "auto") is None


def test_rss_alone_is_unexplained() -> None:
    process = ProcessSeries(np.array([1.0]), {"rss_bytes": np.array([5e6])})
    found = ledger_of(Evidence(subject=real("1.27.3-idle").subject, process=process))
    check_sums(found)
    assert found.bytes_of("unexplained") == 5_000_000


def test_figures_that_contradict_each_other_still_sum() -> None:
    process = ProcessSeries(
        np.array([1.0]), {"rss_bytes": np.array([1000.0]), "rss_anon_bytes": np.array([9000.0])}
    )
    stats = MemStatsSeries(
        np.array([1.0]),
        {name: np.array([1e15]) for name in ("HeapAlloc", "HeapInuse", "HeapIdle", "GCSys")},
    )
    subject = real("1.27.3-idle").subject
    check_sums(ledger_of(Evidence(subject=subject, process=process, memstats=stats)))
