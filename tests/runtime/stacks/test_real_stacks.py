"""The model of stacks against real Go: frames from the binary, sizes from the goroutines' own g."""

from __future__ import annotations

import platform
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.runtime.stacks.probe import RECURSIONS, VERSIONS, Probe, probe

from goom.golang.toolchain import obtain
from goom.runtime.stacks.pool import cache_bytes, stack_inuse_bytes
from goom.runtime.stacks.population import population
from goom.runtime.stacks.shrink import Rest, shrinks
from goom.runtime.stacks.stack import descend
from goom.runtime.stacks.start_size import Scanned, runtimes_own, starting_bytes
from goom.runtime.stacks.waiting import free_bytes, may_grow_once_more

pytestmark = pytest.mark.real_go

DEPTHS = (0, 1, 2, 5, 20, 100, 1000)
EXACT_ROOM_BYTES = 800  # without a collection; goom.runtime.stacks.waiting says how that was seen


@pytest.fixture(params=VERSIONS)
def built(request: pytest.FixtureRequest) -> Probe:
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("the model knows how amd64 lays out frames")
    return probe(request.param)


def test_every_growth_comes_at_the_predicted_call_and_has_the_predicted_size(built: Probe) -> None:
    places = [f"{name}:{depth}" for name in RECURSIONS for depth in DEPTHS]
    seen = built.run("grow", *places)
    begun = built.of("main.grow.gowrap1|main.grow.func1", "main.descendOnce")
    for place in places:
        went = descend(built.layout, (*begun, *built.recursion(place)))
        predicted = [[growth.call - len(begun), growth.new_bytes] for growth in went.growths]
        assert seen[place]["growths"] == predicted, place
        assert seen[place]["start"] == built.layout.fixed_stack_bytes
        assert seen[place]["guard"] == built.layout.guard_bytes
    assert sum(len(one["growths"]) for one in seen.values()) > 400


@pytest.mark.parametrize("place", ["f0:0", "f24:30", "f64:50", "f64:100", "f1000:40", "ping:9"])
def test_ten_thousand_waiting_goroutines_use_and_hold_what_is_predicted(
    built: Probe, place: str
) -> None:
    count = 10_000
    seen = built.run("park", count, place, GOMAXPROCS="2")
    stack = built.waiter(place)
    assert free_bytes(built.layout, stack.stack_bytes, stack.used_bytes) >= EXACT_ROOM_BYTES
    size = stack.call(*built.waits()).stack_bytes
    assert seen["used"] == {str(stack.used_bytes): count}
    assert seen["stacks"] == {str(size): count}
    predicted = stack_inuse_bytes(built.layout, {size: count})
    assert abs(seen["inuse"] / predicted - 1) < 0.005
    kept = cache_bytes(built.layout, procs=2)
    assert -kept <= seen["metric"] - seen["inuse"] <= kept


def test_a_goroutine_close_to_a_growth_holds_at_most_one_size_more(built: Probe) -> None:
    place = "f0:13"
    seen = built.run("park", 300, place)
    stack = built.waiter(place)
    assert may_grow_once_more(built.layout, stack.stack_bytes, stack.used_bytes)
    size = stack.call(*built.waits()).stack_bytes
    assert seen["used"] == {str(stack.used_bytes): 300}
    assert set(seen["stacks"]) <= {str(size), str(2 * size)}


@pytest.mark.parametrize("deep", ["f64:1000", "f20000:3", "f0:100"])
@pytest.mark.parametrize("rest", ["f0:0", "f0:19", "f0:20", "f64:100", "f1000:5"])
def test_collections_shrink_a_stack_as_predicted(built: Probe, deep: str, rest: str) -> None:
    seen = built.run("shrink", 8, deep, rest)
    steps = shrinks(built.layout, Rest(seen["sizes"][0], seen["used"]), 8)
    assert seen["sizes"][1:] == [step.new_bytes for step in steps]


def test_a_goroutine_in_a_system_call_is_not_shrunk(built: Probe) -> None:
    seen = built.run("shrink", 3, "f64:1000", "syscall")
    steps = shrinks(built.layout, Rest(seen["sizes"][0], seen["used"], safe=False), 3)
    assert seen["sizes"][1:] == [step.new_bytes for step in steps] == [131072] * 3


def test_shrinking_can_be_switched_off(built: Probe) -> None:
    seen = built.run("shrink", 3, "f64:1000", "f0:0", GODEBUG="gcshrinkstackoff=1")
    steps = shrinks(built.layout, Rest(seen["sizes"][0], seen["used"]), 3, enabled=False)
    assert seen["sizes"][1:] == [step.new_bytes for step in steps] == [131072] * 3


POPULATIONS = (
    ("f64:100", 50, 500),
    ("f1000:30", 500, 50),
    ("f200:10", 100, 300),
    ("f70000:1", 5, 995),
    ("f24:5", 300, 0),
)


@pytest.mark.parametrize(("place", "deep", "shallow"), POPULATIONS)
def test_the_start_size_adapts_as_predicted_and_only_reused_goroutines_get_it(
    built: Probe, place: str, deep: int, shallow: int
) -> None:
    seen = built.run("start", place, deep, shallow, GOMAXPROCS="1")
    users = [Scanned(count, int(used)) for used, count in seen["used"].items()]
    own = runtimes_own(seen["procs"])
    assert starting_bytes(built.layout, [*users, own]) == seen["starting"]
    exact = seen["scanned"] // (deep + shallow + own.count)
    assert starting_bytes(built.layout, [Scanned(1, exact)]) == seen["starting"]
    assert set(seen["reused"]) == {str(seen["starting"])}
    assert set(seen["fresh"]) == {str(built.layout.fixed_stack_bytes)}


def test_the_adapted_start_size_can_be_switched_off(built: Probe) -> None:
    seen = built.run("start", "f64:100", 500, 50, GODEBUG="adaptivestackstart=0", GOMAXPROCS="1")
    users = [Scanned(count, int(used)) for used, count in seen["used"].items()]
    assert seen["starting"] == starting_bytes(built.layout, users, adaptive=False)
    assert set(seen["reused"]) == {str(built.layout.fixed_stack_bytes)}


MIXES = (
    ("500/f64:100/f64:100", "500/f1000:20/f0:0", "4000/f0:0/f0:0"),
    ("2000/f64:30/f64:30", "100/f20000:9/f0:3"),
    ("300/f200:50/f24:90", "300/f0:0/f0:0"),
)


@pytest.mark.parametrize("mix", MIXES)
def test_a_mix_of_goroutines_its_collections_and_its_next_generation_are_predicted(
    built: Probe, mix: tuple[str, ...]
) -> None:
    seen = built.run("mix", 5, *mix, GOMAXPROCS="1")
    told = population(built.layout, [built.group(one) for one in mix], 5)
    assert seen["starting"] == told.starting_bytes
    for place, group in enumerate(told.groups):
        sizes = [group.first.stack_bytes, *group.after_collections_bytes]
        assert seen["used"][place] == {str(group.first.used_bytes): group.goroutines}
        for moment, size in zip(seen["moments"], sizes, strict=True):
            assert moment["stacks"][place] == {str(size): group.goroutines}
        assert seen["second"]["stacks"][place] == {str(group.second.stack_bytes): group.goroutines}
    predicted = [*told.stack_inuse_bytes, told.second_inuse_bytes]
    inuse = [moment["inuse"] for moment in (*seen["moments"], seen["second"])]
    assert inuse == pytest.approx(predicted, rel=0.01)


@pytest.mark.parametrize("limit", [1 << 20, 1_000_000, 3_000_000])
def test_the_overflow_comes_where_it_is_predicted(built: Probe, limit: int) -> None:
    ended = built.start("overflow", "f200", limit)
    layout = replace(built.layout, limit_bytes=limit)
    begun = built.of("main.overflow.gowrap1|main.overflow.func1", "main.descendOnce")
    over = descend(layout, (*begun, *built.recursion("f200:1000000"))).overflow
    assert over is not None
    assert f"goroutine stack exceeds {limit}-byte limit" in ended.stderr
    found = re.search(r"sp=0x(\w+) stack=\[0x(\w+), 0x(\w+)\]", ended.stderr)
    assert found is not None
    sp, low, high = (int(part, 16) for part in found.groups())
    assert high - low == over.old_bytes == layout.largest_bytes
    assert high - sp == over.used_bytes + 8  # newstack counts morestack's own return address


@pytest.mark.parametrize("place", ["f200:270000", "f1000:60000"])
def test_a_deep_recursion_leaves_all_its_stacks_resident(built: Probe, place: str) -> None:
    begun = built.of("main.peak.gowrap1|main.peak.func1", "main.descendOnce")
    written = descend(built.layout, (*begun, *built.recursion(place))).written_bytes
    seen = built.run("peak", place)
    assert seen["after"] - seen["before"] == pytest.approx(written, rel=0.02)


SOURCES: dict[str, dict[str, int | str]] = {
    "internal/abi/stack.go": {"StackNosplitBase": 800, "StackSmall": 128, "StackBig": 4096},
    "runtime/stack.go": {"stackMin": 2048},
    "runtime/proc.go": {"maxstacksize": 1_000_000_000},
    "runtime/malloc.go": {"_StackCacheSize": "32 * 1024"},
}


@pytest.mark.parametrize("path", SOURCES)
def test_the_constants_stand_in_the_runtimes_source(built: Probe, path: str) -> None:
    text = (obtain(built.version).goroot / "src" / Path(path)).read_text(encoding="utf-8")
    for name, value in SOURCES[path].items():
        assert re.search(rf"^\s*{name}\s*=\s*{re.escape(str(value))}$", text, re.MULTILINE), name
