"""Names, missing evidence and endings in words that people read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom import detectors
from goom.case.evidence_words import missing_words
from goom.case.names import harmless, place, short_file, short_function
from goom.case.units import confidence_text
from goom.rooms import asks_for, residents


@given(st.text())
def test_harmless_text_can_always_be_printed(text: str) -> None:
    assert harmless(text).isprintable()
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize("name", ["main.main", "größe.Müller", "例.関数", "a b"])
def test_names_that_do_no_harm_stay_as_they_are(name: str) -> None:
    assert harmless(name) == name


@pytest.mark.parametrize(
    ("function", "short"),
    [
        ("main.main", "main.main"),
        ("example.com/shop/internal/cache.(*Cache).Put", "cache.(*Cache).Put"),
        ("a.com/x.Map[a.com/y.Key,go.shape.int].Set", "x.Map[a.com/y.Key,go.shape.int].Set"),
        ("", ""),
    ],
)
def test_a_function_keeps_its_package(function: str, short: str) -> None:
    assert short_function(function) == short


def test_a_place_is_written_as_editors_read_it() -> None:
    assert place("/build/shop/internal/cache/cache.go", 48) == "internal/cache/cache.go:48"
    assert place("/build/cache.go", 0) == "build/cache.go"
    assert place("", 3) == ""
    assert short_file("//a//b/c/d") == "b/c/d"


def test_no_confidence_is_a_certainty() -> None:
    assert [confidence_text(one) for one in (1.0, 0.93, 0.0)] == ["> 0.99", "0.93", "< 0.01"]
    assert confidence_text(float("nan")) == "unknown"


def test_every_table_that_a_detector_cannot_do_without_has_words() -> None:
    needed = {
        kind.__name__
        for detector in residents(detectors, "detector")
        for kind, optional in asks_for(detector).values()
        if not optional and kind.__name__ not in {"Subject", "Evidence"}
    }
    assert not [name for name in needed if missing_words([name])[0].lower() == name.lower()]


def test_words_are_said_once_and_a_detectors_own_words_are_kept() -> None:
    assert missing_words(["Growth", "Course", "a second heap profile"]) == (
        "memory over time",
        "a second heap profile",
    )
