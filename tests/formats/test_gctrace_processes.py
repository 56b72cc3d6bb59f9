"""Logs of several processes, and when each of them started."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.formats.gctrace import parse
from goom.formats.gctrace_clock import stamp_of
from goom.formats.gctrace_processes import split
from tests.formats.test_gctrace import line, log


def processes(*cycles: tuple[int, float]) -> list[int]:
    return [int(process) for process in parse(log(*cycles)).cycles.process]


def test_one_process_is_one_process() -> None:
    assert processes((1, 0.1), (2, 0.1), (3, 5.0)) == [0, 0, 0]


def test_a_log_with_lost_lines_is_still_one_process() -> None:
    assert processes((1, 0.1), (7, 2.0), (100, 9.0)) == [0, 0, 0]


def test_a_restart_begins_a_new_process() -> None:
    assert processes((1, 0.1), (2, 0.2), (1, 0.1), (2, 0.3)) == [0, 0, 1, 1]


def test_a_restart_whose_first_lines_are_lost_is_seen_by_its_clock() -> None:
    assert processes((8, 90.0), (9, 95.0), (12, 0.3), (13, 0.4)) == [0, 0, 1, 1]


def test_two_interleaved_processes_are_told_apart() -> None:
    mixed = ((5, 1.0), (100, 50.0), (6, 2.0), (101, 51.0), (7, 3.0), (102, 52.0))
    assert processes(*mixed) == [0, 1, 0, 1, 0, 1]


def test_two_that_start_together_are_told_apart() -> None:
    mixed = ((1, 0.10), (1, 0.05), (2, 0.20), (2, 0.15), (3, 0.30), (3, 0.25))
    assert len(set(processes(*mixed))) == 2


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=60))
def test_within_a_process_count_and_clock_only_rise(cycles: list[tuple[int, int]]) -> None:
    number = np.array([one for one, _ in cycles], np.int64)
    at = np.array([one for _, one in cycles], np.float64)
    process = split(number, at)
    for one in set(process.tolist()):
        assert (np.diff(number[process == one]) > 0).all()
        assert (np.diff(at[process == one]) >= 0).all()


def test_arrivals_tell_when_the_runtime_started() -> None:
    data = b"listening\n" + log(*((number, number * 1.0) for number in range(1, 60)))
    late = np.random.default_rng(1).exponential(0.02, 60)
    arrivals = 1_700_000_000 + np.concatenate(([0.0], np.arange(1.0, 60.0) + 0.01)) + late
    started = parse(data, arrivals=arrivals).started_at_seconds
    assert started == pytest.approx(1_700_000_000, abs=0.02)


def test_a_clock_that_was_set_back_once_does_not_move_the_start() -> None:
    data = log(*((number, number * 1.0) for number in range(1, 101)))
    arrivals = 1_700_000_000 + np.arange(1.0, 101.0)
    arrivals[7] -= 3600
    started = parse(data, arrivals=arrivals).started_at_seconds
    assert started == pytest.approx(1_700_000_000, abs=0.1)


def test_a_loggers_timestamps_tell_when_the_runtime_started() -> None:
    stamps = (b"2024-01-01T00:00:%02d.500Z stderr F " % second for second in range(1, 20))
    data = b"".join(stamp + line(number, number) + b"\n" for number, stamp in enumerate(stamps, 1))
    started = parse(data).started_at_seconds
    assert started == pytest.approx(1704067200.49, abs=0.02)


def test_what_is_known_already_is_not_worked_out() -> None:
    assert parse(log((1, 1.0)), started_at_seconds=5.0).started_at_seconds == 5.0


def test_without_any_clock_the_start_is_unknown() -> None:
    assert np.isnan(parse(log((1, 1.0))).started_at_seconds)


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        (b"2024/01/01 00:00:00 gc", 1704067200.0),
        (b"[2024-01-01 01:00:00,250 +0100] gc", 1704067200.25),
        (b'{"time":"2024-01-01T00:00:00.5Z"}', 1704067200.5),
        (b"2024-13-01T00:00:00Z", None),
        (b"gc 1 @0.1s", None),
    ],
)
def test_timestamps_of_common_loggers_are_known(text: bytes, epoch: float | None) -> None:
    assert stamp_of(text) == epoch
