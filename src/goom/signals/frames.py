"""Who a frame belongs to: Go itself, a dependency, or the user."""

from __future__ import annotations

import functools
import re
from urllib.parse import unquote

from goom.case.profile import Frame
from goom.case.subject import Subject
from goom.signals.standard_packages import STANDARD_PACKAGES

_CACHED = 1 << 13  # names come from strangers and may be long
_GO_TREES = ("internal/", "runtime/", "vendor/golang.org/x/")
_GENERATED = ("type:.", "type..", "go:", "go.shape.")
_VERSIONED = re.compile(r"/[^/]+@v\d")
_CLOSURE = re.compile(
    r"(?:\.(?:func|gowrap|deferwrap)\d+(?:\.\d+)*|(?<=\d)\.\d+|-fm|-range\d+|·dwrap·\d+)+$"
)


@functools.lru_cache(maxsize=_CACHED)
def package_of(function: str) -> str:
    """The import path: ``gopkg.in/yaml.v3`` of ``gopkg.in/yaml%2ev3.(*Decoder).Decode``.

    "" for what has none: assembly and C functions.
    """
    name = function.partition("[")[0]
    folder, slash, rest = name.rpartition("/")
    last, dot, _ = rest.partition(".")
    return unquote(folder + slash + last) if dot else ""


@functools.lru_cache(maxsize=_CACHED)
def is_standard_library(function: str, file: str) -> bool:
    """Whether the function comes with Go.

    A package of a standard name counts only when its file does not speak against it: a module of
    one's own may be called ``uuid`` as well. The file may be another standard package's, for
    packages lend each other functions (``go:linkname``).
    """
    package = package_of(function)
    if function.startswith(_GENERATED):
        return True
    if not package:
        return _is_standard_package(_folder_in_goroot(file))
    if not _is_standard_package(package):
        return False
    return "/" not in file or _is_standard_package(_folder_in_goroot(file))


@functools.lru_cache(maxsize=_CACHED)
def _is_standard_package(package: str) -> bool:
    if package in STANDARD_PACKAGES or package == "runtime" or package.startswith(_GO_TREES):
        return True
    parent, inside, _ = package.partition("/internal")
    return bool(inside) and _is_standard_package(parent)


def _folder_in_goroot(file: str) -> str:
    folder = file.rpartition("/")[0]
    return folder.rpartition("/src/")[2]


@functools.lru_cache(maxsize=_CACHED)
def is_dependency(function: str, file: str) -> bool:
    """Whether the function comes from the module cache (``path@version``) or a vendor folder."""
    foreign = (
        _VERSIONED.search(file) is not None
        or "/vendor/" in file
        or "/vendor/" in package_of(function)
    )
    return foreign and not is_standard_library(function, file)


def enclosing(function: str) -> str:
    """The named function that a closure, a wrapper or a range body belongs to."""
    name = _CLOSURE.sub("", function)
    return function if name.endswith(".") else name


def user_frames(stack: tuple[Frame, ...], subject: Subject) -> tuple[Frame, ...]:
    """The user's own frames, leaf first; a dependency's where there are none; else nothing."""
    foreign = [frame for frame in stack if not is_standard_library(frame.function, frame.file)]
    own = tuple(frame for frame in foreign if is_own(frame.function, frame.file, subject))
    return own or tuple(foreign)


def is_own(function: str, file: str, subject: Subject) -> bool:
    """Whether the function is the user's: of the main module, or of no known dependency."""
    package = package_of(function)
    if package == "main":
        return True
    if subject.main_packages:
        return any(
            package == path or package.startswith(path + "/") for path in subject.main_packages
        )
    return not is_standard_library(function, file) and not is_dependency(function, file)


STANDARD, DEPENDENCY, OWN = 0, 1, 2


def owner_of(function: str, file: str, subject: Subject) -> int:
    """STANDARD, DEPENDENCY or OWN."""
    if is_own(function, file, subject):
        return OWN
    return STANDARD if is_standard_library(function, file) else DEPENDENCY
