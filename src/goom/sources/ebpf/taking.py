"""One eBPF look while it is taken: its program, what it tells, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import nan

import numpy as np

from goom.case.ebpf import BUDGET, FIGURES, FULL, PROCESS_ENDED, EbpfCost, EbpfLook
from goom.case.errors import BadInput
from goom.case.profile import Frame
from goom.formats.bpftrace import Hit, Place, Said, parse_line
from goom.sources import procfs
from goom.sources.ebpf import bpftrace
from goom.sources.ebpf.bpftrace import Ability, Order, Outcome
from goom.sources.ebpf.programs import (
    Limits,
    assists_program,
    gc_program,
    mmap_program,
    oom_program,
    stacks_program,
)
from goom.sources.ebpf.subject import EbpfSubject

_SYSTEM_WIDE = ("mmap", "oom")  # tracepoints: the program itself picks the process
_MOST_EVENTS = 200_000
_UNKNOWN_LAYOUT = (
    "the layouts of this version of Go are not known to goom: growing stacks are counted, but the "
    "function that was running cannot be told"
)
_NO_BTF = (
    "C code keeps no frame pointers, and without BTF (CONFIG_DEBUG_INFO_BTF) the goroutine behind "
    "a call into C cannot be found: stacks that begin in C end there"
)


def program_of(kind: str, subject: EbpfSubject, able: Ability, limits: Limits) -> str:
    """The bpftrace program of a look."""
    makers: dict[str, Callable[[], str]] = {
        "mmap": lambda: mmap_program(subject, able, limits),
        "stacks": lambda: stacks_program(subject, limits),
        "gc": lambda: gc_program(subject, limits),
        "assists": lambda: assists_program(subject, limits),
        "oom": lambda: oom_program(subject, able, limits),
    }
    return makers[kind]()


@dataclass(slots=True)
class Taking:
    """One look while it is taken."""

    subject: EbpfSubject
    able: Ability
    kind: str
    limits: Limits
    cancelled: bool = False
    said: Said = field(default_factory=Said)
    hits: list[Hit] = field(default_factory=list)
    outcome: Outcome | None = None
    trouble: BaseException | None = None
    program: str = ""
    cpu: list[tuple[float, float]] = field(default_factory=list)  # (moment, CPU seconds so far)
    threads: set[int] = field(default_factory=set)  # that it ever had: the kernel kills a thread
    left_at_nanoseconds: int = 0  # when it was told to end before its time
    died: bool = False
    heap_end: int = 0  # of C's heap (brk), when the probes were in place

    def __post_init__(self) -> None:
        self.program = program_of(self.kind, self.subject, self.able, self.limits)

    def take(self) -> None:
        """Run to the end; in a thread of its own."""
        pid = self.subject.pid
        order = Order(
            program=self.program,
            seconds=self.limits.seconds,
            pid=None if self.kind in _SYSTEM_WIDE else pid,
        )
        try:
            self._cpu_now()
            self.outcome = bpftrace.run(self.able, order, self._line)
        except BaseException as error:
            self.trouble = error

    def outcome_or_reason(self) -> EbpfLook | BadInput:
        """What was seen, or why bpftrace could not."""
        try:
            return self.look()
        except BadInput as error:
            return error

    def look(self) -> EbpfLook:
        """What was seen; BadInput when bpftrace could not."""
        if self.trouble is not None:
            raise self.trouble
        outcome, said = self.outcome, self.said
        if outcome is None or not (said.attached and said.began_nanoseconds):
            if self.died:
                raise BadInput(
                    f"process {self.subject.pid} ended before the probes were in place.",
                    "Putting them in place takes a second or two. Start it under goom:  "
                    "goom run --ebpf -- ./app",
                )
            raise _failed(self.kind, outcome.complaint if outcome else "")
        began, ended = self._window()
        seen = [hit for hit in self.hits if began <= hit.nanoseconds <= ended]
        seen.sort(key=lambda hit: hit.nanoseconds)  # each CPU tells of its own in order
        stacks = _Stacks(self.subject)
        rows = [stacks.row(hit) for hit in seen]
        calls = tuple(dict.fromkeys(hit.call for hit in seen))
        figures = np.zeros((len(seen), FIGURES), dtype=np.int64)
        for place, hit in enumerate(seen):
            figures[place, : len(hit.figures)] = self._figures(hit)
        return EbpfLook(
            kind=self.kind,
            pid=self.subject.pid,
            began_at_seconds=_Clock.of(began).epoch_seconds(began),
            seconds=(ended - began) / 1e9,
            stopped=self._stopped(outcome),
            lost=said.lost,
            cost=self._cost(outcome),
            heap_end=self.heap_end,
            calls=calls,
            call_ids=np.array([calls.index(hit.call) for hit in seen], dtype=np.int32),
            at_seconds=np.array([hit.nanoseconds - began for hit in seen], dtype=np.float64) / 1e9,
            figures=figures,
            stack_ids=np.array(rows, dtype=np.int32),
            stacks=stacks.named(),
            notes=self._notes(),
        )

    def _figures(self, hit: Hit) -> tuple[int, ...]:
        """A thread of the process that is killed stands for the process."""
        if hit.call == "victim" and hit.figures and hit.figures[0] in self.threads:
            return (self.subject.pid, *hit.figures[1:])
        return hit.figures

    def _line(self, line: bytes) -> bool:
        was_attached, was_ready = self.said.attached, self.said.ready_nanoseconds
        hit = parse_line(line, self.said)
        if self.kind == "mmap" and self.said.ready_nanoseconds and not was_ready:
            self._heap_now()
        if hit is not None and len(self.hits) < _MOST_EVENTS:
            self.hits.append(hit)
        if self.said.attached and not was_attached:
            self._cpu_now()
        if not line:
            self.died = self.died or not procfs.is_alive(self.subject.pid)
            if not self.died and self.said.attached:
                self._cpu_now()
        if self.died or self.cancelled:
            if self.cancelled and not self.left_at_nanoseconds and self.said.began_nanoseconds:
                self.left_at_nanoseconds = _Clock.of(self.said.began_nanoseconds).now()
            return False
        return True

    def _heap_now(self) -> None:
        """To put the probes in place takes a second or more: what the heap grew by meanwhile is not
        of the call that is seen first. A call between bpftrace's word and this look is lost.
        """
        with suppress(BadInput):  # it has ended
            self.heap_end = self.subject.heap_end()

    def _cpu_now(self) -> None:
        """Keep the first, the moment of attaching and the newest."""
        self.threads |= procfs.threads(self.subject.pid)
        used = procfs.cpu_seconds(self.subject.pid)
        if len(self.cpu) > 2:
            self.cpu.pop()
        self.cpu.append((time.monotonic(), used))

    def _window(self) -> tuple[int, int]:
        """From the first to the last moment of the kernel's clock that the look covers.

        It begins when all probes are in place; when the budget ended it, with the first hit, so
        that a rate can be told.
        """
        said = self.said
        moments = [hit.nanoseconds for hit in self.hits] or [said.began_nanoseconds]
        first, last = min(moments), max(moments)
        if said.stopped_nanoseconds:
            return first, max(said.stopped_nanoseconds, first + 1)
        if said.last_nanoseconds:
            last = said.last_nanoseconds
        elif self.left_at_nanoseconds:
            # Told to end, it takes its probes away one by one: what was before that is whole.
            last = min(last, self.left_at_nanoseconds)
        began = said.ready_nanoseconds or first
        return began, max(last, began + 1)

    def _stopped(self, outcome: Outcome) -> str:
        if self.said.stopped_nanoseconds:
            return BUDGET
        if outcome.is_full or len(self.hits) >= _MOST_EVENTS:
            return FULL
        return "" if procfs.is_alive(self.subject.pid) else PROCESS_ENDED

    def _cost(self, outcome: Outcome) -> EbpfCost:
        rates = [
            (later[1] - earlier[1]) / (later[0] - earlier[0])
            for earlier, later in zip(self.cpu, self.cpu[1:], strict=False)
            if later[0] - earlier[0] > 0.05
        ]
        return EbpfCost(
            hits=max(self.said.hits, len(self.hits)),
            charged_seconds=self.said.charged_nanoseconds / 1e9,
            budget_fraction=self.limits.budget_fraction,
            tracer_cpu_seconds=outcome.cpu_seconds,
            subject_cpu_before=rates[0] if rates else nan,
            subject_cpu_during=rates[1] if len(rates) > 1 else nan,
        )

    def _notes(self) -> tuple[str, ...]:
        notes = [self.able.mounted] if self.able.mounted else []
        if self.kind == "stacks" and self.subject.offsets is None:
            notes.append(_UNKNOWN_LAYOUT)
        if self.kind == "mmap" and self.subject.has("runtime.cgocall") and not self.able.has_btf:
            notes.append(_NO_BTF)
        return tuple(notes)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The kernel's clock that bpftrace tells: boot time, or monotonic time on old kernels. They
    differ by how long the machine has slept; the one that is nearer to a moment told just now.
    """

    identity: int

    @staticmethod
    def of(told_nanoseconds: int) -> _Clock:
        clocks = (time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
        return _Clock(
            min(clocks, key=lambda one: abs(time.clock_gettime_ns(one) - told_nanoseconds))
        )

    def now(self) -> int:
        """In nanoseconds."""
        return time.clock_gettime_ns(self.identity)

    def epoch_seconds(self, nanoseconds: int) -> float:
        """A moment of it; the reading that was interrupted least of a few."""
        readings = []
        for _ in range(5):
            before, epoch, after = self.now(), time.time(), self.now()
            readings.append((after - before, epoch - (before + after) / 2e9))
        return min(readings)[1] + nanoseconds / 1e9


class _Stacks:
    """Each stack once, named together at the end."""

    def __init__(self, subject: EbpfSubject) -> None:
        self._subject = subject
        self._rows: dict[tuple[Place, ...], int] = {}

    def row(self, hit: Hit) -> int:
        stack = self._whole(hit)
        return self._rows.setdefault(stack, len(self._rows)) if stack else -1

    def named(self) -> tuple[tuple[Frame, ...], ...]:
        return self._subject.names(list(self._rows))

    def _whole(self, hit: Hit) -> tuple[Place, ...]:
        """The stack as the kernel unwound it; where it saw only C, the goroutine's behind it."""
        if any(self._subject.is_go(place) for place in hit.stack):
            return hit.stack
        walked: list[Place] = []
        for address in hit.walked:
            if not self._subject.is_go(address):
                break
            walked.append(address)
        if hit.stack and not (walked and self._subject.is_in(walked[0], "runtime.cgocall")):
            return hit.stack
        return (*hit.stack, *walked)


def _failed(kind: str, complaint: str) -> BadInput:
    why = complaint or "it ended without a word"
    return BadInput(
        f"bpftrace could not put the probes of the look at {kind} in place: {why[:300]}",
        "Is another tracer at work, or the kernel locked down (cat /sys/kernel/security/lockdown)?",
    )
