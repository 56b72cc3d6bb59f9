"""The runtime's own types as the debug information of a built program has them."""

from __future__ import annotations

from dataclasses import dataclass

from goom.claims.bench.bench import Go

_TYPES = (
    "runtime.mcache", "runtime.mcentral", "runtime.mheap", "runtime.mspan", "runtime.p",
    "runtime.pageCache",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """A struct: its size, and the type of each field by name."""

    size_bytes: int
    fields: dict[str, str]

    def fields_like(self, word: str) -> tuple[str, ...]:
        """The fields whose name or type has the word in it, whatever its case."""
        return tuple(name for name, kind in self.fields.items() if word in f"{name} {kind}".lower())


def layout(go: Go, name: str) -> Layout:
    """``runtime.mcache`` or another of ``_TYPES`` in this version; KeyError for another name."""
    found = go.run("layout", *_TYPES).figures()[name]
    return Layout(found["bytes"], found["fields"])
