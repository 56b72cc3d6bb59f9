"""The rules of chapter 3.1: the write barrier."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each

TWINS: tuple[Twin, ...] = (
    Twin(
        "C061",
        HOLDS,
        each(
            says_yuasa_and_dijkstra=True,
            both_pointers_are_buffered=True,
            barriers_compiled_in=2,
            switches_in_environment=1,
            says_since="",
        ),
    ),
    Twin(
        "C061",
        IN_PART,
        each(
            says_yuasa_and_dijkstra=True,
            both_pointers_are_buffered=True,
            barriers_compiled_in=1,
            switches_in_environment=0,
            says_since="",
        ),
    ),
    Twin(
        "C061",
        DOES_NOT_HOLD,
        each(
            says_yuasa_and_dijkstra=False,
            both_pointers_are_buffered=False,
            barriers_compiled_in=1,
            switches_in_environment=0,
            says_since="",
        ),
    ),
    Twin(
        "C062",
        HOLDS,
        each(
            in_mbitmap=True,
            names_markobject=2,
            in_assembly=False,
            flush_queues_objects=False,
            flush_calls_itself=False,
            pointers_buffered=512,
        ),
    ),
    Twin(
        "C062",
        IN_PART,
        each(
            in_mbitmap=False,
            names_markobject=2,
            in_assembly=True,
            flush_queues_objects=True,
            flush_calls_itself=False,
            pointers_buffered=512,
        ),
    ),
    Twin(
        "C062",
        DOES_NOT_HOLD,
        each(
            in_mbitmap=False,
            names_markobject=0,
            in_assembly=True,
            flush_queues_objects=True,
            flush_calls_itself=False,
            pointers_buffered=512,
        ),
    ),
    Twin(
        "C063",
        HOLDS,
        each(flag_follows_the_phase=True, places_that_set_it=1, compiler_tests_the_flag=True),
    ),
    Twin(
        "C063",
        IN_PART,
        each(flag_follows_the_phase=True, places_that_set_it=3, compiler_tests_the_flag=True),
    ),
    Twin(
        "C063",
        DOES_NOT_HOLD,
        each(flag_follows_the_phase=False, places_that_set_it=1, compiler_tests_the_flag=True),
    ),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
