"""Span maps are written and read back, and what cannot be one is refused."""

from __future__ import annotations

import json
import random
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from goom.case.errors import BadInput
from goom.case.xray_spans import SpanMap
from goom.formats import xray_spans
from goom.formats.recognise import Kind, recognise
from tests.fuzz.fuzz_xray_spans import one_input
from tests.span_maps import span_map


def test_a_map_is_read_as_it_was_written() -> None:
    one = span_map([(4, 64, 30), (4, 512, 2)], free_pages=900)
    again = xray_spans.parse(xray_spans.to_json(one))
    for field in fields(SpanMap):
        ours, theirs = getattr(one, field.name), getattr(again, field.name)
        if hasattr(ours, "__dataclass_fields__") and field.name != "counters":
            for column in fields(ours):
                assert np.array_equal(getattr(ours, column.name), getattr(theirs, column.name))
        else:
            assert ours == theirs


def test_it_is_recognised_by_what_it_holds() -> None:
    assert recognise(xray_spans.to_json(span_map([]))) is Kind.XRAY_SPANS


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("groups", "objects", [10_000]),  # more than slots
        ("groups", "spans", [0]),
        ("groups", "pages", [1 << 52]),
        ("groups", "span_class", [136]),
        ("groups", "spans", [1, 2]),
        ("groups", "spans", [-1]),
        ("groups", "spans", [1 << 70]),
        ("holes", "released_pages", [1 << 30]),
        ("central", "full_swept", [0]),
    ],
)
def test_figures_that_cannot_be_are_refused(table: str, column: str, value: list[int]) -> None:
    document: dict[str, Any] = json.loads(xray_spans.to_json(span_map([(4, 64, 30)])))
    document[table][column] = value
    with pytest.raises(BadInput):
        xray_spans.parse(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"schema": "goom.xray_spans/1"}'])
def test_what_is_no_map_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        xray_spans.parse(data)


def test_numbers_changed_at_random_are_refused_or_can_be_added_up_and_drawn() -> None:
    document: dict[str, Any] = json.loads(xray_spans.to_json(span_map([(4, 64, 30)])))
    tables = [name for name, table in document.items() if isinstance(table, dict)]
    numbers = (0, 1, 2, 511, 512, 513, 1 << 31, 1 << 40, 1 << 52, 1 << 53)
    luck = random.Random(1)
    for _ in range(400):
        changed = json.loads(json.dumps(document))
        table = changed[luck.choice([name for name in tables if name != "counters"])]
        column = table[luck.choice(list(table))]
        if column:
            column[luck.randrange(len(column))] = luck.choice(numbers)
        one_input(json.dumps(changed).encode())


def test_another_format_is_refused() -> None:
    data = xray_spans.to_json(span_map([])).replace(b"spans/1", b"spans/2")
    with pytest.raises(BadInput, match="another format"):
        xray_spans.parse(data)
