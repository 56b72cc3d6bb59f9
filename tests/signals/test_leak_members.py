"""Who stays: the same goroutine in the same call, not only at the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from goom.case.evidence import GoroutineDumps
from goom.case.profile import GoroutineDump
from goom.case.subject import Subject
from goom.formats import goroutine_dump
from goom.signals.leaks.members import Members, leak_members

Words = Callable[[int], str]


def dump(at_seconds: float, words: Words, handlers: int = 10) -> GoroutineDump:
    """Handlers that wait for a store, each in its connection's goroutine."""
    text = "\n\n".join(
        f"goroutine {number} [chan receive]:\n"
        f"main.(*desk).book({words(number)})\n\t/src/desk.go:40 +0x19\n"
        f"net/http.(*conn).serve({serves(number, words)})\n"
        "\t/go/src/net/http/server.go:2092 +0x5d0\n"
        "created by net/http.(*Server).Serve in goroutine 1\n"
        "\t/go/src/net/http/server.go:3285 +0x4b4"
        for number in range(100, 100 + handlers)
    )
    return goroutine_dump.parse(text, taken_at_seconds=at_seconds)


def serves(number: int, words: Words) -> str:
    """The connection, which stays."""
    return "..." if words(number) == "..." else f"0xc000{number:06x}, {{0x7a3b40, 0xc000010000}}"


def members(earlier: Words, *later: Words) -> Members:
    dumps = [dump(10.0 + 5 * place, words) for place, words in enumerate((earlier, *later))]
    found = leak_members(GoroutineDumps(tuple(dumps)), Subject())
    assert found is not None
    (only,) = found.by_key.values()
    return only


def stuck(number: int) -> str:
    return f"0xc0000{number:05x}, {{0x7a4c20, 0xc0{number:08x}}}, 0xc1{number:08x}"


def the_next(number: int) -> str:
    """The same desk; another writer and another request."""
    return f"0xc0000{number:05x}, {{0x7a4c20, 0xc0{number * 7:08x}}}, 0xc1{number * 11:08x}"


def test_who_waits_in_the_same_call_stays() -> None:
    found = members(stuck, stuck)
    assert (found.old, found.stayed, found.apart_seconds) == (10, 10, 5.0)


def test_who_serves_the_next_request_at_the_same_place_has_neither_stayed_nor_ended() -> None:
    found = members(stuck, lambda number: (the_next if number < 107 else stuck)(number))
    assert (found.old, found.stayed) == (3, 3)


def test_a_stack_that_was_moved_is_no_other_call() -> None:
    """Pointers into it change all by the same distance."""
    found = members(
        lambda number: f"0xc0000{number:05x}, 0xc000200010, 0xc000200ff8",
        lambda number: f"0xc0000{number:05x}, 0xc000300010, 0xc000300ff8",
    )
    assert (found.old, found.stayed) == (10, 10)


def test_dumps_that_show_words_tell_where_the_last_one_does_not() -> None:
    """X-ray's shows none: there the same place is all that is known."""
    found = members(stuck, the_next, lambda _: "...")
    assert (found.old, found.stayed) == (0, 0)
    unknown = members(lambda _: "...", lambda _: "...")
    assert (unknown.old, unknown.stayed) == (10, 10)


def test_one_word_that_is_no_stacks_is_another_call() -> None:
    """A counter, a request: a stack moves by a multiple of 2 KiB."""
    found = members(lambda _: "0xc000200010, 0x5", lambda _: "0xc000200010, 0x69")
    assert (found.old, found.ran, found.goes_round) == (0, 10, 1.0)


def test_where_most_went_round_the_idle_few_are_no_proof() -> None:
    half = members(stuck, lambda number: (the_next if number < 105 else stuck)(number))
    assert (half.old, half.stayed, half.ran) == (5, 5, 5)
    assert half.goes_round == 0.5


def test_a_few_members_in_the_dumps_with_words_do_not_hide_the_many_of_the_others() -> None:
    first, last = dump(10.0, stuck), dump(40.0, stuck)
    words = [dump(at, stuck, handlers=2) for at in (1.0, 3.0)]
    mute = [replace(one, arguments=()) for one in (first, last)]
    found = leak_members(GoroutineDumps((*words, *mute)), Subject())
    assert found is not None
    (only,) = found.by_key.values()
    assert (only.old, only.stayed, only.apart_seconds) == (10, 10, 30.0)
