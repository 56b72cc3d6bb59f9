"""Every input that a fuzzer ever choked on, and the hostile ones thought of by hand, once more."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.mutation import mutated
from tests.fuzz.targets import corpus, names, target

MUTATIONS = 100


@pytest.mark.parametrize("name", names())
def test_every_target_keeps_a_corpus(name: str) -> None:
    assert corpus(name)


@pytest.mark.parametrize("name", names())
def test_the_kept_inputs_do_no_harm(name: str) -> None:
    one_input = target(name)
    for data in corpus(name):
        one_input(data)


@pytest.mark.parametrize("name", names())
def test_small_changes_to_the_kept_inputs_do_no_harm(name: str) -> None:
    one_input, seeds, chance = target(name), corpus(name), random.Random(name)
    for _ in range(MUTATIONS):
        one_input(mutated(seeds, chance, most_bytes=20_000))
