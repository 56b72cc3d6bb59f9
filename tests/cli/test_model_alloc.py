"""``goom model alloc``: the table, the account of a scenario, JSON, the page, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.cli import terminal
from goom.cli.main import CANNOT_TELL, main
from goom.cli.model_alloc_account import account_screen
from goom.cli.model_alloc_screen import in_ascii, screen
from goom.runtime.allocator.lesson import lesson, lesson_about
from goom.runtime.allocator.requests import requests
from goom.runtime.allocator.scenario import Scenario, accounted

SCENARIO = """
go = "1.22"
order = "listed"
after_collections = 1

[[allocations]]
size = "41"
count = 1_700
lifetime = 0

[[allocations]]
size = "1KiB"
pointers = true
count = 70

[[allocations]]
size = 5
count = 9

[[allocations]]
size = 70_000
"""


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["model", "alloc", *words]) == 0
    return capsys.readouterr().out


def test_the_table_tells_the_slot_of_41_bytes_and_the_page_is_written(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(capsys)
    assert "        41  no            5         48  7 (15 %)                168" in text
    assert "1 in 86,016  arena       grow by 4.0 MiB" in text
    assert text.endswith("page alloc.html\n")
    assert (at / "alloc.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_versions_stand_side_by_side(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "1K", "64K", "--pointers", "--go", "1.24", "--html", "")
    assert "Go 1.24 with the rules of 1.22 to 1.25" in text
    assert "1,024 with pointers             1,024           1,170.3           1,170.3" in text
    assert "of it 8 for a header" in text
    assert not list(at.iterdir())


def test_a_scenario_is_accounted_for(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "some.toml").write_text(SCENARIO)
    text = told(capsys, "--scenario", "some.toml")
    assert "Go 1.22 with" in text
    assert "Mallocs                            1,780" in text
    assert "TinyAllocs" in text
    found = json.loads(told(capsys, "--scenario", "some.toml", "--json", "--html", ""))["account"]
    assert found["mallocs"] == 1700 + 70 + 9 + 1
    assert (found["tiny_allocs"], found["tiny_blocks"]) == (6, 3)
    assert found["mallocs_by_class"][5] == 1700
    assert found["heap_inuse_bytes"] == 10 * 8192 + 8192 + 9 * 8192
    assert sum(found["bytes_by_reason"].values()) == found["heap_inuse_bytes"]


def test_the_version_asked_for_goes_before_that_of_the_file(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at / "some.toml").write_text(SCENARIO)
    assert "Go 1.21 with" in told(capsys, "--scenario", "some.toml", "--go", "1.21", "--html", "")


def test_json_has_every_step(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(told(capsys, "41", "--json", "--html", ""))
    assert document["schema"] == "goom.model.alloc/1"
    assert document["account"] is None
    (request,) = document["lesson"]["requests"]
    assert request["way"][1]["source"]["function"] == "nextFreeFast"
    assert len(document["lesson"]["classes"]) == 67


def test_a_version_to_come_is_told_to_be_unknown(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "newer than this model" in told(capsys, "--go", "1.99", "--html", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-5"], "not a size"),
        (["nonsense"], "not a size"),
        (["41.5"], "not a whole number of bytes"),
        (["nan"], "not a size"),
        (["2TiB"], "more than 1 TiB"),
        (["9" * 5000], "more than 1 TiB"),
        ([str(size) for size in range(33)], "more than a table of 32"),
        (["--go", "1.18"], "does not know Go 1.18"),
        (["--go", "two"], "not a Go version"),
        (["--scenario", "nowhere.toml"], "cannot read nowhere.toml"),
        (["--html", "no/such/folder.html"], "cannot write"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(
    at: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["model", "alloc", *words]) == CANNOT_TELL
    error = capsys.readouterr().err
    assert said in error
    assert max(map(len, error.splitlines())) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no list 'allocations'"),
        ("[[allocations]]\nsize = 41\n[", "not TOML"),
        ("allocations = []", "no list 'allocations'"),
        ("[[allocations]]\ncount = 1", "row 1 of allocations has no size"),
        ("[[allocations]]\nsize = -1", "not a size"),
        ("[[allocations]]\nsize = true", "not a whole number"),
        ("[[allocations]]\nsize = 41\ncount = -1", "count = -1"),
        ("[[allocations]]\nsize = 41\ncount = 1.5", "count = 1.5"),
        ("[[allocations]]\nsize = 41\nlifetime = 'long'", "lifetime = 'long'"),
        ("[[allocations]]\nsize = 41\npointers = 1", "neither true nor false"),
        ("[[allocations]]\nsize = 41\nsizes = 1", "'sizes', which means nothing"),
        ("order = 'random'\n[[allocations]]\nsize = 41", "order = 'random'"),
        ("go = '1.2'\n[[allocations]]\nsize = 41", "does not know Go 1.2"),
        ("[[allocations]]\nsize = '1TiB'\ncount = 100_000_000_000", "9 PB"),
        ("[[allocations]]\nsize = 41\n" * 10_001, "1 to 10,000"),
        ("#" + "x" * (1 << 20), "over 1 MiB"),
    ],
)
def test_a_scenario_that_cannot_be_read_is_refused(
    at: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (at / "bad.toml").write_text(text)
    assert main(["model", "alloc", "--scenario", "bad.toml", "--html", ""]) == CANNOT_TELL
    assert said in capsys.readouterr().err


def test_sizes_and_a_scenario_do_not_go_together(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at / "some.toml").write_text(SCENARIO)
    assert main(["model", "alloc", "41", "--scenario", "some.toml"]) == CANNOT_TELL
    assert "not both" in capsys.readouterr().err


SIZES = st.one_of(st.integers(0, 40_000), st.integers(0, 1 << 40))


@given(SIZES, st.booleans(), st.sampled_from(["1.21", "1.22", "1.27", "1.40"]))
def test_no_line_is_wider_than_the_terminal(size: int, pointers: bool, version: str) -> None:
    for width in (terminal.PLAIN_WIDTH, 120):
        text = screen(lesson((size,), version, pointers), width)
        assert max(map(len, text.splitlines())) <= width
    assert in_ascii(text).isascii()


def test_many_sizes_stand_in_one_table_without_the_way() -> None:
    text = screen(lesson_about([(size, True) for size in (0, 5, 512, 520, 1 << 40)]))
    assert "The way" not in text
    assert max(map(len, text.splitlines())) <= terminal.PLAIN_WIDTH


@pytest.mark.parametrize("order", ["mixed", "listed"])
def test_the_account_of_very_much_fits_the_terminal(order: str) -> None:
    sizes = [*range(1, 700, 3), 40_000]
    asked = requests(sizes, [size % 2 == 0 for size in sizes], 10**10, [size % 3 for size in sizes])
    for version in ("1.21", "1.27"):
        found = accounted(Scenario(version, order, 1, asked), version)
        text = account_screen(found, order)
        assert max(map(len, text.splitlines())) <= terminal.PLAIN_WIDTH
        assert found.waste.total_bytes == found.heap_inuse_bytes


def test_the_account_of_nothing_is_short() -> None:
    nothing = Scenario(None, "mixed", 0, requests([0], count=[5]))
    assert "HeapInuse grows by 0 B" in account_screen(accounted(nothing, None), "mixed")
