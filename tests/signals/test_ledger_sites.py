"""Live bytes by call site, and how well a sampled profile knows them."""

from __future__ import annotations

import numpy as np
import pytest

from goom.case.subject import Subject
from goom.signals.ledger.sites import live_sites, standard_error
from tests.signals.ledger_evidence import heap_profile

SHOP = Subject(main_packages=("example.com/shop",))
RATE = 512 * 1024


@pytest.mark.parametrize("size", [64, 4096, 300_000, 2_000_000])
def test_the_standard_error_is_that_of_the_runtimes_own_sampling(size: int) -> None:
    """Sample as mprof.go does, scale as protomem.go does, and compare the spread."""
    chance = np.random.default_rng(7)
    objects = 100 * RATE // size
    seen = -np.expm1(-size / RATE)
    estimates = chance.binomial(objects, seen, 4000) / seen * size
    errors = [
        standard_error(heap_profile([(("main.f",), int(one), size)])) for one in estimates[:200]
    ]
    assert np.mean(estimates) == pytest.approx(objects * size, rel=0.01)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.1)


def test_a_profile_of_every_allocation_has_no_error() -> None:
    profile = heap_profile([(("main.f",), 1 << 20, 64)], rate=1)
    assert standard_error(profile) == 0


def test_a_site_is_the_leafmost_line_of_the_users_own_code() -> None:
    stack = ("bytes.growSlice", "example.com/shop/cart.add", "example.com/shop.main")
    sites = live_sites(heap_profile([(stack, 1000, 10)]), SHOP, 5)
    assert [(one.frame.function, one.bytes) for one in sites] == [
        ("example.com/shop/cart.add", 1000)
    ]


def test_samples_of_one_line_are_one_site() -> None:
    rows = [
        (("strings.Repeat", "main.fill"), 100, 10),
        (("bytes.Clone", "main.fill"), 50, 10),
        (("main.other",), 120, 10),
    ]
    sites = live_sites(heap_profile(rows), Subject(), 5)
    assert [(one.frame.function, one.bytes) for one in sites] == [
        ("main.fill", 150),
        ("main.other", 120),
    ]


def test_the_runtimes_own_memory_has_a_name() -> None:
    rows = [(("runtime.malg", "runtime.newproc1"), 100, 10), ((), 7, 7)]
    sites = live_sites(heap_profile(rows), Subject(), 5)
    assert [(one.frame.function, one.bytes) for one in sites] == [("(the runtime itself)", 107)]


def test_the_standard_librarys_place_is_said_where_no_code_of_the_user_is() -> None:
    rows = [(("runtime.makeslice", "net/http.(*conn).serve"), 100, 10)]
    sites = live_sites(heap_profile(rows), Subject(), 5)
    assert sites[0].frame.function == "net/http.(*conn).serve"


def test_what_holds_nothing_is_no_site() -> None:
    assert not live_sites(heap_profile([(("main.f",), 0, 64)]), Subject(), 5)
    assert not live_sites(heap_profile([]), Subject(), 5)
