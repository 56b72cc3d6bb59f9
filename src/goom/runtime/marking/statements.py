"""One step of a story, from text: a Go statement, or a turn of the collector."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from goom.runtime.marking.graph import NIL, Graph
from goom.runtime.marking.marking import Reads, Step
from goom.runtime.marking.names import Names
from goom.runtime.marking.operations import (
    Allocate,
    Copy,
    Load,
    LoadGlobal,
    Operation,
    Receive,
    Send,
    Store,
    StoreGlobal,
)

_WORD = r"([A-Za-z_]\w*)"
_OF_GOROUTINE = re.compile(r"(\d+)\s*:\s*(.*)")
_COLLECTOR = re.compile(rf"collector (?:(finishes)|reads (?:goroutine (\d+)|{_WORD}))")
_CHANNEL = re.compile(rf"(send|receive) {_WORD} (?:to|from) (\d+)\.{_WORD}")
_NEW = re.compile(rf"{_WORD}\s*=\s*new\(([\w\s,]*)\)")
_ASSIGNMENT = re.compile(rf"{_WORD}(?:\.{_WORD})?\s*=\s*{_WORD}(?:\.{_WORD})?")


@dataclass
class Reader:
    """Reads steps on the graph as it is before each; ``names`` grows with new objects."""

    names: Names
    graph: Graph

    def step(self, text: str) -> Operation | Step | None:
        """An operation, what the collector reads, or None when it finishes; else ValueError."""
        bare = text.strip()
        if found := _COLLECTOR.fullmatch(bare):
            return self._collector(*found.groups())
        own = 0
        if found := _OF_GOROUTINE.fullmatch(bare):
            own, bare = self._goroutine(found[1]), found[2]
        if found := _CHANNEL.fullmatch(bare):
            return self._channel(own, *found.groups())
        if found := _NEW.fullmatch(bare):
            return self._new(own, found[1], found[2])
        if found := _ASSIGNMENT.fullmatch(bare):
            return self._assignment(own, *found.groups())
        raise ValueError("not a statement that a story knows")

    def _collector(self, finishes: str, goroutine: str, name: str) -> Step | None:
        if finishes:
            return None
        if goroutine:
            return Step(Reads.SLOT, self._goroutine(goroutine))
        if name in self.names.globals:
            return Step(Reads.GLOBAL, self.names.globals.index(name))
        if name in self.names.objects:
            return Step(Reads.FIELD, self.names.objects.index(name))
        raise ValueError(f"{name} is neither an object nor a global")

    def _channel(self, own: int, verb: str, name: str, other: str, there: str) -> Operation:
        slot, peer = self._slot(own, name), self._goroutine(other)
        if peer == own:
            raise ValueError("a goroutine cannot wait for itself")
        theirs = self._slot(peer, there)
        self._not_nil(*((own, slot) if verb == "send" else (peer, theirs)))
        if verb == "send":
            return Send(own, slot, peer, theirs)
        return Receive(own, slot, peer, theirs)

    def _new(self, own: int, name: str, words: str) -> Operation:
        born, *fields = [word.strip() for word in words.split(",")]
        if not re.fullmatch(_WORD, born) or not all(re.fullmatch(_WORD, one) for one in fields):
            raise ValueError("new wants a name and the names of its fields")
        if born in (*self.names.objects, *self.names.globals):
            raise ValueError(f"{born} is there already")
        self.names = replace(
            self.names,
            objects=(*self.names.objects, born),
            fields=(*self.names.fields, tuple(fields)),
        )
        return Allocate(own, self._slot(own, name), len(fields))

    def _assignment(self, own: int, to: str, field: str, source: str, read: str) -> Operation:
        if field and not read:
            slot = self._slot(own, to)
            return Store(own, slot, self._field(own, slot, field), self._value(own, source))
        if to in self.names.globals and not field and not read:
            return StoreGlobal(own, self.names.globals.index(to), self._value(own, source))
        if field:
            raise ValueError("one pointer at a time: read it into a variable first")
        slot = self._slot(own, to)
        if read:
            held = self._slot(own, source)
            return Load(own, slot, held, self._field(own, held, read))
        if source in self.names.globals:
            return LoadGlobal(own, slot, self.names.globals.index(source))
        return Copy(own, slot, self._value(own, source))

    def _goroutine(self, number: str) -> int:
        if not 1 <= int(number) <= len(self.graph.stacks):
            raise ValueError(f"there is no goroutine {number}")
        return int(number) - 1

    def _slot(self, own: int, name: str) -> int:
        if name not in self.names.slots[own]:
            raise ValueError(f"goroutine {own + 1} has no variable {name}")
        return self.names.slots[own].index(name)

    def _value(self, own: int, name: str) -> int | None:
        return None if name == "nil" else self._slot(own, name)

    def _not_nil(self, own: int, slot: int) -> int:
        held = self.graph.stacks[own][slot]
        if held == NIL:
            raise ValueError(f"{self.names.slots[own][slot]} is nil here")
        return held

    def _field(self, own: int, slot: int, name: str) -> int:
        held = self._not_nil(own, slot)
        if name not in self.names.fields[held]:
            raise ValueError(f"{self.names.object(held)} has no field {name}")
        return self.names.fields[held].index(name)
