"""A pool without a heap profile: by how many large objects a span map counts."""

from __future__ import annotations

from dataclasses import replace

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.case.xray_spans import SpanMaps
from goom.signals.pooling import Pooling, pooling
from goom.signals.span_occupancy import span_occupancies
from tests.span_maps import span_map

POOLED = BinaryCalls({"sync.(*Pool).Put": (Frame("main.pack", "/src/app/app.go", 40),)})


def seen(binary: BinaryCalls, each_bytes: int, large: int) -> Pooling:
    """``large`` objects and 100 spans of small ones."""
    one = span_map([(10, 100, 100)])
    table = span_occupancies(SpanMaps((one,)))
    last = table.last
    with_large = replace(
        last, large=replace(last.large, count=large, object_bytes=each_bytes * large)
    )
    found = pooling(Subject(gomaxprocs=2), None, binary, None, replace(table, all=(with_large,)))
    assert found is not None
    return found


def test_large_objects_of_a_program_that_uses_a_pool_may_be_its_buffers() -> None:
    found = seen(POOLED, 2 * MIB, 20)
    assert 0.3 < found.strength < 0.6  # whose they are no map says
    assert found.source == "span map"
    assert "20 large buffers of 2.0 MiB" in found.summary


def test_without_a_pool_in_the_code_they_say_less() -> None:
    assert seen(BinaryCalls({}), 2 * MIB, 20).strength < seen(POOLED, 2 * MIB, 20).strength


def test_small_objects_are_no_pool_of_large_buffers() -> None:
    assert seen(POOLED, 0, 0).strength == 0.0
