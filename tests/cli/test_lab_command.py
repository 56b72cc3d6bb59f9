"""``goom lab`` lists what it has, and says what to type when it is asked for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goom.cli.main import main
from goom.lab.program import programs


def test_the_list_names_every_program_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "list"]) == 0
    shown = capsys.readouterr().out
    for program in programs():
        assert f"{program.name:<16}{program.cause}" in shown


def test_the_list_as_json_has_what_each_program_teaches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lab", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in told} == {program.name for program in programs()}
    assert all(one["lesson"] and one["memory_limit_bytes"] for one in told)


@pytest.mark.parametrize("arguments", [["verify"], ["record"], ["verify", "--json"]])
def test_without_a_name_it_asks_which_programs(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", *arguments]) == 2
    assert "which programs?" in capsys.readouterr().err


def test_a_program_that_is_not_there_gets_the_names_of_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lab", "run", "nonsense"]) == 2
    assert "catalogsearch" in capsys.readouterr().err


def test_an_empty_folder_of_bundles_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", "verify", "--from", str(tmp_path)]) == 2
    assert "nothing to verify" in capsys.readouterr().err
