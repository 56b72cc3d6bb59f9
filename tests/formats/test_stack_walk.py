"""Steps outwards and the tree of stacks."""

from __future__ import annotations

import numpy as np

from goom.formats.stack_tree import NOWHERE, StackTree


def words(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(numbers, np.uint64)


def test_the_same_stack_is_the_same_node() -> None:
    tree = StackTree()
    first = tree.grow(np.full(4, NOWHERE, np.int64), words(7, 7, 8, 7))
    assert first[0] == first[1] == first[3] != first[2]
    second = tree.grow(first, words(9, 10, 9, 9))
    assert second[0] == second[3]
    assert len(set(second.tolist())) == 3
    assert [tree.stack(node) for node in second.tolist()] == [(7, 9), (7, 10), (8, 9), (7, 9)]
    assert len(tree) == 5


def test_addresses_of_all_sizes_keep_apart() -> None:
    tree = StackTree()
    high = (1 << 64) - 1
    nodes = tree.grow(np.full(3, NOWHERE, np.int64), words(0, high, 1))
    again = tree.grow(np.full(2, NOWHERE, np.int64), words(high, 0))
    assert again.tolist() == [nodes[1], nodes[0]]
    assert tree.stack(int(again[0])) == (high,)


def test_nothing_grows_into_nothing() -> None:
    tree = StackTree()
    assert len(tree.grow(np.zeros(0, np.int64), words())) == 0
    assert tree.stack(NOWHERE) == ()
