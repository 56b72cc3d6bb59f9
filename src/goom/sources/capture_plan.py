"""What ``goom capture`` can look at, what each look costs the program, and how often it may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from goom.case.errors import BadInput
from goom.case.units import MIB, percent_text, seconds_text
from goom.sources import pprof_endpoint
from goom.sources.pprof_endpoint import Query

CPU_SECONDS = 2
ROW_SECONDS = 0.5
# Measured on 1.22 and 1.27 with 1,000 to 50,000 goroutines: benchmarks/allocating -idle N.
_PROFILE_SECONDS_EACH, _DUMP_SECONDS_EACH = 1e-6, 4e-6
# Measured on 1.27 with 100 to 50,000 goroutines and 1 to 300 MiB of live heap, on two CPUs.
_LEAKED_SECONDS_EACH, _COLLECTION_SECONDS_BY_BYTE = 2e-6, 0.5e-3 / MIB
_MOST_DUMPED = 1_000  # each takes up to 64 KiB of the program's memory while it is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One kind of look. ``query`` is None for what the kernel answers, ``rounds`` is how often it
    is taken at most (0: on schedule), ``cost`` what it does to the program. ``moments`` are those
    of a look that is better spread over the capture, as shares of its time. ``listed``: not every
    Go has it, and the index page says whether this one has.
    """

    name: str
    title: str
    cost: str
    query: Query | None = None
    at_server: bool = False  # beside /debug/pprof, not below it
    rounds: int = 0
    seconds_by_goroutine: float = 0.0
    seconds_by_byte: float = 0.0  # of memory in use
    moments: tuple[float, ...] = ()
    listed: bool = False

    def estimate_seconds(self, goroutines: int | None, used_bytes: float) -> float:
        """What it would take; what is not known (None, nan) counts as nothing."""
        known = 0.0 if isnan(used_bytes) else used_bytes
        return self.seconds_by_goroutine * (goroutines or 0) + self.seconds_by_byte * known

    def cost_text(self, goroutines: int | None) -> str:
        """The cost in words, with a figure where goroutines make it."""
        if not self.seconds_by_goroutine or goroutines is None:
            return self.cost
        estimate = seconds_text(self.seconds_by_goroutine * goroutines)
        return f"{self.cost}, ~{estimate} ({goroutines:,} goroutines)"


LOOKS = (
    Look(name="smaps", title="/proc/PID/smaps", cost="holds the mmap lock while it is read"),
    Look(name="xray", title="its memory (X-ray)", cost="read from outside; nothing stops"),
    Look(
        name="heap",
        title="heap profile",
        cost="no stop of the world",
        query=pprof_endpoint.HEAP,
    ),
    Look(
        name="goroutine",
        title="goroutine profile",
        cost="stops the world briefly",
        query=pprof_endpoint.GOROUTINE,
        seconds_by_goroutine=_PROFILE_SECONDS_EACH,
    ),
    Look(
        name="memstats",
        title="MemStats (heap?debug=1)",
        cost="ReadMemStats stops the world, tens of µs",
        query=pprof_endpoint.MEMSTATS,
    ),
    Look(
        name="dump",
        title="goroutine dump (debug=2)",
        cost="stops the world, takes some KiB of memory a goroutine",
        query=pprof_endpoint.GOROUTINE_DUMP,
        rounds=2,
        moments=(0.03, 0.8),  # who is in both has stayed
        seconds_by_goroutine=_DUMP_SECONDS_EACH,
    ),
    Look(
        name="goroutineleak",
        title="goroutine leak profile",
        cost="one garbage collection of its own; Go 1.27 has it",
        query=pprof_endpoint.LEAKED,
        rounds=1,
        seconds_by_goroutine=_LEAKED_SECONDS_EACH,
        seconds_by_byte=_COLLECTION_SECONDS_BY_BYTE,
        moments=(0.6,),
        listed=True,
    ),
    Look(
        name="cpu",
        title=f"CPU profile, {CPU_SECONDS} s",
        cost="SIGPROF 100 times per second of CPU used",
        query=pprof_endpoint.cpu(CPU_SECONDS),
        rounds=1,
    ),
    Look(
        name="metrics",
        title="/metrics",
        cost="what a scrape costs",
        query=pprof_endpoint.METRICS,
        at_server=True,
        rounds=2,
    ),
    Look(
        name="vars",
        title="/debug/vars",
        cost="ReadMemStats stops the world, tens of µs",
        query=pprof_endpoint.VARS,
        at_server=True,
    ),
    Look(
        name="allocs",
        title="allocs profile",
        cost="no stop of the world",
        query=Query("allocs", "/allocs", ".pb.gz"),
    ),
    Look(
        name="threadcreate",
        title="threadcreate profile",
        cost="no stop of the world",
        query=Query("threadcreate", "/threadcreate", ".pb.gz"),
    ),
)
DEFAULT = (
    "smaps", "xray", "heap", "goroutine", "memstats", "dump", "goroutineleak", "cpu", "metrics",
)  # fmt: skip


def chosen(names: Sequence[str]) -> tuple[Look, ...]:
    """The looks of these names; BadInput for one that goom does not know."""
    known = {look.name: look for look in LOOKS}
    for name in names:
        if name not in known:
            raise BadInput(
                f"{name} is nothing that goom can look at.",
                f"Choose from:  --profiles {','.join(known)}",
            )
    return tuple(look for look in LOOKS if look.name in names)


def trace(seconds: float) -> Look:
    """An execution trace, which is taken only when it is asked for."""
    return Look(
        name="trace",
        title=f"execution trace, {seconds_text(seconds)}",
        cost="stops the world twice; some per cent of the CPU meanwhile",
        query=pprof_endpoint.trace(seconds),
        rounds=1,
        moments=(0.3,),
    )


def worth_dumping(goroutines: int | None) -> bool:
    """A dump of very many stops the world for long and takes memory of the program's own; groups
    of the profile tell as much.
    """
    return goroutines is not None and goroutines <= _MOST_DUMPED


class Budget:
    """The share of the time that all looks together may take of the program."""

    def __init__(self, fraction: float) -> None:
        self.fraction = fraction
        self.spent_seconds = 0.0

    def spend(self, seconds: float) -> None:
        """A look took this long."""
        self.spent_seconds += max(0.0, seconds)

    def allows(self, cost_seconds: float, elapsed: float) -> bool:
        """Whether a look of this cost keeps what was spent under the budget."""
        return self.spent_seconds + cost_seconds <= self.fraction * elapsed

    def text(self, elapsed: float) -> str:
        """What was spent, for people."""
        return percent_text(self.spent_seconds / elapsed) if elapsed > 0 else "0 %"
