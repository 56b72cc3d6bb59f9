"""What ``capture`` is told, tells meanwhile, and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goom.sources.bundle_writer import DEFAULT_MAX_BYTES
from goom.sources.capture_plan import DEFAULT, Look, chosen, trace


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureStatus:
    """Where the capture is, for a live line. Unknown figures are nan or None."""

    elapsed_seconds: float
    for_seconds: float
    rss_bytes: float
    goroutines: int | None
    looks: int
    spent: str  # share of the time that looks took of the program


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOptions:
    """How long, how often, how much of the program's time."""

    bundle: Path
    for_seconds: float = 30.0
    looks: tuple[str, ...] = DEFAULT
    every_seconds: float = 5.0
    budget_fraction: float = 0.01
    trace_seconds: float = 0.0  # of an execution trace; 0: none is taken
    ebpf: tuple[str, ...] = ()  # looks through eBPF; none unless they are asked for
    freeze: bool = False  # hold the process's cgroup still at the brink
    max_bytes: int = DEFAULT_MAX_BYTES
    on_status: Callable[[CaptureStatus], None] | None = None


def planned(options: CaptureOptions) -> tuple[Look, ...]:
    """Every look that may be taken, the execution trace among them where it is asked for."""
    more = (trace(options.trace_seconds),) if options.trace_seconds else ()
    return (*chosen(options.looks), *more)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureResult:
    """What came of it. ``ended`` says why it stopped before its time, "" when it did not."""

    bundle: Path
    looks: int
    spent: str
    seconds: float
    over_budget: bool = False
    ended: str = ""
