"""The story, the shortest counterexample, and what is told of each."""

from __future__ import annotations

import json

import pytest

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.runtime.marking.ablations import ABLATIONS, Ablation
from goom.runtime.marking.barrier import BARRIERS, GO, HYBRID, NONE, SAFE, Barrier
from goom.runtime.marking.bound import Bound
from goom.runtime.marking.counterexample import counterexample
from goom.runtime.marking.lesson import lesson, rules
from goom.runtime.marking.scenario import read
from goom.runtime.marking.story import StoryRun, play, usual
from goom.runtime.marking.versions import release_of

SMALLEST = Bound(objects=2, fields=1, stacks=1, slots=2, globals=0, operations=None)
TWO = """
steps = [
  "2: y = x",
  "send a to 2.x",
  "collector reads goroutine 2",
  "receive b from 2.x",
  "G = b",
  "a = G",
  "2: x = nil",
  "collector finishes",
  "b = new(late)",
  "2: y = new(later, left, right)",
  "2: y.right = y",
]
objects = {o = {}}
globals = {G = "nil"}
goroutine = [{a = "o", b = "nil"}, {x = "nil", y = "nil"}]
"""


def of(barrier: Barrier) -> StoryRun:
    return play(usual(), barrier)


def test_without_a_barrier_the_story_loses_what_was_moved() -> None:
    run = of(NONE)
    assert not run.safe
    assert run.frames[-1].lost == ("photo", "draft", "note")
    first = next(frame for frame in run.frames if frame.hidden)
    assert first.code == "d = nil"
    assert "Lost: photo, draft and note" in run.verdict


@pytest.mark.parametrize("barrier", SAFE, ids=lambda one: one.name)
def test_under_a_barrier_nothing_is_hidden_at_any_moment(barrier: Barrier) -> None:
    run = of(barrier)
    assert run.safe
    assert not [frame.sentence for frame in run.frames if frame.hidden or frame.lost]


def test_barriers_differ_in_what_they_keep_and_in_the_pause() -> None:
    kept = {one.name: of(one).frames[-1].floating for one in BARRIERS}
    assert kept["dijkstra"] == ("reply",)
    assert kept["yuasa"] == kept["hybrid"] == kept["go"] == ("letter", "reply")
    words = {one.name: of(one).stopped_words for one in BARRIERS}
    assert words == {"none": 0, "dijkstra": 5, "yuasa": 5, "hybrid": 0, "go": 0}


def test_insertion_finds_in_the_pause_what_only_the_stack_holds() -> None:
    last = of(next(one for one in SAFE if one.name == "dijkstra")).frames[-1]
    assert last.turned_grey == ("photo",)
    assert last.stacks[0].color == "black"


def test_go_s_barrier_shades_late() -> None:
    frames = {one.name: of(one).frames for one in (HYBRID, GO)}
    at_once = [frame.turned_grey for frame in frames["hybrid"] if frame.barrier]
    late = [frame.turned_grey for frame in frames["go"] if frame.barrier]
    assert at_once == [("draft",), ("photo",), ("letter",)]
    assert late == [(), (), ()]
    flushed = next(frame for frame in frames["go"] if "buffer is flushed" in frame.sentence)
    assert set(flushed.turned_grey) == {"draft", "photo", "letter"}
    assert flushed.buffer == ()


def test_the_shortest_counterexample_is_short_and_told() -> None:
    run = counterexample(NONE, SMALLEST)
    assert run is not None
    assert not run.safe
    assert len(run.frames) == 7  # the start, five steps, the end
    assert [frame.code for frame in run.frames if frame.code] == ["x = x.f1", "y.f1 = nil"]


def test_what_is_safe_has_no_counterexample() -> None:
    assert counterexample(HYBRID, SMALLEST) is None


@pytest.mark.parametrize("ablation", ABLATIONS, ids=lambda one: f"{one.barrier.name} {one.removed}")
def test_every_missing_part_has_a_run_that_shows_it(ablation: Ablation) -> None:
    """The film is played by the readable model, so it must agree with the search on every step."""
    slots = 2 if ablation.stacks == 1 else 1
    run = counterexample(ablation.barrier, Bound(2, 1, ablation.stacks, slots, 1, None))
    assert (run is not None and bool(run.frames[-1].lost)) is ablation.is_needed


def test_torn_writes_have_films_too() -> None:
    run = counterexample(NONE, Bound(1, 1, 2, 1, 1, None, torn_writes=True))
    assert run is not None
    assert "the write of which the barrier has run" in " ".join(one.sentence for one in run.frames)


def test_the_lesson_is_plain_data() -> None:
    told = lesson()
    assert [one.name for one in told.rules] == [run.barrier for run in told.story]
    assert [one.name for one in rules()] == [one.name for one in BARRIERS]
    assert json.loads(json.dumps(plain(told)))["counterexample"]["safe"] is False


@pytest.mark.parametrize("barrier", BARRIERS, ids=lambda one: one.name)
def test_a_story_of_two_goroutines_is_played_to_its_end(barrier: Barrier) -> None:
    run = play(read(TWO), barrier)
    assert [frame.code for frame in run.frames if frame.code] == [
        "y = x", "ch <- a  // x = <-ch", "b = <-ch  // ch <- x", "G = b", "a = G", "x = nil",
        "b = new(late)", "y = new(later)", "y.right = y",
    ]  # fmt: skip
    last = {one.name: one for one in run.frames[-1].objects}
    assert last["later"].fields == ("left", "right")
    assert last["later"].points_to == (None, "later")


@pytest.mark.parametrize(
    ("changed", "to", "complaint"),
    [
        ('"G = b"', '"G = q"', "step 5, 'G = q': goroutine 1 has no variable q"),
        ('"2: y = x"', '"3: y = x"', "step 1, '3: y = x': there is no goroutine 3"),
        ('"2: y = x"', '"y = x;"', "not a statement that a story knows"),
        ('"a = G"', '"a = b.f"', "o has no field f"),
        ('"2: y = x"', '"2: y = x.f"', "x is nil here"),
        ('"2: y = x"', '"2: y.f = x.f"', "one pointer at a time"),
        ('"send a to 2.x"', '"send a to 1.b"', "cannot wait for itself"),
        ('"send a to 2.x"', '"send b to 2.x"', "b is nil here"),
        ("new(late)", "new(o)", "o is there already"),
        ("new(late)", "new(1)", "new wants a name"),
        ("reads goroutine 2", "reads moon", "moon is neither an object nor a global"),
        ('"a = G"', "7", "the scenario has no steps"),
        ("objects = {o = {}}", "objects = {o = {f = 'p'}}", "o: f points to 'p'"),
        ("objects = {o = {}}", "objects = {o = {f = 1}}", "f must be the name of an object"),
        ("objects = {o = {}}", "objects = {o = {}, a = {}}", "'a' is both a variable and"),
        ("objects = {o = {}}", "objects = {o = {}, nil = {}}", "'nil' cannot be a name"),
        ("objects = {o = {}}", "objects = {o = {}, G = {}}", "'G' is both an object and a global"),
        ("goroutine = [", "goroutines = [", "'goroutines', which nothing reads"),
        ("goroutine = [{", "goroutine = [[{", "not TOML"),
        ('{x = "nil", y = "nil"}]', "{}, {}, {}, {}, {}, {}]", "1 to 6 goroutines"),
    ],
)
def test_what_a_story_cannot_say_is_refused_with_its_place(
    changed: str, to: str, complaint: str
) -> None:
    assert changed in TWO
    text = TWO.replace(changed, to, 1)
    with pytest.raises(BadInput) as refused:
        read(text)
    assert complaint in refused.value.message
    assert refused.value.hint


def test_long_stories_and_many_objects_are_refused() -> None:
    for steps in (["x = nil"] * 201, [f"x = new(o{n})" for n in range(50)]):
        with pytest.raises(BadInput, match="more than"):
            read(f"steps = {json.dumps(steps)}\ngoroutine = [{{x = 'nil'}}]")


@pytest.mark.parametrize(
    ("version", "release"),
    [("newest", "1.27"), ("1.22.10", "1.22"), ("go1.21", "1.21"), (None, "1.27"), ("1.30", "1.30")],
)
def test_a_version_is_its_release(version: str | None, release: str) -> None:
    assert release_of(version) == release


@pytest.mark.parametrize("version", ["1.7", "banana", "1"])
def test_versions_that_were_not_checked_are_refused(version: str) -> None:
    with pytest.raises(BadInput):
        release_of(version)
