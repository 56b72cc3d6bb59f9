"""The sizes that keep a file readable in one sitting; DESIGN's house numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, Function, depth, functions, length, modules, parameters

LINES_IN_A_FILE = 300
LINES_IN_A_FUNCTION = 40
LINES_IN_NINE_OF_TEN = 20
PARAMETERS = 5
WISHES = 9  # of a signal, detector or remedy
DEPTH = 3


def test_every_file_opens_with_a_sentence() -> None:
    assert not [place(path) for path in python_files() if not _opens_with_sentence(path)]


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {place(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    assert not {name: lines for name, lines in lengths.items() if lines > LINES_IN_A_FILE}


def test_no_function_is_longer_than_a_screen() -> None:
    assert not [
        f"{where} {one.name} has {length(one)} lines"
        for where, one in source_functions()
        if length(one) > LINES_IN_A_FUNCTION
    ]


def test_nine_functions_in_ten_are_short() -> None:
    lengths = sorted(length(one) for _, one in source_functions())
    assert lengths[int(len(lengths) * 0.9)] <= LINES_IN_NINE_OF_TEN


def test_no_function_takes_more_than_a_handful() -> None:
    assert not [
        f"{where} {one.name} takes {parameters(one)}"
        for where, one in source_functions()
        if parameters(one) > (WISHES if _is_resident(one) else PARAMETERS)
    ]


def _is_resident(function: Function) -> bool:
    """A resident's parameters are wishes, granted by type in rooms.py; nobody lines them up."""
    marks = {ast.unparse(mark).partition("(")[0] for mark in function.decorator_list}
    return bool(marks & {"signal", "detector", "remedy", "finding"})


def test_no_function_nests_deeper_than_three() -> None:
    assert not [
        f"{where} {one.name} nests {depth(one)} deep"
        for where, one in source_functions()
        if depth(one) > DEPTH
    ]


@pytest.mark.parametrize(
    ("source", "deep"),
    [
        ("def f():\n  if a:\n    pass\n  elif b:\n    pass\n  elif c:\n    pass", 1),
        ("def f():\n  for a in b:\n    if a:\n      with c:\n        pass", 3),
        ("def f():\n  if a:\n    pass\n  else:\n    if b:\n      pass\n    d()", 2),
        ("def f():\n  return [a for a in b if a]", 0),
    ],
)
def test_depth_counts_blocks_within_blocks(source: str, deep: int) -> None:
    assert depth(next(functions(ast.parse(source)))) == deep


def python_files() -> Iterator[Path]:
    """All Python of the project; generated tables would be data files."""
    for folder in ("src", "tests", "benchmarks"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def place(path: Path) -> str:
    """A path as one types it."""
    return str(path.relative_to(ROOT))


def source_functions() -> Iterator[tuple[str, Function]]:
    """Every function of the house with its place."""
    for module in modules():
        for one in functions(module.tree):
            yield module.at(one.lineno), one


def _opens_with_sentence(path: Path) -> bool:
    written = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return written.split("\n\n")[0].strip().endswith((".", "?", ":", "!"))
