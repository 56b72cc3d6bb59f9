"""Real Go does with a heap what the simulation does: every object in its slot, every span's fate.

The program runs on one P and collects where the plan says. Its heap is full at the start, so what
the plan asks for meets the same lists and pages as in the simulation. What remains different is
where pages lie: a collection's work buffers, and stacks, come from the same pages but count as no
heap, so that a span may find its place some pages further on.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.runtime.allocator.real_heap import COLLECT, RELEASE, SETTLE, Plan, RealHeap, run

from goom.runtime.allocator.kernel import SLOT_BITS
from goom.runtime.allocator.simulation import GOGC_OFF, Options, Scavenging, Simulation, simulate
from goom.runtime.allocator.workload import NEVER, workload

VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
PAGE_BYTES = 8192
OTHER_PAGES = 64  # that the runtime may take for itself from one look to the next
SIZES = np.array(
    [16, 24, 48, 64, 100, 256, 500, 512, 600, 700, 1024, 1100, 2048, 3000, 5000, 9000, 20000, 40000]
)

pytestmark = pytest.mark.real_go


def mixed(seed: int, requests: int = 40_000) -> Plan:
    """Sizes from 16 bytes to large, with and without pointers, lifetimes short and endless."""
    chance = np.random.default_rng(seed)
    weights = 1 / np.sqrt(SIZES)
    sizes = chance.choice(SIZES, requests, p=weights / weights.sum())
    pointers = chance.random(requests) < 0.5
    sizes = np.where(pointers, -(-sizes // 8) * 8, sizes)
    life = chance.exponential(6000, requests).astype(np.int64)
    endless = chance.random(requests) < 0.05
    dies = np.where(endless, NEVER, np.arange(requests) + 1 + life)
    return Plan(sizes, pointers, dies, np.linspace(0, requests, 7).astype(np.int64)[1:])


def one_in_ten(together: bool, collect: int = COLLECT) -> Plan:
    """Of 30,000 small objects one in ten stays; then 100 of 56 KiB are asked for."""
    count, more = 30_000, 100
    small = np.tile([64, 256, 1024], count // 3)
    turn = np.arange(count) // 3
    kept = turn < count // 30 if together else turn % 10 == 0
    return Plan(
        np.concatenate((small, np.full(more, 7 * PAGE_BYTES))),
        np.zeros(count + more, dtype=np.bool_),
        np.concatenate((np.where(kept, NEVER, count), np.full(more, NEVER))),
        np.array([count, count + more]),
        collect,
    )


def simulated(plan: Plan, version: str) -> Simulation:
    scavenging = Scavenging.FREE_OS_MEMORY if plan.collect == RELEASE else Scavenging.OFF
    trace = plan.workload(version).trace(plan.collections)
    return simulate(trace, version, Options(scavenging=scavenging))


def spans_agree(plan: Plan, made: Simulation, real: RealHeap) -> NDArray[np.bool_]:
    """For each object: lies it in the same span as the first that the model has in its span?

    Spans are compared cycle by cycle: a page may have another span after a sweep.
    """
    cycle = np.searchsorted(plan.collections, np.arange(len(made.slots)), "right")
    key = (cycle << 40) + (made.slots >> SLOT_BITS)
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    together = real.span_addresses == real.span_addresses[first][which]
    real_key = (cycle << 50) + real.span_addresses
    distinct = len(np.unique(real_key)) == len(first)
    return np.asarray(together & distinct)


def assert_same_heap(plan: Plan, made: Simulation, real: RealHeap) -> None:
    np.testing.assert_array_equal(made.heap_objects[:-1], real.heap_objects)
    np.testing.assert_array_equal(made.heap_alloc_bytes[:-1], real.heap_alloc)
    np.testing.assert_allclose(made.heap_in_use_bytes[:-1], real.heap_in_use, rtol=1e-3)
    np.testing.assert_array_equal(made.slots & (1 << SLOT_BITS) - 1, real.indexes)
    assert spans_agree(plan, made, real).all()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_lies_in_the_span_and_slot_that_the_model_says(version: str) -> None:
    plan = mixed(seed=1)
    made, real = simulated(plan, version), run(plan, version)
    assert_same_heap(plan, made, real)
    in_the_first_cycle = slice(0, int(plan.collections[0]))
    pages = made.slots[in_the_first_cycle] >> SLOT_BITS
    places = real.span_addresses[in_the_first_cycle] // PAGE_BYTES - pages
    assert np.mean(np.abs(places - np.median(places)) <= OTHER_PAGES) > 0.5
    sys = made.heap_in_use_bytes + made.heap_idle_bytes
    chunk = 512 * PAGE_BYTES
    np.testing.assert_allclose(sys[:-1], real.heap_sys, atol=chunk + OTHER_PAGES * PAGE_BYTES)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("together", [False, True])
def test_scattered_survivors_pin_spans_in_real_go_as_in_the_model(
    version: str, together: bool
) -> None:
    plan = one_in_ten(together, RELEASE)
    made, real = simulated(plan, version), run(plan, version)
    assert_same_heap(plan, made, real)
    waste = real.heap_in_use[0] / real.heap_alloc[0]
    assert waste < 1.1 if together else waste > 4
    np.testing.assert_allclose(
        made.heap_released_bytes[:-1], real.heap_released, atol=OTHER_PAGES * PAGE_BYTES
    )


@pytest.mark.slow
def test_the_background_scavenger_returns_as_much_and_one_cycle_after_the_sweep() -> None:
    count = 30_000
    dies = np.where(np.arange(count) < count // 10, NEVER, count)
    no_pointers = np.zeros(count, dtype=np.bool_)
    plan = Plan(np.full(count, 448), no_pointers, dies, np.full(2, count), SETTLE)
    real = run(plan, "1.27.3")
    # The goal counts all spans in use, so those of before the start must be there as well.
    chunk = 512 * PAGE_BYTES
    before = -(-real.heap_in_use_before // chunk) * chunk
    made = workload(np.append(before, plan.size_bytes), False, _later(dies), "1.27.3")
    options = Options(scavenging=Scavenging.BACKGROUND, gogc=GOGC_OFF)
    course = simulate(made.trace(plan.collections + 1), "1.27.3", options).course
    assert course.returned_pages[0] == 0
    released = real.heap_released // PAGE_BYTES
    np.testing.assert_allclose(released, course.released_pages[:-1], atol=OTHER_PAGES)
    assert released[1] - released[0] > 1000


def _later(dies_before: NDArray[np.int64]) -> NDArray[np.int64]:
    """With one more request in front that never dies."""
    return np.append(NEVER, np.where(dies_before == NEVER, NEVER, dies_before + 1))
