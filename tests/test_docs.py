"""The documentation says what the code does: commands, causes, links, generated pages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from goom import detectors
from goom.case.verdict import CAUSES
from goom.cli.explain_command import SECTIONS, read_page
from goom.cli.main import CANNOT_TELL, command_names, main
from goom.rooms import name_of, residents
from tests.house import ROOT, Module, functions, imports, modules, of_room

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks/README.md")
SPEAKERS = {name_of(speak): speak for speak in residents(detectors, "detector")}


def test_the_readme_begins_with_exactly_two_commands() -> None:
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    commands = [line.split("#")[0].split() for line in blocks[0].splitlines()]
    assert commands == [["make", "demo"], ["make", "test"]]


@pytest.mark.parametrize("command", command_names())
def test_the_readme_names_every_command(command: str) -> None:
    assert f"`goom {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_help_names_every_command_on_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([]) == CANNOT_TELL
    lines = capsys.readouterr().out.partition("COMMAND\n")[2].splitlines()
    assert [line.split()[0] for line in lines if line] == list(command_names())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_every_cause_has_one_detector() -> None:
    found = [name_of(speak) for speak in residents(detectors, "detector")]
    assert sorted(found) == sorted(CAUSES)


@pytest.mark.parametrize("cause", SPEAKERS)
def test_a_detector_explains_itself(cause: str) -> None:
    page = read_page(cause, SPEAKERS[cause].__doc__ or "")
    assert page.summary
    assert [title for title, text in page.sections.items() if text] == list(SECTIONS)


@pytest.mark.parametrize("module", of_room("detectors")[1:], ids=lambda module: module.path.stem)
def test_a_detector_is_tested_on_a_sick_and_a_healthy_twin(module: Module) -> None:
    twins = ROOT / "tests" / "detectors" / f"test_{module.path.stem}.py"
    assert twins.exists()
    tests = [one.name for one in functions(ast.parse(twins.read_text(encoding="utf-8")))]
    assert len([name for name in tests if name.startswith("test_")]) >= 2


def test_the_page_of_causes_is_current() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "goom", "explain", "--markdown"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ROOT / "docs" / "causes.md").read_text(encoding="utf-8") == made.stdout, "make docs"


def parsers() -> list[str]:
    """The doors of ``formats``: files with a reading function that another room calls."""
    called = {
        one.target for module in modules() if module.room != "formats" for one in imports(module)
    }
    return [one.path.stem for one in of_room("formats") if one.name in called and _reads(one.tree)]


def _reads(tree: ast.Module) -> bool:
    verbs = ("parse", "read", "decode")
    return any(
        isinstance(node, ast.FunctionDef) and node.name.split("_")[0] in verbs for node in tree.body
    )


@pytest.mark.parametrize("parser", parsers())
def test_a_parser_is_fuzzed(parser: str) -> None:
    assert (ROOT / "tests" / "fuzz" / f"fuzz_{parser}.py").exists()


def test_every_fuzz_target_has_a_corpus() -> None:
    folder = ROOT / "tests" / "fuzz"
    targets = [path.stem.removeprefix("fuzz_") for path in folder.glob("fuzz_*.py")]
    assert targets
    assert not [name for name in targets if not any((folder / "corpus" / name).glob("*"))]


def test_every_file_that_prose_names_is_there() -> None:
    """A file that moves takes along what comments, docstrings and pages say of it."""
    tops = ("src", "tests", "benchmarks")
    sources = [path for top in tops for path in (ROOT / top).rglob("*.py")]
    there = [f"/{path.relative_to(ROOT).as_posix()}" for path in sources]
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (*sources, *PAGES)
        for name in re.findall(
            r"(?<![\w./\"'*-])((?:\w+/)*[a-z0-9_]+\.py)\b", path.read_text("utf-8")
        )
    }
    assert len(named) > 20
    assert not [one for one in sorted(named) if not any(p.endswith(f"/{one[1]}") for p in there)]
