"""What objects, fields, variables and goroutines are called in a picture or a sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from goom.runtime.marking.graph import NIL, Pointer

_OBJECTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SLOTS = "xyzuvw"


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called; what has no name gets a letter or a number."""

    objects: tuple[str, ...] = ()
    fields: tuple[tuple[str, ...], ...] = ()  # of each object
    slots: tuple[tuple[str, ...], ...] = ()  # the variables of each goroutine
    globals: tuple[str, ...] = ()

    def object(self, number: Pointer) -> str:
        """A pointer's name, ``nil`` included."""
        if number == NIL:
            return "nil"
        return _at(self.objects, number) or _at(_OBJECTS, number) or f"object {number}"

    def field(self, number: Pointer, field: int) -> str:
        """The name of a field alone: ``first``."""
        given = self.fields[number] if 0 <= number < len(self.fields) else ()
        return _at(given, field) or f"f{field + 1}"

    def place(self, number: Pointer, field: int) -> str:
        """A field with its object: ``cache.first``."""
        return f"{self.object(number)}.{self.field(number, field)}"

    def slot(self, stack: int, slot: int | None) -> str:
        """The name of a variable: x, y of the first goroutine; x2, y2 of the second; or nil."""
        if slot is None:
            return "nil"
        given = self.slots[stack] if stack < len(self.slots) else ()
        letter = _at(_SLOTS, slot) or f"s{slot + 1}"
        return _at(given, slot) or (letter if stack == 0 else f"{letter}{stack + 1}")

    def goroutine(self, stack: int) -> str:
        """``goroutine 1`` is the first."""
        return f"goroutine {stack + 1}"

    def global_(self, number: int) -> str:
        """The name of a global."""
        return _at(self.globals, number) or (f"Global{number + 1}" if number else "Global")

    def listed(self, objects: Collection[Pointer]) -> str:
        """``A, B and C``."""
        names = [self.object(one) for one in sorted(objects)]
        return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _at(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""
