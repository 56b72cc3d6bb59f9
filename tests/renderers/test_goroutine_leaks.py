"""The votes on a goroutine leak, in every report: whole, harmless, and on one screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from goom.case.goroutine_leak import GoroutineLeaks
from goom.case.leak_words import pace_text
from goom.case.model import Case
from goom.case.profile import Frame
from goom.diagnose import diagnose
from goom.renderers import html, json_case, markdown
from goom.renderers.text import screen
from goom.renderers.text.lines import cells
from goom.sources.bundle_reader import read_bundle
from tests.renderers.browser import Browser
from tests.renderers.test_json_case import closed, schema

RECORDED = Path(__file__).parents[1] / "leaks" / "recorded"
HOSTILE = Frame("main.\x1b[31m<script>alert(1)</script>|`@all", "/src/\x1b]0;x\x07a.go", 3)


def case_of(name: str) -> Case:
    return diagnose(read_bundle(RECORDED / f"{name}.goom"))


def hostile() -> Case:
    case = case_of("late-answer-1.27.3")
    found = case.signals[GoroutineLeaks]
    assert isinstance(found, GoroutineLeaks)
    leaks = tuple(
        replace(leak, waits_at=HOSTILE, created_at=HOSTILE, wait="\x1b[2J|", stack=(HOSTILE,))
        for leak in found.all
    )
    return replace(case, signals={**case.signals, GoroutineLeaks: GoroutineLeaks(leaks)})


@pytest.mark.parametrize("name", ["late-answer-1.27.3", "open-each-time-1.27.3"])
def test_the_screen_shows_the_votes_and_stays_one_screen(name: str) -> None:
    lines = screen.render(case_of(name)).splitlines()
    assert len(lines) <= 46
    assert max(map(cells, lines)) <= 80
    said = "\n".join(lines)
    assert "The leak in " in said
    assert all(f"    {signal}" in said for signal in ("growth  ", "age  ", "never woken  "))


def test_no_votes_where_goroutines_are_not_the_cause() -> None:
    case = case_of("more-load-1.27.3")
    assert "The leak in" not in screen.render(case)
    assert "### Goroutine leaks" not in markdown.render(case)


@pytest.mark.parametrize("name", ["late-answer-1.27.3", "more-load-1.27.3"])
def test_json_holds_every_vote_and_follows_the_schema(name: str) -> None:
    shown = json.loads(json_case.render(case_of(name)))
    jsonschema.Draft202012Validator(closed(schema())).validate(shown)
    leaks = shown["goroutine_leaks"]
    assert leaks
    assert all(len(leak["votes"]) == 5 for leak in leaks)
    assert all(leak["confidence"] <= 0.8 or leak["signals_that_agree"] >= 2 for leak in leaks)


def test_a_ticket_has_a_table_of_votes_for_each_leak() -> None:
    shown = markdown.render(case_of("late-answer-1.27.3"))
    part = shown.partition("### Goroutine leaks")[2].partition("###")[0]
    assert "`main.fetchQuote.func1`" in part
    assert "| never woken | for |" in part
    assert "started by main.fetchQuote" in part


def test_names_from_a_dump_are_text_everywhere() -> None:
    case = hostile()
    assert "\x1b" not in screen.render(case)
    written = markdown.render(case)
    assert "\x1b" not in written
    assert "<script>alert" not in html.render(case)
    assert "|`@all" not in written


@pytest.mark.parametrize(
    ("per_second", "said"),
    [(46.4, "46 more a second"), (0.5, "30 more a minute"), (0.001, "4 more an hour")],
)
def test_a_pace_is_said_in_the_unit_that_has_a_figure(per_second: float, said: str) -> None:
    assert pace_text(per_second) == said


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1600])
def test_the_cards_fit_a_phone_and_a_wall(tmp_path: Path, width: int) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.render(hostile()), encoding="utf-8")
    with Browser() as browser:
        browser.open(file, width, 844)
        browser.value("document.querySelectorAll('details').forEach(box => { box.open = true; })")
        browser.settle()
        assert browser.value("document.documentElement.scrollWidth") == width
        assert browser.value("document.querySelectorAll('#leaks .votes tbody tr').length") >= 5
        assert browser.value("document.querySelectorAll('script').length") == 2
        assert browser.troubles() == []
