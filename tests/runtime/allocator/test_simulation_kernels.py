"""The three kernels do the same to the last slot, and what they do is a heap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.runtime.allocator.random_traces import long_trace, steps, trace_of_steps

from goom.runtime.allocator import kernel_numpy, span_store
from goom.runtime.allocator.kernel import SLOT_BITS
from goom.runtime.allocator.simulation import Options, Scavenging, Simulation, simulate
from goom.runtime.allocator.trace import Trace, trace_of_events

VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
NOSCAN_8192 = 51 << 1 | 1  # one page, one slot


def run(trace: Trace, version: str, kernel: str) -> Simulation:
    rows = tuple(range(len(trace.collections) + 1))
    return simulate(trace, version, Options(kernel, Scavenging.BACKGROUND, page_maps=rows))


def assert_same(one: Simulation, other: Simulation) -> None:
    np.testing.assert_array_equal(one.slots, other.slots)
    for name in one.course.__slots__:
        column, its = getattr(one.course, name), getattr(other.course, name)
        np.testing.assert_array_equal(column, its, name)
        assert column.dtype == its.dtype
    for row, page_map in one.page_maps.items():
        its_map = other.page_maps[row]
        np.testing.assert_array_equal(page_map.state, its_map.state)
        np.testing.assert_array_equal(page_map.scavenged, its_map.scavenged)
        np.testing.assert_array_equal(page_map.spans, its_map.spans)


@settings(max_examples=150)
@given(chosen=steps())
def test_numpy_does_what_the_plain_loop_does(chosen: list[tuple[int, int]]) -> None:
    trace = trace_of_steps(chosen)
    for version in VERSIONS[1:]:
        assert_same(run(trace, version, "plain"), run(trace, version, "numpy"))


@settings(max_examples=150)
@given(chosen=steps())
def test_numba_does_what_the_plain_loop_does(chosen: list[tuple[int, int]]) -> None:
    pytest.importorskip("numba")
    trace = trace_of_steps(chosen)
    assert_same(run(trace, "1.27.3", "plain"), run(trace, "1.27.3", "numba"))


@pytest.mark.parametrize("seed", range(12))
def test_long_traces_come_out_the_same(seed: int) -> None:
    pytest.importorskip("numba")
    trace, version = long_trace(seed, 20_000, seed), VERSIONS[seed % 3]
    plain = run(trace, version, "plain")
    for kernel in ("numpy", "numba"):
        assert_same(plain, run(trace, version, kernel))


def test_batches_of_the_numpy_kernel_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = long_trace(5, 5_000, 4)
    whole = run(trace, "1.22.10", "numpy")
    monkeypatch.setattr(kernel_numpy, "_BATCH", 7)
    monkeypatch.setattr(span_store, "_CELLS_AT_ONCE", 5)
    assert_same(whole, run(trace, "1.22.10", "numpy"))


@settings(max_examples=100)
@given(chosen=steps())
def test_no_slot_ever_holds_two_objects(chosen: list[tuple[int, int]]) -> None:
    trace = trace_of_steps(chosen)
    done = run(trace, "1.27.3", "numpy")
    bounds = [(0, 0), *map(tuple, trace.collections.tolist())]
    for row, (_, dead) in enumerate(bounds):
        until = (*trace.collections[:, 0].tolist(), len(trace.span_classes))[row]
        held = np.setdiff1d(np.arange(until), trace.freed[:dead])
        assert len(np.unique(done.slots[held])) == len(held)
        index = done.slots[held] & (1 << SLOT_BITS) - 1
        assert (index < done.classes.slots[trace.span_classes[held]]).all()


@settings(max_examples=100)
@given(chosen=steps())
def test_the_sweep_leaves_what_lives_and_nothing_else(chosen: list[tuple[int, int]]) -> None:
    trace = trace_of_steps(chosen)
    done = run(trace, "1.22.10", "numpy")
    for row, (allocated, freed) in enumerate(trace.collections.tolist()):
        alive = np.setdiff1d(np.arange(allocated), trace.freed[:freed])
        by_class = np.bincount(trace.span_classes[alive], minlength=136)
        np.testing.assert_array_equal(done.course.objects[row], by_class)
        spans = done.page_maps[row].spans
        assert (spans.objects > 0).all()
        assert set(spans.first_page.tolist()) == set((done.slots[alive] >> SLOT_BITS).tolist())


@settings(max_examples=100)
@given(chosen=steps())
def test_pages_and_spans_add_up(chosen: list[tuple[int, int]]) -> None:
    done = run(trace_of_steps(chosen), "1.22.10", "numpy")
    course = done.course
    pages = course.in_use_pages + course.free_pages + course.released_pages
    assert (pages % 512 == 0).all()
    np.testing.assert_array_equal(course.span_pages.sum(axis=1), course.in_use_pages)
    for row, page_map in done.page_maps.items():
        assert page_map.free_runs().sum() == pages[row] - course.in_use_pages[row]
        assert np.count_nonzero(page_map.span_of_page() >= 0) == course.in_use_pages[row]
        letters = page_map.letters()
        counts = (course.in_use_pages, course.free_pages, course.released_pages)
        assert [letters.count(one) for one in "ufs"] == [count[row] for count in counts]


def test_within_a_cycle_no_slot_is_used_twice_even_if_its_object_died() -> None:
    trace = trace_of_events([-1 - NOSCAN_8192, 0, -1 - NOSCAN_8192], (), [])
    assert len(set(simulate(trace).slots.tolist())) == 2


def test_after_a_collection_the_slot_of_a_dead_object_is_the_next() -> None:
    trace = trace_of_events([-14, -14, -14, 1, -14], (), [4])
    first, dead, _, reused = simulate(trace).slots.tolist()
    assert reused == dead == first + 1


def test_partial_spans_are_used_in_the_order_in_which_the_sweep_found_them() -> None:
    """A spanSet is a queue; class 40 has 3 slots. Spans 0 to 3; the mcache holds the last."""
    four_spans = [-1 - 81] * 12
    trace = trace_of_events([*four_spans, 9, 0, 3, 6, *four_spans[:5]], (), [16])
    slots = simulate(trace).slots
    np.testing.assert_array_equal(slots[12:16], slots[[9, 0, 3, 6]])
    assert slots[16] >> SLOT_BITS not in (slots[:12] >> SLOT_BITS)
