"""MemStats as services publish it."""

from __future__ import annotations

import json
from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.formats.memstats import parse_expvar, parse_heap_trailer, pause_order, series

STATS = {
    "HeapAlloc": 1000,
    "HeapSys": 4000,
    "NumGC": 3,
    "LastGC": 1_700_000_000_000_000_000,
    "EnableGC": True,
    "PauseNs": [100, 200, 300] + [0] * 253,
    "BySize": [{"Size": 0, "Mallocs": 0, "Frees": 0}, {"Size": 8, "Mallocs": 5, "Frees": 2}],
}
TRAILER = (
    b"""heap profile: 1: 2 [3: 4] @ heap/524288

# runtime.MemStats
# Alloc = 350584
# Sys = 12209416
# HeapAlloc = 350584
# HeapSys = 7864320
# Stack = 524288 / 524288
# MSpan = 33600 / 48960
# LastGC = 1700000000000000000
# PauseNs = [71 95 """
    + b"0 " * 253
    + b"""0]
# PauseEnd = [1 2 3]
# NumGC = 2
# GCCPUFraction = 2.5e-05
# DebugGC = false
# MaxRSS = 9994240
"""
)


def vars_json(**more: object) -> bytes:
    return json.dumps({"cmdline": ["./app", "-x"], "memstats": STATS, **more}).encode()


def test_debug_vars_gives_gos_own_names() -> None:
    (look,) = parse_expvar(vars_json(), at_seconds=5.0)
    assert look.time_seconds == 5.0
    assert look.fields["HeapAlloc"] == 1000
    assert "EnableGC" not in look.fields
    assert look.by_size == {8: (5, 2)}
    assert look.pauses_seconds == (1e-7, 2e-7, 3e-7)
    assert look.command == ("./app", "-x")


def test_goroutines_are_taken_from_beside_the_memstats() -> None:
    (look,) = parse_expvar(vars_json(goroutines=12))
    assert look.fields["NumGoroutine"] == 12


def test_a_bare_memstats_is_read_too() -> None:
    assert parse_expvar(json.dumps(STATS).encode())[0].fields["HeapSys"] == 4000


@pytest.mark.parametrize(
    ("stated", "epoch"),
    [
        ("2024-01-01T00:00:00Z", 1704067200.0),
        (1704067200, 1704067200.0),
        (1704067200000, 1704067200.0),
        (1704067200 * 10**9, 1704067200.0),
    ],
)
def test_a_look_knows_its_time_in_any_unit(stated: object, epoch: float) -> None:
    assert parse_expvar(vars_json(time=stated), at_seconds=1.0)[0].time_seconds == epoch


def test_without_a_time_the_last_collection_is_the_latest_that_is_known() -> None:
    assert parse_expvar(vars_json())[0].time_seconds == 1_700_000_000.0


def test_lines_of_json_are_looks_in_order_and_other_lines_are_passed_over() -> None:
    lines = [vars_json(time=1704067200 + second) for second in (2, 0, 1)]
    looks = parse_expvar(b"starting\n" + b"\n".join(lines) + b'\n{"cut": ')
    table = series(looks)
    assert table.time_seconds.tolist() == [1704067200.0, 1704067201.0, 1704067202.0]
    assert table.last("HeapAlloc") == 1000
    assert table.by_size == {8: (5, 2)}
    assert len(table.pauses_seconds) == 3


def test_a_figure_missing_from_one_look_is_unknown_there() -> None:
    looks = parse_expvar(
        vars_json(time=1704067200) + b"\n" + vars_json(time=1704067201, goroutines=3)
    )
    unknown, known = series(looks).columns["NumGoroutine"]
    assert isnan(unknown)
    assert known == 3


@pytest.mark.parametrize("cycles", [0, 1, 255, 256, 257, 1000])
def test_the_ring_is_unrolled_oldest_first(cycles: int) -> None:
    ring = [0] * 256
    for number in range(1, cycles + 1):
        ring[(number + 255) % 256] = number
    expected = [number / 1e9 for number in range(max(1, cycles - 255), cycles + 1)]
    assert list(pause_order(ring, cycles)) == expected


def test_the_tail_of_a_text_profile_is_read() -> None:
    look = parse_heap_trailer(TRAILER)
    assert look is not None
    assert look.fields["Sys"] == 12209416
    assert look.fields["StackInuse"] == 524288
    assert look.fields["MSpanSys"] == 48960
    assert look.fields["GCCPUFraction"] == 2.5e-05
    assert look.pauses_seconds == (71e-9, 95e-9)
    assert parse_heap_trailer(b"heap profile: 1: 2 [3: 4] @ heap/524288\n") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[1,2]", b"[" * 100_000, b"<html>", b'{"memstats": 5}', b'{"memstats":{}}'],
)
def test_what_is_no_memstats_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadInput, match="no memstats"):
        parse_expvar(data)


@pytest.mark.parametrize("value", [-1, nan, 1e400, "1", None, [], 10**400])
def test_a_figure_that_cannot_be_is_left_out(value: object) -> None:
    data = json.dumps({**STATS, "HeapIdle": value}).encode()
    assert "HeapIdle" not in parse_expvar(data)[0].fields


@given(st.recursive(st.none() | st.floats() | st.text(max_size=5), st.lists, max_leaves=5))
def test_any_shape_within_is_survived(value: object) -> None:
    stats = {**STATS, "BySize": value, "PauseNs": value, "NumGC": value}
    assert parse_expvar(json.dumps({"memstats": stats, "time": value}).encode())
