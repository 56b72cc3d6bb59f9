"""Traces are compact, and what is no trace is refused with a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from goom.case.errors import BadInput
from goom.runtime.allocator import trace as module
from goom.runtime.allocator.trace import Trace, trace_of_events


def made(**changed: Any) -> Trace:
    columns: dict[str, Any] = {
        "span_classes": np.array([9, 1, 9], dtype=np.uint8),
        "large_pages": np.array([5], dtype=np.int32),
        "freed": np.array([0, 2], dtype=np.uint32),
        "collections": np.array([[2, 1]], dtype=np.int64),
    }
    return Trace(**(columns | changed))


def test_a_stream_of_events_and_its_columns_are_the_same_trace() -> None:
    trace = trace_of_events([-10, -2, 0, -10, 2], [5], [3])
    for name in ("span_classes", "large_pages", "freed", "collections"):
        np.testing.assert_array_equal(getattr(trace, name), getattr(made(), name))
    assert trace.events == 5


def test_an_allocation_takes_a_byte_and_a_free_four() -> None:
    chance = np.random.default_rng(1)
    events = np.concatenate((np.full(1000, -10), chance.permutation(1000)))
    assert trace_of_events(events).nbytes == 1000 + 4 * 1000


def test_a_trace_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        made().freed[0] = 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"span_classes": np.array([9, 1, 136], np.uint8)}, "the last is 135"),
        ({"span_classes": np.array([9, 1, 9])}, "another type"),
        ({"collections": np.array([2, 1])}, "another type"),
        ({"collections": np.array([[2, 1, 0]])}, "another type"),
        ({"large_pages": np.array([], np.int32)}, "1 large objects, but pages for 0"),
        ({"large_pages": np.array([0], np.int32)}, "no pages"),
        ({"large_pages": np.array([1 << 23], np.int32)}, "more than 32 GiB"),
        ({"freed": np.array([0, 0], np.uint32)}, "freed twice"),
        ({"freed": np.array([2, 0], np.uint32)}, "before its allocation"),
        ({"freed": np.array([0, 3], np.uint32)}, "before its allocation"),
        ({"collections": np.array([[2, 1], [1, 1]])}, "out of order"),
        ({"collections": np.array([[4, 1]])}, "out of order"),
        ({"collections": np.array([[2, 3]])}, "out of order"),
    ],
)
def test_what_is_no_trace_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        made(**changed)


@pytest.mark.parametrize(
    ("events", "collections", "said"),
    [
        ([-137], (), "neither a span class nor an object"),
        ([1 << 40], (), "neither a span class nor an object"),
        ([0, -10], (), "freed before it is allocated"),
        ([-10, 1, -10], (), "freed before it is allocated"),
        ([-10], [2], "outside of the events"),
        ([-10], [-1], "outside of the events"),
    ],
)
def test_what_is_no_stream_of_events_is_refused(
    events: list[int], collections: list[int], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        trace_of_events(events, (), collections)


def test_the_amount_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EVENTS", 4)
    with pytest.raises(BadInput, match="5 events; the simulation takes 4"):
        made()
    monkeypatch.setattr(module, "MOST_EVENTS", 5)
    monkeypatch.setattr(module, "MOST_COLLECTIONS", 0)
    with pytest.raises(BadInput, match="1 collections"):
        made()
