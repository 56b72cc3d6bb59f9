"""Where what survives was allocated, and whose it is."""

from __future__ import annotations

from collections import Counter
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.binary import BinaryCalls
from goom.case.evidence import Profiles
from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.signals import site_growth as module
from goom.signals.blame import of_growth, of_growth_since, with_keepers
from goom.signals.frames import user_frames
from goom.signals.keepers import keepers_near
from goom.signals.outside_callers import outside_callers
from goom.signals.pooling import pooling
from goom.signals.site_growth import SiteGrowth, site_growth
from tests.detectors.world import profile
from tests.signals.small_evidence import HEAP, clock, frames, heap

PUT = frames("bytes.growSlice", "main.(*Cache).Put", "main.handle", "net/http.(*conn).serve")
LOAD = frames("main.load", "main.main", "runtime.main")
NOBODY = frames("net/http.readRequest", "net/http.(*conn).serve")
PLAIN = Subject()


def growth(*looks: Profile) -> SiteGrowth:
    found = site_growth(clock(), Profiles(looks), PLAIN)
    assert found is not None
    return found


def names(rows: list[tuple[module.Site, float]]) -> dict[str, float]:
    return {site.frame.function: value for site, value in rows}


def test_a_site_is_the_users_innermost_frame_and_callers_count_what_is_under_them() -> None:
    found = growth(heap(1, (PUT, MIB), (NOBODY, MIB)), heap(2, (PUT, 5 * MIB), (NOBODY, MIB)))
    assert names(found.growth(0, 1)) == {"main.(*Cache).Put": 4 * MIB}
    assert names(found.caller_growth(0, 1))["main.handle"] == 4 * MIB
    assert found.total_bytes.tolist() == [2 * MIB, 6 * MIB]


def test_a_function_that_calls_itself_is_counted_once() -> None:
    deep = frames("main.walk", "main.walk", "main.walk", "main.main")
    assert names(growth(heap(1, (deep, MIB))).caller_growth(0, 0))
    callers = {site.frame.function: site for site in growth(heap(1, (deep, MIB))).callers}
    assert callers["main.walk"].inuse_bytes.tolist() == [MIB]


def test_what_main_itself_allocated_is_start_up() -> None:
    found = growth(heap(1, (LOAD, 3 * MIB), (PUT, MIB)))
    assert found.startup_bytes.tolist() == [3 * MIB]


def test_a_place_is_named_by_the_line_that_grew() -> None:
    steady, grows = (
        (Frame("main.f", "/src/app/app.go", line), *frames("main.main")) for line in (10, 20)
    )
    looks = (heap(1, (steady, 9 * MIB), (grows, MIB)), heap(2, (steady, 9 * MIB), (grows, 5 * MIB)))
    (site,) = growth(*looks).sites
    assert site.frame.line == 20
    assert site.inuse_bytes.tolist() == [10 * MIB, 14 * MIB]


stacks = st.lists(
    st.lists(st.sampled_from([*PUT, *LOAD, *NOBODY]), max_size=6).map(tuple), max_size=12
)


@given(stacks, st.integers(1, 5))
def test_sums_are_those_of_going_through_the_samples_one_by_one(
    chosen: list[tuple[Frame, ...]], at_once: int
) -> None:
    look = heap(1, *((stack, 1000.0 * (place + 1)) for place, stack in enumerate(chosen)))
    leaf: Counter[str] = Counter()
    under: Counter[str] = Counter()
    for sample, stack in enumerate(chosen):
        held = int(look.values[sample, 0])
        mine = [frame.function for frame in user_frames(stack, PLAIN)]
        leaf.update({mine[0]: held} if mine else {})
        under.update(dict.fromkeys(mine, held))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SAMPLES_AT_ONCE", at_once)
        found = growth(look)
    assert {site.frame.function: site.inuse_bytes[0] for site in found.sites} == leaf
    assert {site.frame.function: site.inuse_bytes[0] for site in found.callers} == under


def test_of_very_many_lines_the_largest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_LINES", 3)
    found = growth(heap(1, *((frames(f"main.f{n}"), 1000.0 * (n + 1)) for n in range(50))))
    assert {site.frame.function for site in found.sites} == {"main.f47", "main.f48", "main.f49"}
    assert found.total_bytes.tolist() == [sum(1000 * (n + 1) for n in range(50))]


def test_no_heap_profile_or_an_empty_one_is_no_site() -> None:
    assert site_growth(clock(), Profiles(()), PLAIN) is None
    assert growth(heap(1)).sites == ()


def test_blame_names_who_grew_with_shares() -> None:
    found = growth(heap(1, (PUT, MIB), (LOAD, MIB)), heap(9, (PUT, 10 * MIB), (LOAD, 2 * MIB)))
    rows = of_growth(found, 0, 1, "what grew")
    assert rows[0].function == "main.(*Cache).Put"
    assert rows[0].share_fraction == pytest.approx(0.9)
    assert "main.main" not in {row.function for row in rows}
    assert of_growth_since(found, 0.0, "what grew") == rows
    assert of_growth_since(None, 0.0, "what grew") == ()


CALLS = BinaryCalls(
    {
        "main.serve": (Frame("main.main", "/src/app/app.go", 3),),
        "main.remember": (Frame("main.serve", "/src/app/app.go", 9),),
        "runtime.mapassign_faststr": (Frame("main.remember", "/src/app/app.go", 20),),
        "runtime.growslice": (Frame("main.serve", "/src/app/app.go", 10),),
    }
)


def test_a_keeper_is_found_two_calls_deep_and_a_map_comes_before_a_slice() -> None:
    found = keepers_near(["main.serve"], CALLS, None)
    assert [(one.frame.function, one.what) for one in found] == [
        ("main.remember", "a map"),
        ("main.serve", "a slice"),
    ]
    assert keepers_near(["main.serve"], None, None) == ()
    assert keepers_near(["main.other"], CALLS, None) == ()


def test_a_keeper_stands_next_to_who_allocates() -> None:
    found = growth(heap(1, (frames("main.serve"), MIB)), heap(2, (frames("main.serve"), 9 * MIB)))
    rows = with_keepers(of_growth(found, 0, 1, "growth"), CALLS, found)
    assert [row.function for row in rows[:2]] == ["main.serve", "main.remember"]
    assert "may be what keeps them" in rows[1].why
    assert isnan(rows[1].share_fraction)  # nobody measured it


def test_a_keeper_says_from_which_of_the_blamed_it_is_reached() -> None:
    """next and remember are both called by serve; next itself never calls remember."""
    calls = BinaryCalls(
        {**CALLS.callers, "main.next": (Frame("main.serve", "/src/app/app.go", 8),)}
    )
    stack = frames("main.next", "main.serve")
    found = growth(heap(1, (stack, MIB)), heap(2, (stack, 9 * MIB)))
    rows = with_keepers(of_growth(found, 0, 1, "growth"), calls, found)
    assert [row.function for row in rows[:2]] == ["main.next", "main.remember"]
    assert "is reached from main.serve" in rows[1].why


def test_one_sampled_small_object_does_not_make_large_buffers_small() -> None:
    """One sample of 16 bytes stands for 1 MiB of them: 65,536 objects beside 28 buffers."""
    render = frames("main.render", "main.serve")
    pool = BinaryCalls({"sync.(*Pool).Put": (Frame("main.render", "/src/app/app.go", 4),)})
    looks = [
        profile(
            "heap",
            now,
            HEAP,
            [
                (render, (buffers * 2 * MIB, buffers, 99 * MIB, 50), 2 * MIB),
                (render, (MIB, MIB / 16, 99 * MIB, 99 * MIB / 16), 16),
            ],
        )
        for now, buffers in ((1, 8), (2, 28))
    ]
    found = growth(*looks)
    (site,) = found.sites
    assert site.large_bytes.tolist() == [16 * MIB, 56 * MIB]
    assert site.large_objects.tolist() == [8, 28]
    held = pooling(PLAIN, found, pool, None)
    assert held is not None
    assert held.objects == 28
    assert held.strength > 0.6
    assert held.grown_over_use > 0.9  # nearly all objects that were ever made are the small ones


def test_large_buffers_in_functions_that_use_a_pool_are_held_by_it() -> None:
    large = heap(1, (frames("main.borrow", "main.serve"), 60 * MIB), block=MIB)
    pool = BinaryCalls({"sync.(*Pool).Put": (Frame("main.borrow", "/src/app/app.go", 4),)})
    pooled = pooling(PLAIN, growth(large), pool, None)
    plain = pooling(PLAIN, growth(large), BinaryCalls({}), None)
    small = pooling(PLAIN, growth(heap(1, (frames("main.borrow"), 60 * MIB))), pool, None)
    assert pooled is not None
    assert plain is not None
    assert small is not None
    assert pooled.strength > 0.6 > plain.strength
    assert small.strength == 0.0
    assert pooled.objects == 60
    assert pooling(PLAIN, growth(heap(1)), pool, None) is None


def test_who_was_seen_mapping_memory_comes_before_who_only_could() -> None:
    seen = frames("syscall.mmap", "syscall.Mmap", "main.open", "main.main")
    cpu = profile("cpu", 1, ("samples", "cpu"), [(seen, (8, 8), 0), (PUT, (99, 99), 0)])
    binary = BinaryCalls({"syscall.Mmap": (Frame("main.other", "/src/app/app.go", 4),)})
    found = outside_callers(PLAIN, binary, Profiles((cpu,)))
    assert found is not None
    assert {row.function for row in found.blame} == {"main.open", "main.other"}
    assert found.blame[0].function == "main.open"


def test_nobody_outside_is_no_blame() -> None:
    cpu = profile("cpu", 1, ("samples", "cpu"), [(PUT, (9, 9), 0)])
    nobody = profile("cpu", 1, ("samples", "cpu"), [(frames("syscall.Mmap", "main.f"), (0, 0), 0)])
    for one in (cpu, nobody):
        assert outside_callers(PLAIN, None, Profiles((one,))) is None
    assert outside_callers(PLAIN, BinaryCalls({}), None) is None
