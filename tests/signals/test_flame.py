"""Flame graphs hold every byte of their profile, in a tree that can be drawn."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from goom.case.drawing import FlameTree
from goom.case.evidence import Profiles
from goom.case.profile import Profile
from goom.case.units import MIB
from goom.signals.flame import MOST_NODES, flame_graphs
from tests.renderers.synthetic import leak
from tests.renderers.synthetic_facts import profile

INUSE = (("inuse_space", "bytes"),)


def heap(at_seconds: float, sizes: dict[tuple[str, ...], int]) -> Profile:
    stacks = [tuple((name, f"{name}.go", 1) for name in path) for path in sizes]
    return profile("heap", at_seconds, INUSE, stacks, [(size,) for size in sizes.values()])


def drawn(key: str, *profiles: Profile) -> FlameTree:
    graphs = flame_graphs(Profiles(profiles))
    assert graphs is not None
    tree = graphs.of(key)
    assert tree is not None
    return tree


def path_of(tree: FlameTree, node: int) -> tuple[str, ...]:
    names: list[str] = []
    while node > 0:
        names.insert(0, tree.functions[tree.function[node]])
        node = int(tree.parent[node])
    return tuple(names)


def totals(tree: FlameTree) -> dict[tuple[str, ...], float]:
    return {path_of(tree, node): float(tree.total[node]) for node in range(len(tree))}


def test_a_call_holds_what_is_beneath_it() -> None:
    tree = drawn("live_bytes", heap(1, {("main", "a"): 30, ("main", "b"): 60, ("main",): 10}))
    assert totals(tree) == {(): 100, ("main",): 100, ("main", "a"): 30, ("main", "b"): 60}
    assert tree.own[1] == 10


paths = st.lists(st.sampled_from("abcde"), min_size=1, max_size=6).map(tuple)


@given(st.dictionaries(paths, st.integers(100, 1000), min_size=1, max_size=30))
def test_the_tree_is_what_adding_up_by_hand_gives(sizes: dict[tuple[str, ...], int]) -> None:
    wanted: dict[tuple[str, ...], float] = {}
    for path, size in sizes.items():
        for depth in range(len(path) + 1):
            wanted[path[:depth]] = wanted.get(path[:depth], 0) + size
    tree = drawn("live_bytes", heap(1, sizes))
    assert totals(tree) == wanted
    assert tree.own.sum() == sum(sizes.values())
    assert (tree.parent[1:] < np.arange(1, len(tree))).all()


def test_growth_is_what_was_added_and_says_what_went() -> None:
    before = heap(1, {("main", "cache"): 10 * MIB, ("main", "warmup"): 4 * MIB})
    after = heap(2, {("main", "cache"): 30 * MIB, ("main", "new"): 5 * MIB})
    tree = drawn("growth", before, after)
    assert totals(tree) == {
        (): 25 * MIB,
        ("main",): 25 * MIB,
        ("main", "cache"): 20 * MIB,
        ("main", "new"): 5 * MIB,
    }
    assert tree.net[0] == 21 * MIB
    assert tree.note == "grown 25.0 MiB in 1.0 s; shrunk elsewhere, not drawn: 4.0 MiB"


def test_nothing_that_grew_gives_no_growth_graph() -> None:
    same = heap(1, {("main", "cache"): MIB})
    graphs = flame_graphs(Profiles((same, same)))
    assert graphs is not None
    assert graphs.of("growth") is None


def test_the_newest_profiles_are_drawn() -> None:
    old, new = heap(1, {("old",): MIB}), heap(2, {("new",): MIB})
    assert ("new",) in totals(drawn("live_bytes", old, new))


def test_no_profile_gives_no_graph() -> None:
    assert flame_graphs(Profiles(())) is None


def test_a_huge_profile_stays_small_and_loses_no_byte() -> None:
    sizes: dict[tuple[str, ...], int] = {
        (f"f{one % 40}", f"g{one % 700}", f"h{one}"): 1_000_000 // (one + 1)
        for one in range(20_000)
    }
    tree = drawn("live_bytes", heap(1, sizes))
    assert 100 < len(tree) <= MOST_NODES
    assert tree.total[0] == tree.own.sum() == sum(sizes.values())


def test_endless_recursion_is_cut_and_keeps_its_bytes() -> None:
    tree = drawn("live_bytes", heap(1, {("main", *["again"] * 5000): MIB}))
    assert len(tree) < 300
    assert tree.total[0] == MIB


def test_a_location_without_a_symbol_is_drawn_as_such() -> None:
    one = heap(1, {("main", "gone"): MIB})
    bare = Profile(
        **{name: getattr(one, name) for name in Profile.__dataclass_fields__}
        | {
            "location_offsets": np.array([0, 1, 1], dtype=np.int64),
            "line_functions": one.line_functions[:1],
            "line_numbers": one.line_numbers[:1],
        }
    )
    assert ("main", "(no symbol)") in totals(drawn("live_bytes", bare))


def test_the_leak_shows_all_four_graphs() -> None:
    graphs = flame_graphs(leak().evidence.profiles)
    assert graphs is not None
    assert [tree.key for tree in graphs.all] == [
        "live_bytes", "allocated_bytes", "growth", "goroutines",
    ]  # fmt: skip
    heaviest = graphs.all[2].functions[graphs.all[2].function[graphs.all[2].own.argmax()]]
    assert heaviest == "bytes.growSlice"
