"""Reads the runtime's own tables of size classes, and writes the data that the models use.

    python -m goom.golang.size_class_table                  every toolchain in the cache
    python -m goom.golang.size_class_table 1.21.13 1.28     these, obtained when needed

It writes ``runtime/size_classes.csv`` and ``runtime/size_class_sources.csv``, which names what was
read. One table serves all versions because it is the same in all; a toolchain with another table is
refused, since then the model has to learn versions first.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import goom
from goom.case.errors import BadInput
from goom.golang.toolchain import Toolchain, cached_versions, obtain

DATA = Path(goom.__file__).parent / "runtime"
TABLE, SOURCES = "size_classes.csv", "size_class_sources.csv"

_FILES = ("internal/runtime/gc/sizeclasses.go", "runtime/sizeclasses.go")  # since 1.25, before
_ARRAY = r"^var {name} = \[[^\]]*\]uint\d+\{{([^}}]*)\}}"
_CONSTANT = r"^\s*{name}\s*=\s*(\d+)\s*$"
_NAMES = {
    "sizes": ("SizeClassToSize", "class_to_size"),
    "pages": ("SizeClassToNPages", "class_to_allocnpages"),
    "class8": ("SizeToSizeClass8", "size_to_class8"),
    "class128": ("SizeToSizeClass128", "size_to_class128"),
    "page_shift": ("PageShift", "_PageShift"),
}


@dataclass(frozen=True, slots=True)
class RuntimeTable:
    """What one sizeclasses.go says; entry 0 of each array is class 0, large objects.

    ``class8`` and ``class128`` are the runtime's look-up tables: the class of sizes up to 1024 in
    steps of 8, and from 1024 to 32768 in steps of 128.
    """

    file: str
    size_bytes: tuple[int, ...]
    span_bytes: tuple[int, ...]
    class8: tuple[int, ...]
    class128: tuple[int, ...]

    def csv(self) -> str:
        """The rows of all 67 classes with a head."""
        rows = zip(self.size_bytes[1:], self.span_bytes[1:], strict=True)
        lines = (f"{number},{size},{span}" for number, (size, span) in enumerate(rows, 1))
        return "\n".join(("class,size_bytes,span_bytes", *lines, ""))


def read_table(toolchain: Toolchain) -> RuntimeTable:
    """The table of a toolchain; BadInput when its sources do not look as expected."""
    for file in _FILES:
        path = toolchain.goroot / "src" / file
        if path.is_file():
            return parse_table(path.read_text(encoding="utf-8"), file)
    raise BadInput(f"Go {toolchain.version} has no {_FILES[0]}.", "Is its source complete?")


def parse_table(text: str, file: str) -> RuntimeTable:
    """What a sizeclasses.go says."""
    sizes, pages = (_array(text, _NAMES[name], file) for name in ("sizes", "pages"))
    page_bytes = 1 << int(_found(_CONSTANT, text, _NAMES["page_shift"], file))
    if len(sizes) != len(pages):
        raise BadInput(f"{file}: {len(sizes)} sizes, but pages of {len(pages)} classes.")
    lookups = (_array(text, _NAMES[name], file) for name in ("class8", "class128"))
    return RuntimeTable(file, sizes, tuple(count * page_bytes for count in pages), *lookups)


def _array(text: str, names: tuple[str, ...], file: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _found(_ARRAY, text, names, file).split(","))


def _found(pattern: str, text: str, names: tuple[str, ...], file: str) -> str:
    for name in names:
        found = re.search(pattern.format(name=name), text, re.MULTILINE)
        if found:
            return found[1]
    raise BadInput(f"{file} has no {names[0]}.", "goom has to learn how this version says it.")


def generated(toolchains: Iterable[Toolchain]) -> dict[str, str]:
    """The text of both data files, by name; BadInput when two toolchains differ."""
    tables = {toolchain.version: read_table(toolchain) for toolchain in toolchains}
    if not tables:
        raise BadInput("no toolchain to read a table from.", "Name a version: 1.27.3")
    first = next(iter(tables.values())).csv()
    others = [version for version, table in tables.items() if table.csv() != first]
    if others:
        raise BadInput(
            f"Go {', '.join(others)} has another table of size classes than {min(tables)}.",
            "goom.runtime.size_classes has to learn versions before this can be written.",
        )
    digest = hashlib.sha256(first.encode()).hexdigest()
    lines = (f"{version},{table.file},{digest}" for version, table in tables.items())
    return {TABLE: first, SOURCES: "\n".join(("version,file,table_sha256", *lines, ""))}


def main(versions: Sequence[str]) -> None:
    """Write the data files from these versions, or from all in the cache."""
    wanted = versions or tuple(reversed(cached_versions()))
    for name, text in generated([obtain(version) for version in wanted]).items():
        (DATA / name).write_text(text, encoding="ascii")
        print(f"wrote {DATA / name} from Go {', '.join(wanted)}")


if __name__ == "__main__":
    main(sys.argv[1:])
