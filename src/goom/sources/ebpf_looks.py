"""Takes eBPF looks at one process: runs the programs, gives their stacks names, says the cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import nan

import numpy as np

from goom.case.ebpf import BUDGET, FIGURES, FULL, PROCESS_ENDED, EbpfCost, EbpfLook
from goom.case.errors import BadInput
from goom.case.profile import Frame
from goom.formats.bpftrace import Hit, Place, Said, parse_line
from goom.sources import bpftrace, procfs
from goom.sources.bpftrace import Ability, Order, Outcome
from goom.sources.ebpf_programs import (
    Limits,
    assists_program,
    gc_program,
    mmap_program,
    oom_program,
    stacks_program,
)
from goom.sources.ebpf_subject import EbpfSubject, open_subject

DEFAULT_BUDGET = 0.01
WHAT = {  # what a person asks for, and the looks that it takes
    "mmap": ("mmap",),
    "stacks": ("stacks",),
    "gc": ("gc", "assists"),
    "oom": ("oom",),
}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EbpfOptions:
    """Which of WHAT, how long, and the share of one CPU that all probes together may cost."""

    what: tuple[str, ...]
    seconds: float
    budget_fraction: float = DEFAULT_BUDGET


def checked(what: Sequence[str]) -> tuple[str, ...]:
    """The looks of these names; BadInput for one that goom does not know."""
    for name in what:
        if name not in WHAT:
            raise BadInput(
                f"{name} is nothing that goom probes.", f"Choose from:  {', '.join(WHAT)}"
            )
    return tuple(dict.fromkeys(what))


class Looking:
    """Looks under way: made (BadInput says what is missing), ``start``, ``stop``, ``looks``."""

    def __init__(self, pid: int, options: EbpfOptions, able: Ability | None = None) -> None:
        able = able or bpftrace.ability()
        self._subject = open_subject(pid)
        if self._subject.has("runtime.cgocall"):
            self._subject.libraries.load()
        kinds = [kind for name in checked(options.what) for kind in WHAT[name]]
        limits = Limits(options.seconds, options.budget_fraction / len(kinds))
        try:
            self._takes = [_Taking(self._subject, able, kind, limits) for kind in kinds]
        except BaseException:
            self._subject.close()
            raise
        self._threads = [threading.Thread(target=one.take, daemon=True) for one in self._takes]

    def start(self) -> None:
        """Put the probes in place; it takes a second or two until the first hit is told of."""
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether all looks have ended."""
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """End before the time is up."""
        for one in self._takes:
            one.cancelled = True

    def looks(self) -> tuple[EbpfLook, ...]:
        """Wait for the end; what was seen. BadInput when bpftrace could not."""
        try:
            for thread in self._threads:
                thread.join()
            return tuple(one.look() for one in self._takes)
        finally:
            self._subject.close()


def take(pid: int, options: EbpfOptions, able: Ability | None = None) -> tuple[EbpfLook, ...]:
    """All looks at the same time, each within its part of the budget; Ctrl-C ends them early."""
    looking = Looking(pid, options, able)
    looking.start()
    try:
        while not looking.is_over:
            time.sleep(0.05)
    except KeyboardInterrupt:
        pass
    looking.stop()
    return looking.looks()


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
class _Taking:
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
    attached_at_seconds: float = nan
    died: bool = False

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

    def look(self) -> EbpfLook:
        """What was seen; BadInput when bpftrace could not."""
        if self.trouble is not None:
            raise self.trouble
        outcome, said = self.outcome, self.said
        if outcome is None or not (said.attached and said.began_nanoseconds):
            raise _failed(self.kind, outcome.complaint if outcome else "")
        began, ended = self._window()
        seen = [hit for hit in self.hits if began <= hit.nanoseconds <= ended]
        seen.sort(key=lambda hit: hit.nanoseconds)  # each CPU tells of its own in order
        stacks = _Stacks(self.subject)
        rows = [stacks.row(hit) for hit in seen]
        calls = tuple(dict.fromkeys(hit.call for hit in seen))
        figures = np.zeros((len(seen), FIGURES), dtype=np.int64)
        for place, hit in enumerate(seen):
            figures[place, : len(hit.figures)] = hit.figures
        return EbpfLook(
            kind=self.kind,
            pid=self.subject.pid,
            began_at_seconds=self.attached_at_seconds,
            seconds=(ended - began) / 1e9,
            stopped=self._stopped(outcome),
            lost=said.lost,
            cost=self._cost(outcome),
            heap_end=self.subject.heap_end() if self.kind == "mmap" else 0,
            calls=calls,
            call_ids=np.array([calls.index(hit.call) for hit in seen], dtype=np.int32),
            at_seconds=np.array([hit.nanoseconds - began for hit in seen], dtype=np.float64) / 1e9,
            figures=figures,
            stack_ids=np.array(rows, dtype=np.int32),
            stacks=stacks.named(),
            notes=self._notes(),
        )

    def _line(self, line: bytes) -> bool:
        was_attached = self.said.attached
        hit = parse_line(line, self.said)
        if hit is not None and len(self.hits) < _MOST_EVENTS:
            self.hits.append(hit)
        if self.said.attached and not was_attached:
            self.attached_at_seconds = time.time()
            self._cpu_now()
        if not line:
            self.died = self.died or not procfs.is_alive(self.subject.pid)
            if not self.died and self.said.attached:
                self._cpu_now()
        return not (self.died or self.cancelled)

    def _cpu_now(self) -> None:
        """Keep the first, the moment of attaching and the newest."""
        used = procfs.cpu_seconds(self.subject.pid)
        if len(self.cpu) > 2:
            self.cpu.pop()
        self.cpu.append((time.monotonic(), used))

    def _window(self) -> tuple[int, int]:
        """From the first to the last moment of the kernel's clock that the look covers.

        Its time begins when the last probe is in place; when the budget ended it, with the first
        hit, so that a rate can be told.
        """
        said = self.said
        moments = [hit.nanoseconds for hit in self.hits] or [said.began_nanoseconds]
        first, last = min(moments), max(moments)
        if said.stopped_nanoseconds:
            return first, max(said.stopped_nanoseconds, first + 1)
        if said.last_nanoseconds:
            length = int(self.limits.seconds * 1e9)
            return said.last_nanoseconds - length, said.last_nanoseconds
        return first, max(last, first + 1)

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
