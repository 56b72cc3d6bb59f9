"""The lesson: what a page and a table are made of."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.runtime.stacks.lesson import Question, lesson

questions = st.builds(
    Question,
    st.integers(0, 1_000_000_000),
    st.integers(0, 125_000_000).map(lambda words: 8 * words),
    st.integers(0, 1_000_000_000),
    st.sampled_from([None, "1.21.13", "1.24", "newest"]),
)


@given(questions)
def test_every_question_within_bounds_becomes_a_small_plain_lesson(question: Question) -> None:
    text = json.dumps(plain(lesson(question)), allow_nan=False)
    assert len(text) < 100_000


@given(questions)
def test_the_story_and_the_summary_agree(question: Question) -> None:
    told = lesson(question)
    copies = [step for step in told.walk if step.event == "copystack"]
    assert [step.copied_bytes for step in copies] == [
        growth.copied_bytes for growth in told.growth.growths
    ]
    assert (told.walk[-1].event == "overflow") == told.growth.overflows
    if copies:
        assert copies[-1].copied_so_far_bytes == told.growth.copied_bytes
    collections = [step for step in told.walk if step.event == "collection"]
    if collections:
        assert collections[-1].stack_bytes == told.shrink.settled_bytes
        assert len(collections) == told.shrink.collections + 1


def test_titles_are_short_and_every_step_names_its_source() -> None:
    told = lesson()
    for step in (*told.walk, *told.big_frame):
        assert len(step.title) <= 60
        assert re.search(r"\.go |x86 ", step.source)


def test_every_statement_of_the_chapter_that_does_not_hold_is_answered() -> None:
    answered = {identity for said in lesson().said for identity in said.claim_ids}
    assert {"C039", "C042", "C043", "C044", "C046", "C047", "C048"} <= answered


def test_the_table_holds_the_question_that_was_asked() -> None:
    told = lesson(Question(depth=77, frame_bytes=200, goroutines=123))
    row = next(row for row in told.goroutines.rows if row.goroutines == 123)
    place = told.goroutines.depths.index(77)
    assert row.stack_inuse_bytes[place] == told.asked_inuse_bytes
    assert told.goroutines.stack_bytes[place] == told.growth.stack_bytes == 32768


def test_waiting_itself_may_make_a_stack_grow() -> None:
    told = lesson(Question(depth=9, frame_bytes=96))
    place = told.goroutines.depths.index(9)
    assert told.growth.stack_bytes == 2048
    assert told.goroutines.stack_bytes[place] == 4096


@pytest.mark.parametrize(
    "question",
    [Question(depth=-1), Question(frame_bytes=97), Question(goroutines=1 << 40),
     Question(version="1.18")],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_with_a_way_out(question: Question) -> None:
    with pytest.raises(BadInput) as refused:
        lesson(question)
    assert refused.value.hint
