"""``goom model pacer``: the table, JSON, the page, scenario files and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.case.units import MIB
from goom.cli import terminal
from goom.cli.main import main
from goom.cli.model_pacer_screen import in_ascii, screen
from goom.runtime.pacer.forward import run
from goom.runtime.pacer.scenario import Settings
from goom.runtime.pacer.scenario_file import read

SCENARIO = """
name = "a surge"
go = "1.21"
for = "20s"
allocation_bytes_per_second = "300M"
mutator_procs = 2
reachable_bytes = [["0s", "0"], ["1s", "60M"], ["8s", "60M"], ["9s", "200M"], ["14s", "60M"]]

[settings]
gogc = [100, "off"]
memory_limit = "256M"
procs = 4
"""


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if re.match(r" *(\d+|off) +(none|\d)", line)]


def test_a_line_for_each_setting(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--gogc", "50,100,off", "--memory-limit", "none,160M", "--live", "100M"]
    assert main(["model", "pacer", *asked, "--html", ""]) == 0
    table = rows(capsys.readouterr().out)
    assert [row[:2] for row in table] == [
        ["50", "none"], ["100", "none"], ["off", "none"],
        ["50", "160.0"], ["100", "160.0"], ["off", "160.0"],
    ]  # fmt: skip
    assert int(table[0][4]) > int(table[1][4]) > int(table[2][4]) == 0
    assert not list(at.iterdir())


def test_the_page_is_written(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "pacer"]) == 0
    assert capsys.readouterr().out.endswith("page pacer.html\n")
    assert (at / "pacer.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_of_ones_own_program(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "surge.toml").write_text(SCENARIO, encoding="utf-8")
    assert main(["model", "pacer", "--scenario", "surge.toml", "--html", "own.html"]) == 0
    told = capsys.readouterr().out
    assert "Go 1.21" in told
    assert "a surge" in told
    assert [row[:2] for row in rows(told)] == [["100", "256.0"], ["off", "256.0"]]
    assert "a surge" in (at / "own.html").read_text(encoding="utf-8")


def test_options_come_before_the_file(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "surge.toml").write_text(SCENARIO, encoding="utf-8")
    asked = ["--scenario", "surge.toml", "--gogc", "25", "--go", "1.24", "--procs", "8"]
    assert main(["model", "pacer", *asked, "--html", ""]) == 0
    told = capsys.readouterr().out
    assert "Go 1.24, 2 of 8 Ps" in told
    assert [row[0] for row in rows(told)] == ["25"]


def test_json_has_every_run(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "pacer", "--gogc", "25,50", "--for", "5s", "--json", "--html", ""]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "goom.model.pacer/1"
    assert [one["gogc"] for one in told["runs"]] == [25, 50]
    assert told["scenario"]["length"] == 5.0
    assert told["runs"][0]["totals"]["cycles"] > told["runs"][1]["totals"]["cycles"]


@pytest.mark.parametrize("width", [40, 80, 120, 300])
@pytest.mark.parametrize("limit", [None, 40 << 20, 120 << 20])
def test_no_line_is_wider_than_the_terminal(width: int, limit: int | None) -> None:
    scenario = read(SCENARIO).scenario
    settings = [Settings(gogc=one, memory_limit_bytes=limit) for one in (-1, 25, 400)]
    text = screen([run(scenario, one) for one in settings], width)
    assert max(map(len, text.splitlines())) <= max(min(width, 120), 78)
    assert in_ascii(text).isascii()


def test_the_picture_shows_what_was_marked_below_what_the_heap_came_to() -> None:
    scenario = read(SCENARIO).scenario
    collected, never = run(scenario, Settings(gogc=100)), run(scenario, Settings(gogc=-1))
    drawn = screen([collected, never], 80)
    assert drawn.count(": heap in MiB over") == 1  # one that is never collected only grows
    rows = [line for line in drawn.splitlines() if re.match(r" *\d+\.\d [ ▒█]+$", line)]
    top = collected.peak_heap_bytes / MIB
    assert float(rows[0].split()[0]) == pytest.approx(top, abs=0.1)
    filled = sum("█" in row for row in rows) / len(rows)
    assert filled == pytest.approx(collected.column("heap_marked").max() / MIB / top, abs=0.2)


def test_an_old_terminal_gets_plain_characters(
    at: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "draws", lambda _: False)
    assert main(["model", "pacer", "--html", ""]) == 0
    assert capsys.readouterr().out.isascii()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--gogc", "fast"], "neither a number nor off"),
        (["--memory-limit", "12Q"], "not a size"),
        (["--procs", "0"], "GOMAXPROCS=0"),
        (["--procs", "-1"], "GOMAXPROCS=-1"),
        (["--alloc-rate", "0"], "allocates nothing"),
        (["--go", "1.3"], "does not know"),
        (["--go", "latest"], "not a Go version"),
        (["--scenario", "nowhere.toml"], "cannot read nowhere.toml"),
        (["--scenario", "own.toml", "--live", "5M"], "a scenario says itself"),
        (["--gogc", ",".join(map(str, range(60)))], "too many for one table"),
        (["--for", "100h", "--gogc", "1"], "collects more than"),
        (["--html", "no/where.html"], "cannot write"),
    ],
)
def test_what_cannot_be_modelled_is_refused(
    at: Path, asked: list[str], said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("goom.runtime.pacer.forward.MOST_CYCLES", 5000)
    (at / "own.toml").write_text(SCENARIO, encoding="utf-8")
    try:
        status = main(["model", "pacer", *asked])
    except BadInput as error:
        assert said in error.message
        return
    assert status != 0
    assert said in capsys.readouterr().err
