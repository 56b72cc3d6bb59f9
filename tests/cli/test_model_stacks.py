"""``goom model stacks``: the table, JSON, the page, scenario files and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.house import ROOT

from goom.cli.main import main
from goom.cli.model_stacks_screen import screen
from goom.runtime.stacks.lesson import Question, lesson

SCENARIO = """
go = "1.22"
collections = 3

[[group]]
name = "handlers"
goroutines = 9_000
calls = [{frame = 320}, {frame = 96, count = 100, function = "main.walk"}]
waits = [{frame = 320}]

[[group]]
name = "parsers"
goroutines = 1_000
calls = [{frame = 320}, {frame = 512, count = 200}, {frame = 64, nosplit = true}]
"""


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_tells_each_growth_and_the_page_is_written(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", "stacks"]) == 0
    told = capsys.readouterr().out
    assert "623      64 KiB →     128 KiB           64,672             624" in told
    assert told.endswith("page stacks.html\n")
    assert (at / "stacks.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    "question",
    [
        Question(),
        Question(depth=0),
        Question(depth=1, frame_bytes=8192),
        Question(depth=1_000_000_000, frame_bytes=104, goroutines=1_000_000_000),
        Question(depth=3, frame_bytes=1_000_000_000),
        Question(depth=17, frame_bytes=0, goroutines=0),
    ],
)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_80_columns(question: Question, ascii_only: bool) -> None:
    text = screen(lesson(question), ascii_only)
    assert not [line for line in text.splitlines() if len(line) > 80]
    assert not ascii_only or text.isascii()


def test_json_holds_the_whole_lesson(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "stacks", "--depth", "50", "--json", "--html", ""]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "goom.model.stacks/1"
    assert told["growth"]["stack_bytes"] == 8192
    assert not list(at.iterdir())


def test_a_scenario_brings_its_own_goroutines(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "mix.toml").write_text(SCENARIO, encoding="utf-8")
    assert main(["model", "stacks", "--scenario", "mix.toml", "--html", ""]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Go 1.22 ")
    assert "handlers" in told
    assert "after 3 GCs" in told


def test_the_version_on_the_command_line_comes_before_the_scenarios(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at / "mix.toml").write_text(SCENARIO, encoding="utf-8")
    assert main(["model", "stacks", "--scenario", "mix.toml", "--go", "1.24", "--html", ""]) == 0
    assert capsys.readouterr().out.startswith("Go 1.24 ")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[[group]]", "[[grop]]"), "grop"),
        (("frame = 512", "frame = 513"), "multiple of 8"),
        (("goroutines = 9_000", "goroutines = -1"), "goroutines"),
        (("count = 200", "count = true"), "count"),
        (("calls = [{frame = 320}, {frame = 512", "call = [{frame = 512"), "call"),
        (("frame = 512", "size = 512"), "size"),
        (('go = "1.22"', "go = 1.22"), "is not text"),
        (('go = "1.22"', 'go = "0.9"'), "0.9"),
        (("nosplit = true", 'nosplit = "yes"'), "nosplit"),
        (("collections = 3", "collections = 1000000"), "collections"),
        (("[[group]]", "[[group"), "TOML"),
        (("calls = [{frame = 320}, {frame = 96", "calls = [320, {frame = 96"), "not a table"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_answered_with_what_to_mend(
    at: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], says: str
) -> None:
    (at / "mix.toml").write_text(SCENARIO.replace(*change), encoding="utf-8")
    assert main(["model", "stacks", "--scenario", "mix.toml"]) != 0
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["--depth", "-1"],
        ["--frame", "97"],
        ["--go", "1.18"],
        ["--go", "tip"],
        ["--scenario", "nowhere.toml"],
        ["--html", "nowhere/at/all.html"],
    ],
)
def test_options_that_make_no_sense_are_answered_in_a_sentence(
    at: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["model", "stacks", *arguments]) != 0
    assert capsys.readouterr().err.startswith("goom: ")


def test_the_scenario_of_the_documentation_works(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    section = page.partition("\n## stacks\n")[2].partition("\n## ")[0]
    (shown,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (at / "mix.toml").write_text(shown, encoding="utf-8")
    assert main(["model", "stacks", "--scenario", "mix.toml", "--html", ""]) == 0
    assert "handlers" in capsys.readouterr().out


def test_the_documentation_says_what_the_model_says() -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    told = lesson(Question(1000, 96))
    assert f"{len(told.growth.growths)} growths" in page
    assert f"{told.growth.copied_bytes:,} bytes copied" in page
    assert f"{told.growth.frames_walked:,} frames" in page
