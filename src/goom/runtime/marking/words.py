"""Operations of the program as Go statements and as sentences."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.marking.graph import NIL, Graph, Pointer
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


@dataclass(frozen=True, slots=True)
class Words:
    """Tells operations on the graph as it is before each."""

    names: Names
    graph: Graph

    def code(self, operation: Operation) -> str:
        """The Go statement."""
        slot, own = self.names.slot, operation.stack
        match operation:
            case Allocate(_, to, _):
                said = f"{slot(own, to)} = new({self.names.object(len(self.graph.fields))})"
            case Load(_, to, source, number):
                said = f"{slot(own, to)} = {self._field(own, source, number)}"
            case LoadGlobal(_, to, number):
                said = f"{slot(own, to)} = {self.names.global_(number)}"
            case Copy(_, to, value):
                said = f"{slot(own, to)} = {slot(own, value)}"
            case Store(_, target, number, value):
                said = f"{self._field(own, target, number)} = {slot(own, value)}"
            case StoreGlobal(_, number, value):
                said = f"{self.names.global_(number)} = {slot(own, value)}"
            case Send(_, value, other, to):
                said = f"ch <- {slot(own, value)}  // {slot(other, to)} = <-ch"
            case Receive(_, to, other, value):
                said = f"{slot(own, to)} = <-ch  // ch <- {slot(other, value)}"
            case _:
                said = ""
        return said

    def told(self, operation: Operation) -> str:
        """A sentence about objects."""
        names, own = self.names, operation.stack
        match operation:
            case Allocate(_, to, _):
                born = names.object(len(self.graph.fields))
                said = f"makes {born} and keeps it in {names.slot(own, to)}"
            case Load(_, to, source, number):
                read = self.graph.fields[self._held(own, source)][number]
                said = f"reads {self._place(own, source, number)}: {self._points(own, to, read)}"
            case LoadGlobal(_, to, number):
                read = self.graph.globals[number]
                said = f"reads {names.global_(number)}: {self._points(own, to, read)}"
            case Copy(_, to, None):
                said = f"sets {names.slot(own, to)} to nil; it held {self._object(own, to)}"
            case Copy(_, to, value):
                said = f"copies {self._object(own, value)} to {names.slot(own, to)}"
            case Store(_, target, number, value):
                place = self._place(own, target, number)
                said = f"writes {self._object(own, value)} into {place}"
            case StoreGlobal(_, number, value):
                said = f"writes {self._object(own, value)} into {names.global_(number)}"
            case Send(_, value, other, to):
                there = f"{names.goroutine(other)}, into {names.slot(other, to)}"
                said = f"sends {self._object(own, value)} over a channel to {there}"
            case Receive(_, to, other, value):
                there = f"{names.goroutine(other)}, into {names.slot(own, to)}"
                said = f"receives {self._object(other, value)} over a channel from {there}"
            case _:
                said = "does the write of which the barrier has run"
        return f"The program {said}."

    def _held(self, stack: int, slot: int | None) -> Pointer:
        return NIL if slot is None else self.graph.stacks[stack][slot]

    def _object(self, stack: int, slot: int | None) -> str:
        return self.names.object(self._held(stack, slot))

    def _place(self, stack: int, slot: int, field: int) -> str:
        return self.names.place(self._held(stack, slot), field)

    def _field(self, stack: int, slot: int, field: int) -> str:
        return f"{self.names.slot(stack, slot)}.{self.names.field(self._held(stack, slot), field)}"

    def _points(self, stack: int, slot: int, pointer: Pointer) -> str:
        return f"{self.names.slot(stack, slot)} points to {self.names.object(pointer)}"
