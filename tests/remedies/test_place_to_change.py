"""The order for the code names who can carry it out, which is seldom who allocates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.units import MIB
from goom.case.verdict import Blame, Verdict
from goom.remedies.code import change_the_code
from goom.signals.entrance import Entrance
from goom.signals.pooling import Pooling
from tests.signals.growing_map import ROWS, calls, looks


def at(line: int, function: str) -> Frame:
    return Frame(function, "/src/app/app.go", line)


def blamed(*functions: str) -> tuple[Blame, ...]:
    return tuple(Blame(name, "/src/app/app.go", 10, 0.9, "why") for name in functions)


def pool(*putters: Frame) -> Pooling:
    return Pooling(
        strength=1.0,
        summary="",
        held_bytes=60.0 * MIB,
        held_fraction=0.9,
        mean_block_bytes=6.0 * MIB,
        objects=10.0,
        bounded=1.0,
        grown_over_use=1.0,
        putters=putters,
        sites=(),
    )


RETAINED = Verdict(cause="pool_retention", blame=blamed("main.write", "main.export"))
GETS = at(20, "main.borrow")


@pytest.mark.parametrize(
    ("puts", "place"),
    [
        ([at(44, "main.export.deferwrap1")], "main.export (app.go:44)"),  # a deferred Put
        ([at(5, "main.other"), at(44, "main.export")], "main.export (app.go:44)"),
        ([at(5, "main.giveBack")], "main.giveBack (app.go:5)"),
        ([], "main.borrow (app.go:20)"),  # a pool of which only the taker is known
    ],
)
def test_the_large_is_left_out_where_buffers_are_put_back(puts: list[Frame], place: str) -> None:
    binary = BinaryCalls({"sync.(*Pool).Put": tuple(puts), "sync.(*Pool).Get": (GETS,)})
    (order,) = change_the_code(RETAINED, binary=binary, pooling=pool(GETS, *puts))
    assert order.title == f"Do not put back what grew too large at {place}"


def test_without_a_binary_the_allocator_is_named() -> None:
    for pooling in (None, pool()):
        (order,) = change_the_code(RETAINED, pooling=pooling)
        assert order.title.endswith(" at main.write (app.go:10)")


def test_work_is_admitted_at_its_entrance_if_it_leads_to_who_is_blamed() -> None:
    surge = Verdict(cause="traffic_surge", blame=blamed("main.decode"))
    upload = Entrance("main.decode", at(71, "main.upload"))
    for entrance, place in (
        (upload, "main.upload (app.go:71)"),
        (replace(upload, allocator="main.other"), "main.decode (app.go:10)"),
        (None, "main.decode (app.go:10)"),
    ):
        (order,) = change_the_code(surge, entrance=entrance)
        assert order.title == f"Admit a bounded amount of work at {place}"


def test_what_is_kept_is_bounded_where_a_caller_adds_it_to_a_map_that_grows() -> None:
    leak = Verdict(cause="heap_leak", blame=ROWS)
    (order,) = change_the_code(leak, looks(container_mib=4), calls())
    assert order.title == "Bound what is kept at main.allow (app.go:55)"
    (order,) = change_the_code(leak, looks(container_mib=0), calls())
    assert order.title.startswith("Bound what is kept at main.track ")
    (order,) = change_the_code(replace(leak, cause="fragmentation"), looks(4), calls())
    assert " at main.track " in order.title
