"""Where a Go type keeps its fields: structs and arrays by name, and paths through them.

Names are those of the compiler's DWARF: ``runtime.mheap``, ``[136]struct { … }``. Where they come
from, an executable's own DWARF or a table, is the business of whoever makes the ``Layouts``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from goom.case.errors import BadInput

WORD_BYTES = 8
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Field:
    """A struct's field; ``type`` is the name of its type, "" for what has none."""

    offset: int
    size_bytes: int
    type: str


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct type."""

    name: str
    size_bytes: int
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Array:
    """An array type; the elements lie ``size_bytes / count`` apart."""

    name: str
    size_bytes: int
    count: int
    element: str

    @property
    def stride_bytes(self) -> int:
        """From one element to the next."""
        return self.size_bytes // self.count if self.count else 0


Shape = Struct | Array


@dataclass(frozen=True, slots=True, eq=False)
class Layouts:
    """The types of one executable; ``find`` gives one by name, None for what it does not know."""

    find: Callable[[str], Shape | None]
    known: dict[str, Shape | None] = field(default_factory=dict)

    def shape(self, name: str) -> Shape | None:
        """A type, None when nobody knows it."""
        if name not in self.known:
            self.known[name] = _built_in(name) or self.find(name)
        return self.known[name]

    def struct(self, name: str) -> Struct:
        """A struct that has to be there; BadInput when it is not."""
        found = self.shape(name)
        if not isinstance(found, Struct):
            raise BadInput(f"this program's {name} has a layout that goom does not know")
        return found

    def at(self, struct: str, *path: str) -> Field:
        """A field by its path from a struct: ``at("runtime.p", "gFree", "size")``.

        The offset is from the struct's start. BadInput when there is no such path.
        """
        found = self.maybe(struct, *path)
        if found is None:
            raise BadInput(f"this program's {struct} has no field {'.'.join(path)}")
        return found

    def maybe(self, struct: str, *path: str) -> Field | None:
        """As ``at``; None when there is no such path."""
        offset, kind, last = 0, struct, None
        for name in path[:_DEEPEST]:
            shape = self.shape(kind)
            last = shape.fields.get(name) if isinstance(shape, Struct) else None
            if last is None:
                return None
            offset, kind = offset + last.offset, last.type
        return Field(offset, last.size_bytes, last.type) if last else None

    def array(self, struct: str, *path: str) -> tuple[int, Array]:
        """An array by its path from a struct: its offset and its shape."""
        place = self.at(struct, *path)
        found = self.shape(place.type)
        if not isinstance(found, Array):
            raise BadInput(f"this program's {struct}.{'.'.join(path)} is no array")
        return place.offset, found


def _built_in(name: str) -> Struct | None:
    """Strings and slices look alike in every version (reflect.StringHeader, SliceHeader)."""
    if name == "string":
        return _words(name, "str", "len")
    if name.startswith("[]"):
        return _words(name, "array", "len", "cap")
    return None


def _words(name: str, *fields: str) -> Struct:
    placed = {one: Field(WORD_BYTES * row, WORD_BYTES, "") for row, one in enumerate(fields)}
    return Struct(name, WORD_BYTES * len(fields), placed)
