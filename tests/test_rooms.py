"""Things ask for what they need by type, and get it in the right order."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from goom import detectors, findings, remedies, rooms, signals
from goom.case.verdict import CAUSES


@dataclass(frozen=True)
class Fact:
    value: int


@dataclass(frozen=True)
class Doubled:
    value: int


@dataclass(frozen=True)
class Told:
    text: str


def a_room(monkeypatch: pytest.MonkeyPatch, *work: Callable[..., Any]) -> types.ModuleType:
    room = types.ModuleType("a_room")
    monkeypatch.setattr(rooms, "residents", lambda *_: work)
    return room


@rooms.signal
def told(doubled: Doubled) -> Told:
    return Told(f"it is {doubled.value}")


@rooms.signal
def doubled(fact: Fact) -> Doubled | None:
    return Doubled(2 * fact.value) if fact.value else None


def test_a_table_is_derived_after_those_that_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    known = rooms.derive(a_room(monkeypatch, told, doubled), {Fact: Fact(4)})
    assert known[Told] == Told("it is 8")


def test_what_lacks_its_input_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rooms.derive(a_room(monkeypatch, told, doubled), {}) == {}
    declined = rooms.derive(a_room(monkeypatch, told, doubled), {Fact: Fact(0)})
    assert set(declined) == {Fact}


def test_two_that_wait_for_each_other_are_an_error_that_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @rooms.signal
    def there(back: Told | None) -> Doubled:
        return Doubled(1)

    with pytest.raises(RuntimeError, match="told, there"):
        rooms.derive(a_room(monkeypatch, told, there), {})


def test_what_may_be_absent_is_given_as_none() -> None:
    def greet(fact: Fact, doubled: Doubled | None) -> str:
        return f"{fact.value} {doubled}"

    assert rooms.missing(greet, {}) == ("Fact",)
    assert rooms.supply(greet, {Fact: Fact(3)}) == "3 None"


def test_an_optional_result_provides_its_table() -> None:
    assert rooms.provides(doubled) is Doubled
    assert rooms.asks_for(doubled) == {"fact": (Fact, False)}


def test_only_functions_of_the_file_itself_live_in_it() -> None:
    names = [rooms.name_of(work) for work in rooms.residents(signals, "signal")]
    assert len(names) == len(set(names))
    for work in rooms.residents(signals, "signal"):
        assert getattr(sys.modules[work.__module__], work.__name__) is work


def test_every_cause_has_one_detector() -> None:
    assert sorted(map(rooms.name_of, rooms.residents(detectors, "detector"))) == sorted(CAUSES)


def test_no_two_signals_provide_one_table() -> None:
    provided = [rooms.provides(work) for work in rooms.residents(signals, "signal")]
    assert len(provided) == len(set(provided))


def test_whatever_a_thing_asks_for_somebody_provides() -> None:
    from_signals = {rooms.provides(work) for work in rooms.residents(signals, "signal")}
    for room, role in ((detectors, "detector"), (findings, "finding"), (remedies, "remedy")):
        for work in rooms.residents(room, role):
            for kind, _ in rooms.asks_for(work).values():
                assert kind in from_signals or kind.__module__.startswith("goom.case.")
