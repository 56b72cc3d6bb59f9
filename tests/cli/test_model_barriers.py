"""``goom model barriers``: the screen, JSON, the page, stories from files and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goom.cli.main import main
from goom.cli.model_barriers_screen import screen
from goom.runtime.marking.checks import checked, usual_bounds, without_a_part
from goom.runtime.marking.compare import compared
from goom.runtime.marking.lesson import BarriersLesson, lesson

QUICK = ["model", "barriers", "--objects", "1", "--operations", "1"]
STORY = """
steps = ["collector reads goroutine 1", "x = G", "G = nil", "collector finishes"]
objects = {held = {}}
globals = {G = "held"}
goroutine = [{x = "nil"}]
"""


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def told() -> BarriersLesson:
    searched = [one for bound in usual_bounds(2, 2) for one in checked(bound)]
    parts = tuple(without_a_part())
    return lesson(checks=(*searched, *parts), costs=tuple(compared(objects=300)))


def test_the_screen_counts_compares_and_tells(told: BarriersLesson) -> None:
    shown = screen(told)
    assert "Every graph, every operation, every order" in shown
    assert "4 The program writes nil into A.f1. B is hidden.   y.f1 = nil" in shown
    assert "loses photo, draft and note" in shown
    assert "14 barriers with one part taken away lose objects, 2 changes are harmless" in shown
    counted = [line.split() for line in shown.splitlines() if "," in line]
    safe = [words[0] for words in counted if words[-1] == "none"]
    assert safe == ["dijkstra", "yuasa", "hybrid", "go"]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_screen_fits_80_columns(told: BarriersLesson, ascii_only: bool) -> None:
    shown = screen(told, ascii_only)
    assert max(map(len, shown.splitlines())) <= 80
    assert not ascii_only or shown.isascii()


def test_the_page_is_written(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--html", "b.html"]) == 0
    assert capsys.readouterr().out.endswith("page b.html\n")
    assert (at / "b.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_json_has_every_search_and_cost(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--json", "--html", ""]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "goom.model.barriers/1"
    assert {one["barrier"] for one in document["costs"]} == {
        "none", "dijkstra", "yuasa", "hybrid", "go",
    }  # fmt: skip
    assert [one for one in document["checks"] if one["removed"] and one["shortest"]]
    assert not list(at.iterdir())


def test_a_story_from_a_file_is_played(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "mine.toml").write_text(STORY, encoding="utf-8")
    assert main([*QUICK, "--scenario", "mine.toml", "--html", "", "--go", "1.22.10"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Go 1.22:")
    assert "none      loses held, keeps no garbage, reads 0 words in a pause" in shown
    assert "dijkstra  keeps no garbage, reads 1 word in a pause" in shown


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--scenario", "none.toml"], "cannot read none.toml"),
        (["--go", "1.4"], "the barrier of Go 1.4 was not checked"),
        (["--objects", "0"], "at least one object"),
        (["--objects", "9"], "too many to try every graph"),
        (["--operations", "-1"], "at least one object"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    at: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main([*QUICK, *arguments]) == 2
    assert complaint in capsys.readouterr().err
