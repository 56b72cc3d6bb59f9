"""What the pages carry: steps that are complete, and figures that are the models' own."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

import pytest

from goom.renderers.lessons import allocator, stacks
from goom.renderers.lessons.pacer_runs import era_of
from goom.runtime.allocator import lesson as allocator_lesson
from goom.runtime.allocator.malloc import place
from goom.runtime.pacer import lesson as pacer_lesson
from goom.runtime.stacks import lesson as stacks_lesson
from goom.runtime.stacks.layout import layout_of
from goom.runtime.stacks.stack import Calls, descend
from tests.renderers.lessons.pages import NAMES, data_of, page


def walks(data: Any) -> list[list[Any]]:
    """Every list of steps anywhere in a page's data."""
    if isinstance(data, dict):
        return [walk for part in data.values() for walk in walks(part)]
    if isinstance(data, list):
        if data and isinstance(data[0], dict) and {"title", "text"} <= data[0].keys():
            return [data]
        return [walk for part in data for walk in walks(part)]
    return []


@pytest.mark.parametrize("name", NAMES)
def test_every_step_has_a_short_title_and_a_text_that_can_be_read_at_once(name: str) -> None:
    found = walks(data_of(page(name)))
    assert found
    for step in (step for walk in found for step in walk):
        assert 3 <= len(step["title"]) <= 60, step["title"]
        assert 10 <= len(step["text"]) <= 420, step["text"]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_a_message_a_version_and_corrections(name: str) -> None:
    data = data_of(page(name))
    assert 20 < len(data["message"]) < 170
    assert data["go_version"]
    assert len(data["said"]) >= 4
    for one in data["said"]:
        assert one["often_said"] and one["true"] and (one.get("evidence") or one.get("source"))


def test_the_requests_asked_for_come_first_and_in_every_era() -> None:
    data: Any = allocator.page(allocator_lesson.lesson((4000, 12), "1.22", has_pointers=True))
    assert [one["key"] for one in data["requests"]][:2] == ["4000p", "12p"]
    assert data["era"] == "1.22"
    for request in data["requests"]:
        for era in data["eras"]:
            told = request["eras"][era["key"]]
            version = told["here"]["versions"][-1]
            slot = place(request["size_bytes"], request["has_pointers"], version)
            assert told["here"]["placement"]["slot_bytes"] == slot.slot_bytes
            assert (
                sum(one["bytes"] for one in told["here"]["span_parts"])
                == (told["here"]["span_bytes"])
            )


def test_the_message_about_a_large_object_knows_of_no_slots() -> None:
    data: Any = allocator.page(allocator_lesson.lesson((100_000,)))
    assert "a span of its own" in data["message"]


def test_the_message_about_nothing_at_all_is_true() -> None:
    data: Any = allocator.page(allocator_lesson.lesson((0,)))
    assert "takes no memory" in data["message"]


@pytest.mark.parametrize("version", ["1.21", "1.22", "1.27"])
def test_a_swept_span_gives_its_lowest_free_slot_and_freeindex_follows(version: str) -> None:
    data: Any = allocator.page(allocator_lesson.lesson(version=version))
    steps = data["reuse"]["steps"]
    for before, after in pairwise(steps):
        assert len(after["taken"]) == data["reuse"]["slots"]
        if after["given"] is not None:
            assert before["taken"][after["given"]] == 0
            assert all(after["taken"][: after["free_index"]])
            assert after["free_index"] == after["given"] + 1
            assert after["window"] <= after["given"] < after["window"] + 64


def test_objects_of_a_tiny_block_never_overlap_or_stick_out() -> None:
    for step in data_of(page("allocator"))["tiny"]["steps"]:
        for block in step["blocks"]:
            spans = sorted((offset, offset + size) for offset, size, _ in block)
            assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
            assert spans[-1][1] <= 16


def test_the_pages_that_are_drawn_add_up_to_the_figures_beside_them() -> None:
    for step in data_of(page("allocator"))["page_map"]["steps"]:
        for heap in step["heaps"]:
            drawn = heap["pages"]
            in_use = sum(letter.isdigit() for letter in drawn)
            assert (in_use + drawn.count("f") + drawn.count("s")) == len(drawn)
            assert in_use * 8192 == heap["in_use_bytes"] >= heap["live_bytes"]
            assert drawn.count("f") * 8192 == heap["free_bytes"]
            assert drawn.count("s") * 8192 == heap["released_bytes"]


def test_the_waste_that_is_plotted_is_that_of_the_slot() -> None:
    waste = data_of(page("allocator"))["waste"]
    curve = waste["curves"][waste["of"]["1.26"]]
    at = curve["sizes_bytes"].index(41)
    assert (curve["plain_slot_bytes"][at], curve["plain_fraction"][at]) == (48, 0.1458)
    at = curve["sizes_bytes"].index(1024)
    assert curve["pointers_slot_bytes"][at] == 1152
    assert curve["sizes_bytes"] == sorted(set(curve["sizes_bytes"]))


def test_a_curve_has_its_steps_where_the_stack_grows() -> None:
    for curve in data_of(page("stacks"))["curves"]:
        frame = curve["frame_bytes"]
        for calls, size in zip(curve["calls"][1:-1], curve["stack_bytes"][1:-1], strict=True):
            before, after = (
                descend(layout_of(), (Calls(frame, count),)).stack_bytes
                for count in (calls, calls + 1)
            )
            assert before < after == size


def test_a_walk_without_end_says_what_it_leaves_out() -> None:
    data: Any = stacks.page(stacks_lesson.lesson())
    endless = next(way["steps"] for way in data["ways"] if way["key"] == "endless")
    assert endless[-1]["event"] == "overflow"
    assert any("growths later" in step["text"] for step in endless)
    assert len(endless) <= 10


def test_no_two_objects_of_the_graph_share_a_place() -> None:
    data = data_of(page("barriers"))
    places = [tuple(place) for place in data["places"].values()]
    assert len(set(places)) == len(places) >= 7
    for story in data["stories"]:
        for step in story["steps"]:
            assert {one["name"] for one in step["objects"]} <= data["places"].keys()


def test_only_the_story_without_a_barrier_ends_badly() -> None:
    ends = {story["key"]: story["steps"][-1] for story in data_of(page("barriers"))["stories"]}
    assert [key for key, step in ends.items() if step["lost"]] == ["none"]


def test_every_setting_of_the_pacer_has_its_run_under_its_own_program_in_every_era() -> None:
    data = data_of(page("pacer"))
    assert [era["key"] for era in data["eras"]] == list(data["choices"])
    for of_era in data["choices"].values():
        assert list(of_era) == [scenario["key"] for scenario in data["scenarios"]]
        for scenario, rows in of_era.items():
            for gogc, row in zip(data["gogc_choices"], rows, strict=True):
                assert len(row) == len(data["memory_limit_choices"])
                runs = [data["runs"][place] for place in row]
                assert {(run["scenario"], run["gogc"]) for run in runs} == {(scenario, gogc)}


def test_the_runs_that_are_drawn_are_the_lessons_own() -> None:
    data = data_of(page("pacer"))
    told = pacer_lesson.lesson()
    for choice in told.choices[::7]:
        run = told.runs[choice.run]
        gogc = data["gogc_choices"].index(choice.gogc)
        limit = data["memory_limit_choices"].index(choice.memory_limit_bytes)
        drawn = data["runs"][data["choices"][data["era"]][choice.scenario][gogc][limit]]
        assert drawn["sentences"] == list(run.sentences)
        assert drawn["totals"]["cycles"] == run.totals.cycles
        columns = {name: tuple(accumulate(steps)) for name, steps in drawn["steps"].items()}
        assert {len(column) for column in columns.values()} == {len(run.cycles.end_at_seconds)}
        assert columns["at_end"] == run.cycles.heap_at_end_kib
        assert columns["goal"] == run.cycles.goal_kib


@pytest.mark.parametrize(
    ("version", "era"), [("newest", "1.22"), ("1.25.5", "1.22"), ("1.21", "1.21"), ("1.19", "1.19")]
)
def test_a_version_finds_its_era(version: str, era: str) -> None:
    assert era_of(version).key == era


def test_settings_rise_from_left_to_right_and_none_is_the_highest_limit() -> None:
    data = data_of(page("pacer"))
    assert data["gogc_choices"] == [25, 50, 100, 200, 400, -1]
    assert data["memory_limit_choices"] == [160 << 20, 256 << 20, 512 << 20, None]


def test_a_bug_of_the_scavenger_shows_between_the_eras() -> None:
    data = data_of(page("pacer"))
    off, limit = data["gogc_choices"].index(-1), data["memory_limit_choices"].index(256 << 20)
    last = {
        era: data["runs"][of_era["steady"][off][limit]]["totals"]["last_total_bytes"]
        for era, of_era in data["choices"].items()
    }
    assert last["1.19"] > last["1.21"] > last["1.22"]


def test_the_usual_settings_stay_within_the_chart() -> None:
    told = pacer_lesson.lesson()
    data = data_of(page("pacer"))
    for run in told.runs:
        if 0 <= run.gogc <= 200:
            assert run.totals.peak_total_bytes <= data["ceilings"][run.scenario]
