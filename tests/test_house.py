"""Who may know whom, and who may touch the world: docs/architecture.md, held."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house import ROOT, Module, imports, modules, of_room, room_of, with_laziness

BELOW_DIAGNOSE = {
    "case",
    "rooms",
    "runtime",
    "signals",
    "detectors",
    "findings",
    "verdict",
    "remedies",
}
EVERYTHING = BELOW_DIAGNOSE | {
    "formats", "sources", "renderers", "golang", "lab", "claims", "diagnose", "cli",
}  # fmt: skip
MAY_IMPORT = {
    "case": {"case"},
    "rooms": set[str](),
    "runtime": {"case", "runtime"},
    "formats": {"case", "formats"},
    "sources": {"case", "formats", "sources"},
    "signals": {"case", "runtime", "rooms", "signals"},
    "detectors": {"case", "signals", "runtime", "rooms"},
    "findings": {"case", "signals", "runtime", "rooms"},
    "verdict": {"case"},
    "remedies": {"case", "signals", "runtime", "rooms"},
    "diagnose": BELOW_DIAGNOSE,
    "renderers": {"case", "runtime", "renderers"},
    "golang": {"case", "formats", "sources", "golang"},
    "lab": {"case", "formats", "sources", "golang", "diagnose", "lab"},
    "claims": {"case", "formats", "sources", "golang", "runtime", "claims"},
    "cli": EVERYTHING,
    "__main__": {"cli"},
}
PURE = EVERYTHING - {"sources", "golang", "lab", "claims", "cli"}
DRAWERS = {"common", "util", "utils", "helper", "helpers", "misc", "shared", "stuff"}


def test_every_room_has_its_arrows() -> None:
    rooms = {module.room for module in modules()} - {""}
    assert rooms <= MAY_IMPORT.keys()


def test_arrows_point_down_only() -> None:
    assert not [
        f"{module.at(one.line)} {module.room} imports {one.target}"
        for module in modules()
        if module.room
        for one in imports(module)
        if room_of(one.target) not in MAY_IMPORT[module.room] | {""}
    ]


def test_the_table_in_the_documentation_says_the_same() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 5 and cells[1].startswith("`"):
            room = cells[1].strip("`/").removesuffix(".py")
            said = set(re.findall(r"`([a-z_]+)`", cells[3])) | {room}
            assert cells[3] == "everything" or said == MAY_IMPORT[room] | {room}, room


def test_nothing_imports_in_a_circle() -> None:
    arrows = {module.name: {one.target for one in imports(module)} for module in modules()}
    while True:
        free = [name for name, targets in arrows.items() if not targets & arrows.keys() - {name}]
        if not free:
            break
        for name in free:
            del arrows[name]
    assert not sorted(arrows)


def test_a_module_of_the_house_is_imported_at_the_top() -> None:
    """Commands may import late, for a quick --help: nobody imports them, so no circle can hide."""
    assert not [
        f"{module.at(one.line)} imports {one.target} inside a function"
        for module in modules()
        if not module.name.endswith("_command")
        for one in imports(module)
        if one.lazy
    ]


def test_only_heavy_packages_are_imported_late() -> None:
    assert not [
        f"{module.at(node.lineno)} imports {package} inside a function"
        for module in modules()
        if not module.name.endswith("_command")
        for node, lazy in with_laziness(module.tree)
        if lazy and isinstance(node, ast.Import | ast.ImportFrom)
        for package in _packages(node) - HEAVY
    ]


HEAVY = {"msgspec", "numba", "numpy", "rich"}


def _packages(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").split(".")[0]}
    return {alias.name.split(".")[0] for alias in node.names}


@pytest.mark.parametrize("room", ["detectors", "remedies"])
def test_neighbours_do_not_know_each_other(room: str) -> None:
    names = {module.name for module in of_room(room)}
    assert not [
        f"{module.at(one.line)} imports its neighbour {one.target}"
        for module in of_room(room)
        for one in imports(module)
        if one.target in names - {module.name, f"goom.{room}"}
    ]


def test_a_command_imports_no_other_command() -> None:
    assert not [
        f"{module.at(one.line)} imports {one.target}"
        for module in of_room("cli")
        for one in imports(module)
        if one.target.endswith("_command")
    ]


def test_there_is_no_drawer() -> None:
    assert not [module.name for module in modules() if module.path.stem in DRAWERS]


@pytest.mark.parametrize("room", sorted(PURE))
def test_a_pure_room_leaves_the_world_alone(room: str) -> None:
    assert not [touch for module in of_room(room) for touch in touches(module)]


def touches(module: Module) -> Iterator[str]:
    """Every use of disk, network, process, clock, terminal or chance."""
    for node in ast.walk(module.tree):
        used = _imported(node) or _called(node) or _named(node)
        if used:
            yield f"{module.at(getattr(node, 'lineno', 0))} {used}"


WORLDLY_MODULES = {
    "asyncio", "concurrent", "ftplib", "getpass", "glob", "http.client", "http.server", "mmap",
    "multiprocessing", "os", "requests", "select", "selectors", "shutil", "socket", "subprocess",
    "tempfile", "threading", "time", "urllib.request", "urllib3", "zipfile",
}  # fmt: skip
WORLDLY_CALLS = {"open", "print", "input", "breakpoint"}
WORLDLY_METHODS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "mkdir", "unlink",
    "touch", "is_file", "is_dir", "resolve", "utcnow", "today", "now", "urandom",
}  # fmt: skip
WORLDLY_NAMES = {"sys.stdout", "sys.stderr", "sys.stdin", "sys.argv", "sys.exit"}


def _imported(node: ast.AST) -> str:
    match node:
        case ast.Import(names):
            return ", ".join(alias.name for alias in names if alias.name in WORLDLY_MODULES)
        case ast.ImportFrom(origin) if origin in WORLDLY_MODULES:
            return str(origin)
    return ""


def _called(node: ast.AST) -> str:
    match node:
        case ast.Call(ast.Name(name)) if name in WORLDLY_CALLS:
            return f"{name}()"
        case ast.Call(ast.Name("Console" | "Random" | "default_rng" as name), [], []):
            return f"{name}() of nobody's giving"
        case ast.Call(ast.Attribute(owner, method)) if method in WORLDLY_METHODS:
            return "" if _own_data(owner) else f".{method}()"
    return ""


def _named(node: ast.AST) -> str:
    match node:
        case ast.Attribute(ast.Name("random"), name) if name != "Random":
            return f"random.{name}"
        case ast.Attribute() if ast.unparse(node) in WORLDLY_NAMES:
            return ast.unparse(node)
    return ""


def _own_data(owner: ast.AST) -> bool:
    """Whether a chain starts at ``importlib.resources.files``: a table shipped with the code."""
    while True:
        match owner:
            case ast.Call(ast.Name("files")) | ast.Call(ast.Attribute(attr="files")):
                return True
            case ast.Call(inner) | ast.Attribute(inner) | ast.BinOp(inner):
                owner = inner
            case _:
                return False


@pytest.mark.parametrize(
    "source",
    [
        "from goom.cli.main import main",
        "from goom.cli import main",
        "import goom.cli.main as m",
        "from ..cli import main",
        "from ..cli.main import main",
        "def f():\n    from goom.cli import main",
        "import importlib\nimportlib.import_module('goom.cli.main')",
        "if TYPE_CHECKING:\n    from goom.cli.main import main",
    ],
)
def test_no_spelling_of_an_import_goes_unseen(source: str) -> None:
    path = ROOT / "src" / "goom" / "case" / "spy.py"
    spy = Module("goom.case.spy", path, ast.parse(source))
    assert {one.target for one in imports(spy)} == {"goom.cli.main"}


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "Path('x').read_text()",
        "import socket",
        "from subprocess import run",
        "import time",
        "datetime.now()",
        "random.random()",
        "default_rng()",
        "print(1)",
        "sys.stdout.write('')",
        "Console()",
    ],
)
def test_no_touch_of_the_world_goes_unseen(source: str) -> None:
    path = ROOT / "src" / "goom" / "case" / "spy.py"
    assert list(touches(Module("goom.case.spy", path, ast.parse(source))))


def test_a_table_shipped_with_the_code_may_be_read() -> None:
    source = "files('goom.runtime').joinpath('classes.csv').read_text()"
    path = ROOT / "src" / "goom" / "runtime" / "spy.py"
    assert not list(touches(Module("goom.runtime.spy", path, ast.parse(source))))
