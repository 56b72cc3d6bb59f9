"""A program is built once for the same content, version and options."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goom.case.errors import GoomError
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain

pytestmark = pytest.mark.real_go

HELLO = 'package main\n\nfunc main() { println("hello", word) }\n'


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "hello"
    folder.mkdir()
    (folder / "go.mod").write_text("module hello\n\ngo 1.21\n")
    (folder / "main.go").write_text(HELLO)
    (folder / "a.go").write_text('//go:build !next\n\npackage main\n\nconst word = "old"\n')
    (folder / "b.go").write_text('//go:build next\n\npackage main\n\nconst word = "new"\n')
    return folder


def says(binary: Path) -> str:
    return subprocess.run([binary], capture_output=True, text=True, check=True).stderr.strip()


def test_the_same_content_is_built_once_and_other_content_anew(program: Path) -> None:
    told: list[str] = []
    first = build(program, obtain(), progress=told.append)
    again = build(program, obtain(), progress=told.append)
    assert (first, len(told)) == (again, 1)
    (program / "main.go").write_text(HELLO.replace("hello", "hi"))
    other = build(program, obtain())
    assert (says(first), says(other)) == ("hello old", "hi old")


def test_tags_choose_between_the_variants(program: Path) -> None:
    assert says(build(program, obtain(), BuildOptions(("next",)))) == "hello new"


def test_trimpath_leaves_the_places_of_this_machine_out(program: Path) -> None:
    plain = build(program, obtain())
    trimmed = build(program, obtain(), BuildOptions(trimpath=True))
    place = str(program).encode()
    assert place in plain.read_bytes()
    assert place not in trimmed.read_bytes()


def test_what_the_compiler_says_is_passed_on(program: Path) -> None:
    (program / "main.go").write_text("package main\n\nfunc main() { missing() }\n")
    with pytest.raises(GoomError, match="undefined: missing"):
        build(program, obtain())


def test_a_folder_without_a_module_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoomError, match=r"no go\.mod"):
        build(tmp_path, obtain())
