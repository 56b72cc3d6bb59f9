"""One mark phase: the colours, the grey objects that wait, and what the collector may do next.

The collector reads one word at a time, because the program runs between any two: a slot of a
stack (its goroutine stands still until the whole stack is read: suspendG, markroot in mgcmark.go),
a global, a field of a grey object. An object is black once all its fields are read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import NamedTuple

from goom.runtime.marking.barrier import Barrier, NewObjects, Stacks
from goom.runtime.marking.graph import NIL, Graph, Pointer


class Color(IntEnum):
    """White: not found yet. Grey: found, its fields wait. Black: done."""

    WHITE = 0
    GREY = 1
    BLACK = 2


class Reads(Enum):
    """What one step of the collector looks at."""

    SLOT = "slot"  # the next one of a stack
    GLOBAL = "global"
    FIELD = "field"  # the next one of a grey object
    BUFFERED = "buffered"  # a pointer that a barrier left in the buffer


class Step(NamedTuple):
    """One word read by the collector; ``number`` of the stack, global or object."""

    reads: Reads
    number: int


class Place(NamedTuple):
    """Where a pointer can be written: in an object, among the globals, on a stack."""

    kind: str  # "field", "global", "slot"
    owner: int  # the object or the stack
    number: int  # of the field, global or slot


@dataclass(slots=True)
class Tally:
    """Units of work: one for each word read, each barrier run, each shade asked for."""

    slots_read: int = 0  # with only their goroutine stopped
    globals_read: int = 0
    fields_read: int = 0
    stopped_slots_read: int = 0  # with the world stopped
    stopped_fields_read: int = 0
    longest_goroutine_stop_slots: int = 0
    barrier_hits: int = 0
    shades: int = 0  # asked for by barriers, nil left out
    shaded: int = 0  # of these the ones that found a white object
    flushes: int = 0  # of a full buffer
    operations: int = 0
    pointer_writes: int = 0  # to the heap, globals, other stacks

    @property
    def mark_work(self) -> int:
        """All words that the collector read."""
        return self.slots_read + self.globals_read + self.fields_read + self.stopped_work

    @property
    def stopped_work(self) -> int:
        """Those read while the world was stopped."""
        return self.stopped_slots_read + self.stopped_fields_read


@dataclass
class Marking:
    """A mark phase under way; ``torn_writes`` lets others run between a barrier and its write."""

    barrier: Barrier
    graph: Graph
    torn_writes: bool = False
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        """Paint all white, turn the barrier on, and read the stacks if that is now."""
        objects, stacks = len(self.graph.fields), len(self.graph.stacks)
        self.reachable_at_start = self.graph.reachable()
        self.objects_at_start = objects
        self.color = [Color.WHITE] * objects
        self.fields_done = [0] * objects
        self.slots_done = [0] * stacks
        self.global_done = [False] * len(self.graph.globals)
        self.ran_since_scan = [False] * stacks
        self.grey: deque[Pointer] = deque()
        self.buffer: list[Pointer] = []
        self.torn: list[tuple[Place, Pointer] | None] = [None] * stacks
        if self.barrier.stacks is Stacks.AT_START:
            for stack in range(stacks):
                self._read_stopped(stack)

    def copy(self) -> Marking:
        """The same mark phase, to go on in another way."""
        twin = copy(self)
        twin.graph, twin.tally = self.graph.copy(), replace(self.tally)
        for name in ("color", "fields_done", "slots_done", "global_done", "ran_since_scan"):
            setattr(twin, name, list(getattr(self, name)))
        twin.grey, twin.buffer, twin.torn = deque(self.grey), list(self.buffer), list(self.torn)
        return twin

    def shade(self, pointer: Pointer) -> bool:
        """Turn a white object grey; whether it was white."""
        if pointer == NIL or self.color[pointer] is not Color.WHITE:
            return False
        has_fields = bool(self.graph.fields[pointer])
        self.color[pointer] = Color.GREY if has_fields else Color.BLACK
        if has_fields:
            self.grey.append(pointer)
        return True

    def add(self, fields: int) -> Pointer:
        """A new object, as the allocator gives it out during marking (mallocgc: black)."""
        color = self._color_of_new()
        born = self.graph.add(fields)
        self.color.append(Color.WHITE)
        self.fields_done.append(fields if color is Color.BLACK else 0)
        if color is Color.GREY:
            self.shade(born)
        self.color[born] = max(color, self.color[born])
        return born

    def _color_of_new(self) -> Color:
        policy = self.barrier.new_objects
        if policy is NewObjects.GREY_UNTIL_STACKS_SCANNED:
            scanned = all(map(self.is_scanned, range(len(self.slots_done))))
            return Color.BLACK if scanned else Color.GREY
        return Color.BLACK if policy is NewObjects.BLACK else Color.WHITE

    def is_scanned(self, stack: int) -> bool:
        """Whether a stack is black: read to its end."""
        return self.slots_done[stack] == len(self.graph.stacks[stack])

    def is_stopped(self, stack: int) -> bool:
        """Whether a goroutine stands still because its stack is being read."""
        return 0 < self.slots_done[stack] < len(self.graph.stacks[stack])

    def steps(self) -> Iterator[Step]:
        """All that the collector may do next, in any order and by any number of workers."""
        stacks = [one for one in range(len(self.slots_done)) if not self.is_scanned(one)]
        yield from (Step(Reads.SLOT, one) for one in stacks if self.torn[one] is None)
        if stacks and self.barrier.stacks is Stacks.BEFORE_HEAP:
            return
        yield from (Step(Reads.GLOBAL, n) for n, done in enumerate(self.global_done) if not done)
        yield from (Step(Reads.FIELD, one) for one in sorted(self.grey))
        yield from (Step(Reads.BUFFERED, one) for one in sorted(self.owed()))

    def owed(self) -> set[Pointer]:
        """The white objects that stand in the buffer: to be shaded when it is flushed."""
        return {one for one in self.buffer if one != NIL and self.color[one] is Color.WHITE}

    def take(self, step: Step) -> Pointer:
        """Read one word and shade what it points to; returns the pointer that was read."""
        match step.reads:
            case Reads.SLOT:
                pointer = self._next_slot(step.number)
            case Reads.GLOBAL:
                pointer = self.graph.globals[step.number]
                self.global_done[step.number] = True
                self.tally.globals_read += 1
            case Reads.FIELD:
                pointer = self._next_field(step.number)
                self.tally.fields_read += 1
            case Reads.BUFFERED:
                pointer = step.number
                self.tally.shaded += 1
        self.shade(pointer)
        return pointer

    def flush(self) -> int:
        """Shade all that stands in the buffer (wbBufFlush1); how many of them were white."""
        fresh = sum(self.shade(pointer) for pointer in self.buffer)
        self.tally.shaded += fresh
        self.buffer.clear()
        return fresh

    def may_end(self) -> bool:
        """Whether nothing is left to read: gcMarkDone then stops the world to end marking."""
        owes = self.barrier.flushed_at_end and bool(self.owed())
        stacks = range(len(self.slots_done))
        return (
            not self.grey
            and not owes
            and all(self.global_done)
            and all(self.is_scanned(one) and self.torn[one] is None for one in stacks)
        )

    def end(self) -> None:
        """Mark termination: with the world stopped, read stacks again if the barrier needs it."""
        if self.barrier.stops_to_rescan:
            for stack, ran in enumerate(self.ran_since_scan):
                if ran:
                    self._read_stopped(stack)
                    self.ran_since_scan[stack] = False
            while self.grey:
                self.shade(self._next_field(self.grey[0]))
                self.tally.stopped_fields_read += 1

    def marked(self) -> set[Pointer]:
        """The objects that are not white."""
        return {one for one, color in enumerate(self.color) if color is not Color.WHITE}

    def lost(self) -> set[Pointer]:
        """After the end: what the program can reach and the sweep would free."""
        return self.graph.reachable() - self.marked()

    def floating(self) -> set[Pointer]:
        """After the end: garbage that is kept until the next cycle."""
        return self.marked() - self.graph.reachable()

    def hidden(self) -> set[Pointer]:
        """Reachable objects that the collector would miss if the program did nothing more."""
        white = {one for one in self.graph.reachable() if self.color[one] is Color.WHITE}
        return white - self._to_be_found() if white else white

    def _to_be_found(self) -> set[Pointer]:
        """All that is still to be shaded: the white that grey protects, and more."""
        starts = [*self.grey, *self.owed()]
        starts += [
            one for one, done in zip(self.graph.globals, self.global_done, strict=True) if not done
        ]
        for stack, slots in enumerate(self.graph.stacks):
            again = self.barrier.stops_to_rescan
            starts += slots if again else slots[self.slots_done[stack] :]
        found = {one for one in starts if one != NIL}
        waiting = list(found)
        while waiting:
            one = waiting.pop()
            fields = self.graph.fields[one][self.fields_done[one] :]
            fresh = {x for x in fields if x != NIL and self.color[x] is Color.WHITE} - found
            found |= fresh
            waiting += fresh
        return found

    def _next_slot(self, stack: int) -> Pointer:
        slots = self.graph.stacks[stack]
        self.slots_done[stack] += 1
        self.tally.slots_read += 1
        longest = max(self.tally.longest_goroutine_stop_slots, self.slots_done[stack])
        self.tally.longest_goroutine_stop_slots = longest
        self.ran_since_scan[stack] = False
        return slots[self.slots_done[stack] - 1]

    def _next_field(self, number: Pointer) -> Pointer:
        pointer = self.graph.fields[number][self.fields_done[number]]
        self.fields_done[number] += 1
        if self.fields_done[number] == len(self.graph.fields[number]):
            self.color[number] = Color.BLACK
            self.grey.remove(number)
        return pointer

    def _read_stopped(self, stack: int) -> None:
        slots = self.graph.stacks[stack]
        self.slots_done[stack] = len(slots)
        self.tally.stopped_slots_read += len(slots)
        for pointer in slots:
            self.shade(pointer)
