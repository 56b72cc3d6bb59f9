"""Looks through eBPF by hand, for tests of what is derived from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goom.case.ebpf import FIGURES, EbpfCost, EbpfLook
from goom.case.profile import Frame

Event = tuple[str, float, tuple[int, ...], int]  # call, seconds, figures, stack
GO = "/usr/local/go/src"
SYSCALL = Frame("syscall.Syscall6", f"{GO}/syscall/syscall_linux.go", 90)
LEAK = (
    SYSCALL,
    Frame("syscall.Mmap", f"{GO}/syscall/syscall_unix.go", 54),
    Frame("main.area", "app/area.go", 7),
    Frame("main.leak", "app/main.go", 12),
)
USE = (*LEAK[:3], Frame("main.use", "app/main.go", 20))
ARENA = (
    Frame("runtime.mmap", f"{GO}/runtime/cgo_mmap.go", 1),
    Frame("runtime.(*mheap).sysAlloc", f"{GO}/runtime/malloc.go", 600),
    Frame("main.leak", "app/main.go", 12),
)
IN_C = (
    Frame("mmap", "/lib/libc.so.6", 0),
    Frame("runtime.cgocall", f"{GO}/runtime/cgocall.go", 1),
    Frame("main._Cfunc_grab", "_cgo_gotypes.go", 3),
    Frame("main.render", "app/main.go", 33),
)
DEEP = (Frame("fmt.Sprintf", f"{GO}/fmt/print.go", 5), Frame("main.walk", "app/walk.go", 9))
STACKS = (LEAK, USE, ARENA, IN_C, DEEP)
PRIVATE = 0x22  # MAP_PRIVATE | MAP_ANONYMOUS


def look(
    kind: str,
    events: Sequence[Event],
    *,
    seconds: float = 10.0,
    heap_end: int = 0,
    stopped: str = "",
) -> EbpfLook:
    """A look with these events and the stacks above."""
    calls = tuple(dict.fromkeys(event[0] for event in events))
    figures = np.zeros((len(events), FIGURES), dtype=np.int64)
    for row, event in enumerate(events):
        figures[row, : len(event[2])] = event[2]
    return EbpfLook(
        kind=kind,
        pid=4711,
        began_at_seconds=1.7e9,
        seconds=seconds,
        stopped=stopped,
        lost=0,
        cost=EbpfCost(
            hits=len(events), charged_seconds=0.001, budget_fraction=0.01, tracer_cpu_seconds=0.4
        ),
        heap_end=heap_end,
        calls=calls,
        call_ids=np.array([calls.index(event[0]) for event in events], dtype=np.int32),
        at_seconds=np.array([event[1] for event in events], dtype=np.float64),
        figures=figures,
        stack_ids=np.array([event[3] for event in events], dtype=np.int32),
        stacks=STACKS,
    )


def mapped(at: int, size: int, stack: int = 0, flags: int = PRIVATE) -> Event:
    """A mapping that the kernel made at an address."""
    return ("mmap", 0.0, (at, 0, size, 3, flags, -1), stack)


def unmapped(at: int, size: int, stack: int = 1) -> Event:
    """A range that was given back."""
    return ("munmap", 0.0, (0, at, size), stack)
