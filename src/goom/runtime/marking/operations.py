"""What a program does to the graph while the collector marks it, one pointer at a time.

What each does is in ``mutator``, how it is told in ``words``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """Done by the goroutine that owns this stack."""

    stack: int


@dataclass(frozen=True, slots=True)
class Allocate(Operation):
    """``slot = new(T)`` with so many pointer fields."""

    slot: int
    fields: int


@dataclass(frozen=True, slots=True)
class Load(Operation):
    """``slot = source.field``: a pointer comes from the heap to the stack. No barrier."""

    slot: int
    source: int  # the slot that holds the object
    field: int


@dataclass(frozen=True, slots=True)
class LoadGlobal(Operation):
    """``slot = global``."""

    slot: int
    number: int


@dataclass(frozen=True, slots=True)
class Copy(Operation):
    """``slot = value`` on one stack; None drops what the slot held. No barrier, in any Go."""

    slot: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Store(Operation):
    """``target.field = value``: a pointer is written to the heap. ``value`` None writes nil."""

    target: int  # the slot that holds the object
    field: int
    value: int | None  # the slot of the new pointer


@dataclass(frozen=True, slots=True)
class StoreGlobal(Operation):
    """``global = value``: has a barrier as well (mbarrier.go, "Global writes")."""

    number: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Send(Operation):
    """A channel operation that copies straight to another, waiting goroutine's stack.

    The one place where a goroutine writes to a stack that is not its own (sendDirect, chan.go),
    so it has a barrier (typeBitsBulkBarrier).
    """

    value: int
    other: int
    slot: int  # of the other


@dataclass(frozen=True, slots=True)
class Receive(Operation):
    """The same the other way round: the reader copies from a waiting sender (recvDirect)."""

    slot: int
    other: int
    value: int  # the slot of the other


@dataclass(frozen=True, slots=True)
class Finish(Operation):
    """The second half of a torn write: the pointer itself is stored, after its barrier ran."""


GuardedWrite = Store | StoreGlobal | Send | Receive  # those that run the write barrier
