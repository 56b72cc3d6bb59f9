"""What a simulation says of a heap over time, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from tests.runtime.allocator.random_traces import steps, trace_of_steps

from goom.case.errors import BadInput
from goom.runtime.allocator import simulation
from goom.runtime.allocator.fragmentation import (
    fragmentation,
    free_slot_bytes_by_class,
    internal_bytes,
    spans_that_fit,
)
from goom.runtime.allocator.kernel import Kernel
from goom.runtime.allocator.kernel_numpy import NumpyKernel
from goom.runtime.allocator.page_heap import CACHE_PAGES
from goom.runtime.allocator.simulation import GOGC_OFF, Options, Scavenging, simulate
from goom.runtime.allocator.span_classes import SpanClasses
from goom.runtime.allocator.trace import MOST_PAGES, Trace, trace_of_events
from goom.runtime.allocator.workload import NEVER, workload

MIB = 1 << 20


def drop_nine_of_ten(size: int, together: bool) -> tuple[int, int]:
    """HeapAlloc and HeapInuse of 20,000 objects of which 2,000 stay."""
    kept = np.arange(20_000) < 2000 if together else np.arange(20_000) % 10 == 0
    made = workload(np.full(20_000, size), False, np.where(kept, NEVER, 20_000))
    run = simulate(made.trace([20_000]))
    return int(run.heap_alloc_bytes[0]), int(run.heap_in_use_bytes[0])


@pytest.mark.parametrize("size", [64, 256, 512])
def test_scattered_survivors_pin_every_span(size: int) -> None:
    """A span of 15 slots or more has a survivor in every ten: not one goes back."""
    alloc, in_use = drop_nine_of_ten(size, together=False)
    assert alloc == 2000 * size
    assert in_use > 9.9 * alloc
    assert drop_nine_of_ten(size, together=True)[1] < 1.1 * alloc


def test_a_span_with_one_slot_is_never_pinned() -> None:
    alloc, in_use = drop_nine_of_ten(8192, together=False)
    assert alloc == in_use


def test_occupancy_is_by_tenths() -> None:
    run = simulate(trace_of_events([-1 - 89] * 4 + [0], (), [5]))
    assert run.course.occupancy[0, 89].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    assert run.course.spans[0, 89] == 2


def test_refills_and_new_spans_are_counted() -> None:
    """Class 44: two slots. Four objects are two spans; the next two fill the gaps of both."""
    trace = trace_of_events([-1 - 89] * 4 + [0, 2] + [-1 - 89] * 2 + [-2, -2], [3, 3], [6])
    course = simulate(trace).course
    assert course.grows[:, 89].tolist() == [2, 0]
    assert course.refills[:, 89].tolist() == [2, 2]
    assert course.grows[:, 1].tolist() == [0, 2]
    assert course.refills[:, 1].tolist() == [0, 0]


def test_the_last_row_counts_what_died_and_was_not_swept() -> None:
    run = simulate(trace_of_events([-10, -10, 0], (), []))
    assert run.heap_objects.tolist() == [2]


def test_an_empty_trace_is_an_empty_heap() -> None:
    for kernel in ("plain", "numpy", "numba"):
        run = simulate(trace_of_events([], (), [0, 0]), None, Options(kernel))
        assert run.heap_in_use_bytes.tolist() == run.heap_idle_bytes.tolist() == [0, 0, 0]


def churn(scavenging: Scavenging, gogc: int = 100) -> simulation.Simulation:
    """64 MiB that die but for the first fiftieth, three collections, and 16 MiB of others."""
    count = 64 * MIB // 1024
    kept = np.arange(count) < count // 50
    sizes = np.concatenate((np.full(count, 1024), np.full(8, 2 * MIB)))
    dies = np.concatenate((np.where(kept, NEVER, count), np.full(8, NEVER)))
    trace = workload(sizes, False, dies).trace([count] * 3 + [count + 8])
    return simulate(trace, "1.27.3", Options("numpy", scavenging, gogc))


def test_without_a_scavenger_nothing_is_returned() -> None:
    course = churn(Scavenging.OFF).course
    assert not course.returned_pages.any()
    assert not course.faulted_again_pages.any()


def test_the_background_scavenger_returns_a_cycle_after_the_sweep() -> None:
    course = churn(Scavenging.BACKGROUND).course
    assert course.returned_pages[0] == 0
    assert course.returned_pages[1] > 4000


def test_what_was_returned_must_be_faulted_in_again() -> None:
    course = churn(Scavenging.BACKGROUND).course
    goal = course.in_use_pages[2] * 1.1  # retainExtraPercent, and 64 KiB at a time
    free = course.free_pages[2]
    assert goal - 8 <= course.in_use_pages[2] + free <= goal
    assert course.faulted_again_pages[3] >= 8 * 256 - free
    assert course.fresh_pages[3] == 0


def test_with_gogc_off_the_goal_is_a_tenth_above_the_spans_in_use() -> None:
    course = churn(Scavenging.BACKGROUND, GOGC_OFF).course
    retained = course.in_use_pages[1] + course.free_pages[1]
    goal = course.mark_in_use_pages[1] * 1.1
    assert goal - 256 < retained <= goal


def test_free_os_memory_returns_every_free_page() -> None:
    course = churn(Scavenging.FREE_OS_MEMORY).course
    assert course.returned_pages[0] > 4000
    assert course.free_pages[0] < CACHE_PAGES


@settings(max_examples=60)
@given(chosen=steps())
def test_heap_in_use_is_objects_free_slots_and_what_nothing_can_use(
    chosen: list[tuple[int, int]],
) -> None:
    run = simulate(trace_of_steps(chosen), "1.27.3")
    found = fragmentation(run)
    total = run.heap_alloc_bytes + found.free_slot_bytes + found.unusable_bytes
    np.testing.assert_array_equal(total, run.heap_in_use_bytes)
    assert (found.free_slot_bytes >= 0).all()
    assert (found.unusable_bytes >= 0).all()
    by_class = free_slot_bytes_by_class(run)
    np.testing.assert_array_equal(by_class.sum(axis=1), found.free_slot_bytes)
    for fraction in (found.external_fraction, found.scattered_fraction):
        assert ((fraction >= 0) & (fraction < 1)).all()


def test_internal_waste_is_that_of_the_objects_that_live() -> None:
    """41 bytes in slots of 48; 40,000 in five pages."""
    made = workload([41, 41, 40_000, 41], False, [3, NEVER, 4, NEVER])
    trace = made.trace([3, 4])
    assert internal_bytes(made, trace).tolist() == [7 + 960, 14, 14]
    assert internal_bytes(made, made.trace()).tolist() == [21 + 960]


def test_holes_that_are_too_short_fit_nothing() -> None:
    assert spans_that_fit(np.array([6, 7, 20, 1]), 7 * 8192) == 3
    assert spans_that_fit(np.array([6, 6]), 7 * 8192 - 8191) == 0


def test_a_long_trace_is_compiled_when_numba_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def noted(name: str) -> Callable[[Trace, SpanClasses], Kernel]:
        def kernel(trace: Trace, classes: SpanClasses) -> Kernel:
            taken.append(name)
            return NumpyKernel(trace, classes)

        return kernel

    for name in simulation._KERNELS:
        monkeypatch.setitem(simulation._KERNELS, name, noted(name))
    monkeypatch.setattr(simulation, "EVENTS_WORTH_COMPILING", 3)
    simulate(trace_of_events([-10, 0]))
    simulate(trace_of_events([-10, -10, 0]))
    monkeypatch.setattr(simulation, "find_spec", lambda _: None)
    simulate(trace_of_events([-10, -10, 0]))
    assert taken == ["numpy", "numba", "numpy"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options("cython"), "there is no kernel"),
        (Options(page_maps=(1,)), "the course has 1 rows"),
        (Options(page_maps=(-2,)), "the course has 1 rows"),
    ],
)
def test_what_is_not_there_is_refused(options: Options, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        simulate(trace_of_events([]), None, options)


def test_numba_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "find_spec", lambda _: None)
    with pytest.raises(BadInput) as told:
        simulate(trace_of_events([]), None, Options("numba"))
    assert "goom[fast]" in told.value.hint


@pytest.mark.parametrize("kernel", ["plain", "numpy", "numba"])
def test_the_heap_is_bounded(kernel: str) -> None:
    most = MOST_PAGES
    with pytest.raises(BadInput, match="beyond 32 GiB"):
        simulate(trace_of_events([-1, -1], [most, 1]), None, Options(kernel))
