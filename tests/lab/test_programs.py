"""Every program of the lab is whole, real, and gives nothing away by its words."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.case.verdict import CAUSES, SCENARIOS
from goom.golang.build import go_environment
from goom.golang.toolchain import obtain
from goom.lab.program import FIXED, SICK, Program, find, programs

ALL = programs()
ILL = [program for program in ALL if program.cause != "healthy"]
VERSIONS = ("1.21.13", "1.22.10", "newest")
TELL_TALES = re.compile(
    r"leak|sick|churn|frag|burst|surge|bloat|\boom\b|\bbug|broken|unbounded|forever|forget"
    r"|\bnever\b|retain|retention|garbage|healthy|fixed|wasted?\b|goom|lab\b|problem|wrong",
    re.IGNORECASE,
)
by_name = pytest.mark.parametrize("program", ALL, ids=lambda program: program.name)
ill_by_name = pytest.mark.parametrize("program", ILL, ids=lambda program: program.name)


def sources(program: Program) -> list[Path]:
    return [*program.folder.glob("*.go"), program.folder / "go.mod"]


def test_every_cause_has_a_program() -> None:
    assert {program.cause for program in ALL} == set(CAUSES)


@ill_by_name
def test_an_ill_program_has_a_sick_and_a_fixed_run_and_somebody_guilty(program: Program) -> None:
    assert set(program.runs) == {SICK, FIXED}
    assert program.runs[SICK].guilty
    assert not program.runs[FIXED].must_die


@by_name
def test_what_must_be_found_is_stated_in_known_words(program: Program) -> None:
    assert program.scenarios
    assert set(program.scenarios) <= set(SCENARIOS)
    assert program.lesson.endswith(".")
    assert 64 << 20 <= program.memory_limit_bytes <= 512 << 20


@ill_by_name
def test_the_guilty_functions_are_in_the_source(program: Program) -> None:
    text = "".join(path.read_text() for path in program.folder.glob("*.go"))
    for name in program.runs[SICK].guilty:
        last = name.rsplit(".", 1)[1].removeprefix("_Cfunc_")
        assert re.search(rf"\b{re.escape(last)}\(", text), name


@ill_by_name
def test_the_difference_between_sick_and_fixed_is_small(program: Program) -> None:
    sick, fixed = program.runs[SICK], program.runs[FIXED]
    if sick.tags == fixed.tags:
        assert sick.env != fixed.env
        return
    variants = [path for path in program.folder.glob("*.go") if "//go:build" in path.read_text()]
    assert len(variants) == 2
    assert all(len(path.read_text().splitlines()) <= 60 for path in variants)


@by_name
def test_no_name_and_no_comment_gives_the_answer_away(program: Program) -> None:
    assert not TELL_TALES.search(program.name)
    for path in sources(program):
        found = TELL_TALES.search(path.read_text().replace("Label", ""))
        assert not found, f"{path.name}: {found}"


@by_name
def test_a_program_is_of_a_size_to_be_read(program: Program) -> None:
    lines = sum(len(path.read_text().splitlines()) for path in program.folder.glob("*.go"))
    assert 80 <= lines <= 240


@by_name
def test_a_program_needs_the_standard_library_alone(program: Program) -> None:
    assert "require" not in (program.folder / "go.mod").read_text()


def test_a_program_is_found_by_name_and_by_cause() -> None:
    assert find("catalogsearch").cause == "heap_leak"
    assert find("pool_retention").name == "reportapi"
    with pytest.raises(BadInput, match="no program 'nonsense'"):
        find("nonsense")


def test_an_expectation_with_a_slip_in_it_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "slip"
    folder.mkdir()
    (folder / "expect.json").write_text('{"cause": "heap_leek"}')
    with pytest.raises(BadInput, match=r"expect\.json"):
        programs(tmp_path)


@pytest.mark.real_go
@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_go_vet_and_gofmt_have_nothing_to_say(version: str) -> None:
    toolchain = obtain(version)
    for program in ALL:
        if program.missing_needs:
            continue
        environment = go_environment(toolchain, cgo=bool(program.needs))
        for tags in ("", "next"):
            subprocess.run(
                [toolchain.go, "vet", f"-tags={tags}", "."],
                cwd=program.folder,
                env=environment,
                check=True,
            )
        gofmt: list[str | Path] = [toolchain.goroot / "bin" / "gofmt", "-l", "."]
        untidy = subprocess.run(gofmt, cwd=program.folder, capture_output=True, check=True)
        assert untidy.stdout == b""
