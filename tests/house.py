"""The house as data: its modules, what each imports, and the functions it holds."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module of the house; ``lazy`` when it stands inside a function."""

    target: str
    line: int
    lazy: bool


@dataclass(frozen=True, slots=True)
class Module:
    """One file of ``src/goom``: ``goom.case.units``; a package is called like its folder."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder, or the file where it stands alone: ``case``, ``verdict``."""
        return room_of(self.name)

    def at(self, line: int) -> str:
        """A place, as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{line}"


def room_of(name: str) -> str:
    """The second part of a dotted name, "" for ``goom`` itself."""
    return name.split(".")[1] if "." in name else ""


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the house."""
    return tuple(_module(path) for path in sorted((SOURCE / "goom").rglob("*.py")))


def _module(path: Path) -> Module:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8")))


def of_room(room: str) -> tuple[Module, ...]:
    """The files of one room."""
    return tuple(module for module in modules() if module.room == room)


def imports(module: Module) -> Iterator[Import]:
    """Every import of a module of the house: absolute, relative, lazy, or named in a string."""
    known = {one.name for one in modules()}
    for node, lazy in with_laziness(module.tree):
        for name in _targets(node, module):
            while name and name not in known:
                name = name.rpartition(".")[0]  # noqa: PLW2901 - a class or function: its module
            if name:
                yield Import(name, getattr(node, "lineno", 0), lazy)


def with_laziness(node: ast.AST, *, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Every node beneath, and whether it stands inside a function."""
    for child in ast.iter_child_nodes(node):
        yield child, lazy
        yield from with_laziness(child, lazy=lazy or isinstance(child, Function | ast.Lambda))


def _targets(node: ast.AST, module: Module) -> list[str]:
    match node:
        case ast.Import(names):
            return [alias.name for alias in names if alias.name.split(".")[0] == "goom"]
        case ast.ImportFrom(origin, names, level):
            start = f"{_above(module, level)}.{origin or ''}".strip(".") if level else origin or ""
            if start.split(".")[0] == "goom":
                return [f"{start}.{alias.name}" for alias in names]
        case ast.Call(ast.Attribute(attr="import_module"), [ast.Constant(str(name)), *_]):
            return [name] if name.split(".")[0] == "goom" else []
    return []


def _above(module: Module, level: int) -> str:
    inside = module.path.name == "__init__.py"
    parts = module.name.split(".")
    return ".".join(parts[: len(parts) - level + inside])


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones included."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines from ``def`` to the end; the docstring is documentation and does not count."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    documentation = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - documentation


def depth(function: Function) -> int:
    """How deep blocks stand within blocks; ``elif`` is no deeper than its ``if``."""
    return max((_depth(statement) for statement in function.body), default=0)


def _depth(node: ast.AST) -> int:
    if isinstance(node, Function | ast.ClassDef | ast.Lambda):
        return 0  # counted on its own
    inner = max((_depth(child) for child in _steps(node)), default=0)
    return inner + isinstance(node, BLOCKS)


def _steps(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        is_elif = isinstance(node, ast.If) and node.orelse == [child] and isinstance(child, ast.If)
        yield from _steps(child) if is_elif else (child,)


BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)


def parameters(function: Function) -> int:
    """How many, without ``self`` and ``cls``."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([one for one in named if one.arg not in ("self", "cls")])
