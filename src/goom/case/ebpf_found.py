"""What was derived from eBPF looks: who holds mappings, who grows stacks, when it collected."""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.profile import Frame

Stack = tuple[Frame, ...]  # innermost first


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedBy:
    """One stack. ``resident_bytes`` is of what is still mapped, nan where no smaps tells of it.

    ``kind`` is go_heap, go_metadata, thread_stack, c, mmap or file.
    """

    kind: str
    stack: Stack
    calls: int
    mapped_bytes: int
    still_mapped_bytes: int
    still_mapped_ranges: int
    resident_bytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StillMapped:
    """Largest first; ``seconds`` is how long it was looked at.

    ``faulted`` are (stack, bytes): first touches of pages, estimated from a sample; ``given_back``
    the same for madvise. ``unmapped_older_bytes`` is what was unmapped of mappings from before.
    """

    rows: tuple[MappedBy, ...]
    seconds: float
    lost: int
    stopped: str
    faulted: tuple[tuple[Stack, int], ...]
    given_back: tuple[tuple[Stack, int], ...]
    unmapped_older_bytes: int
    origin: str

    def still_mapped_bytes(self, *kinds: str) -> int:
        """What is still mapped of these kinds."""
        return sum(row.still_mapped_bytes for row in self.rows if row.kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grower:
    """A function in which stacks grew: how often, by how much in all, and to which sizes."""

    frame: Frame
    growths: int
    added_bytes: int  # by all growths together; what shrank or ended since is not taken off
    largest_bytes: int
    sizes: tuple[tuple[int, int], ...]  # (new size, how often), smallest first
    stack: Stack  # the most frequent one


@dataclass(frozen=True, slots=True, kw_only=True)
class StackGrowers:
    """The functions that added most first. ``seconds`` is what the counts are of."""

    rows: tuple[Grower, ...]
    growths: int
    added_bytes: int
    shrinks: int
    seconds: float
    stopped: str
    origin: str

    @property
    def per_second(self) -> float:
        """Growths a second."""
        return self.growths / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCycle:
    """Seconds since the look began; nan for what lay outside of the look."""

    start_seconds: float  # gcStart that led to it
    mark_seconds: float  # startCycle: the world is stopped, marking begins
    termination_seconds: float  # gcMarkTermination: the world is stopped, marking is over
    end_seconds: float  # startTheWorld after it

    @property
    def marking(self) -> float:
        """How long it marked, next to the program."""
        return self.termination_seconds - self.mark_seconds

    @property
    def terminating(self) -> float:
        """How long mark termination kept the world stopped."""
        return self.end_seconds - self.termination_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCollector:
    """What one look told; ``pauses`` are (when, how long) of all stops of the world."""

    cycles: tuple[SeenCycle, ...]
    pauses: tuple[tuple[float, float], ...]
    start_calls: int  # of gcStart: several goroutines may call it for one cycle
    done_calls: int  # of gcMarkDone: marking that found more to do goes on
    seconds: float
    stopped: str
    assists: int
    assist_seconds: float  # what the assists were counted over
    assists_stopped: str
    assisting: tuple[tuple[Stack, int], ...]  # (stack, how often)

    @property
    def assists_per_second(self) -> float:
        """Assists a second."""
        return self.assists / self.assist_seconds if self.assist_seconds > 0 else 0.0
