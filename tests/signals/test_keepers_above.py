"""Who calls the allocator and adds what it made to a container that grows."""

from __future__ import annotations

from goom.case.verdict import Blame
from goom.signals.blame import keeping_place, with_keepers
from tests.signals.growing_map import ROWS, calls, looks


def order(rows: tuple[Blame, ...]) -> list[str]:
    return [row.function.removeprefix("main.") for row in rows]


def test_a_measured_row_whose_map_grows_stands_next_to_the_allocator() -> None:
    assert order(ROWS)[0] == "track"
    assert order(ROWS)[1] != "allow"  # as the profile alone has them
    rows = with_keepers(ROWS, calls(), looks(4))
    assert order(rows)[:2] == ["track", "allow"]
    assert sorted(order(rows)) == sorted(order(ROWS))
    assert rows[1].why.startswith("adds to a map: may be what keeps them; ")
    assert "of the growth under it" in rows[1].why
    assert rows[1].share_fraction > 0.9  # as it was measured


def test_a_map_that_does_not_grow_moves_nobody() -> None:
    """Every handler adds to some map: a header, a form."""
    assert with_keepers(ROWS, calls(), looks(0)) == ROWS
    assert with_keepers(ROWS, calls(), looks(0.5)) == ROWS  # one sample more
    assert keeping_place(ROWS, calls(), looks(0)) is None


def test_of_two_whose_map_grows_the_one_that_grows_more_keeps() -> None:
    assert (
        keeping_place(ROWS, calls("main.serve"), looks(9))
        == calls().of("runtime.mapassign_faststr")[0]
    )


def test_an_allocator_that_adds_to_a_map_itself_is_what_keeps() -> None:
    assert keeping_place(ROWS, calls("main.track"), looks(4)) is None
    assert with_keepers(ROWS, calls("main.track"), looks(4)) == ROWS


def test_a_slice_is_enough_where_the_allocator_appends_to_none() -> None:
    rows = with_keepers(ROWS, calls(container="runtime.growslice"), looks(4))
    assert rows[1].why.startswith("adds to a slice: ")


def test_a_row_that_need_not_call_the_allocator_is_not_moved() -> None:
    """Two that allocate a half each say nothing about one another."""
    halves = tuple(
        Blame(f"main.{name}", "/src/app/app.go", 9, 0.4, "allocates")
        for name in ("track", "serve", "allow")
    )
    assert with_keepers(halves, calls(), looks(4)) == halves
    assert keeping_place((), None, None) is None
