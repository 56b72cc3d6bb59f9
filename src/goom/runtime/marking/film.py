"""Takes the frames of a mark phase while it is played, and tells each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from goom.runtime.marking.frame import Frame, Told, frame
from goom.runtime.marking.graph import NIL, Pointer
from goom.runtime.marking.marking import Color, Marking, Reads, Step
from goom.runtime.marking.mutator import perform
from goom.runtime.marking.names import Names
from goom.runtime.marking.operations import Operation
from goom.runtime.marking.words import Words


class Film:
    """Takes the frames of one mark phase while it is played."""

    def __init__(self, marking: Marking, names: Names) -> None:
        self.marking = marking
        self.names = names
        self.frames: list[Frame] = []

    def start(self, sentence: str) -> None:
        """The first frame: before anything but the start's own stop was done."""
        self.frames.append(frame(self.marking, self.names, Told("start", sentence)))

    def program(self, operation: Operation) -> None:
        """Perform one operation of the program."""
        words = Words(self.names, self.marking.graph)
        said, code = words.told(operation), words.code(operation)
        self._shoot("program", lambda: self._performed(operation, said), code)

    def collector(self, step: Step) -> None:
        """Let the collector read one word."""
        self._shoot("collector", lambda: self._taken(step))

    def collector_reads(self, whole: Step) -> None:
        """Let the collector read a whole stack or object (or one global) in one frame."""
        self._shoot("collector", lambda: self._read_whole(whole))

    def flush(self) -> None:
        """Flush the write barrier buffer in one frame."""
        self._shoot("collector", self._flushed)

    def end(self) -> None:
        """Stop the world and end marking; the last frame knows what is lost and what floats."""
        self._shoot("stopped world", self._ended)
        lost, floating = self.marking.lost(), self.marking.floating()
        name = self.names.object
        self.frames[-1] = replace(
            self.frames[-1],
            lost=tuple(map(name, sorted(lost))),
            floating=tuple(map(name, sorted(floating))),
        )

    def _performed(self, operation: Operation, said: str) -> str:
        asked, buffered = self.marking.tally.shades, len(self.marking.buffer)
        white = self._white()
        perform(self.marking, operation)
        shaded = white - self._white()
        if shaded:
            return f"{said} The barrier shades {self.names.listed(shaded)}."
        if len(self.marking.buffer) > buffered:
            kept = {one for one in self.marking.buffer[buffered:] if one != NIL}
            return f"{said} The barrier puts {self.names.listed(kept) or 'nil'} into the buffer."
        if self.marking.tally.shades > asked:
            return f"{said} The barrier finds nothing white."
        return said

    def _taken(self, step: Step) -> str:
        what = self._next_place(step)
        white = self._white()
        pointer = self.names.object(self.marking.take(step))
        turned = white - self._white()
        said = f"The collector reads {what}: {pointer}"
        return f"{said} turns grey." if turned else f"{said}."

    def _next_place(self, step: Step) -> str:
        marking, number = self.marking, step.number
        match step.reads:
            case Reads.SLOT:
                return self.names.slot(number, marking.slots_done[number])
            case Reads.GLOBAL:
                return self.names.global_(number)
            case Reads.FIELD:
                return self.names.place(number, marking.fields_done[number])
            case _:
                return "the barrier's buffer"

    def _read_whole(self, whole: Step) -> str:
        white = self._white()
        while whole in set(self.marking.steps()):
            self.marking.take(whole)
        turned = white - self._white()
        what = {
            Reads.SLOT: f"the stack of {self.names.goroutine(whole.number)}",
            Reads.GLOBAL: self.names.global_(whole.number),
        }.get(whole.reads, self.names.object(whole.number))
        return f"The collector reads {what}: {self._turning(turned)}."

    def _flushed(self) -> str:
        white = self._white()
        entries = len(self.marking.buffer)
        self.marking.flush()
        turned = white - self._white()
        return f"The barrier's buffer is flushed, {entries} entries: {self._turning(turned)}."

    def _turning(self, turned: frozenset[Pointer]) -> str:
        if not turned:
            return "nothing white there"
        return f"{self.names.listed(turned)} {'turn' if len(turned) > 1 else 'turns'} grey"

    def _ended(self) -> str:
        words, white = self.marking.tally.stopped_work, self._white()
        self.marking.end()
        words = self.marking.tally.stopped_work - words
        kept = f"Marked: {len(self.marking.marked())}; the sweep frees the others."
        if not self.marking.barrier.stops_to_rescan:
            return f"Marking ends: the world stops, nothing is left to read. {kept}"
        found = self._turning(white - self._white())
        return (
            f"Marking ends: the world stops, {words} words are read in the pause: {found}. {kept}"
        )

    def _shoot(self, actor: str, work: Callable[[], str], code: str = "") -> None:
        white, hits = self._white(), self.marking.tally.barrier_hits
        sentence = work()
        turned = white - self._white()
        barrier = self.marking.tally.barrier_hits > hits
        told = Told(actor, sentence, code, turned, barrier)
        self.frames.append(frame(self.marking, self.names, told))

    def _white(self) -> frozenset[Pointer]:
        colors = enumerate(self.marking.color)
        return frozenset(one for one, color in colors if color is Color.WHITE)
