"""What a person is told before eBPF looks begin: what each does and what it costs at most."""

from __future__ import annotations

from goom.case.units import percent_text, seconds_text
from goom.sources.ebpf.looks import EbpfOptions
from goom.sources.ebpf.programs import (
    BURST_SECONDS,
    TRACEPOINT_NANOSECONDS,
    USER_PROBE_NANOSECONDS,
)

_WORDS = {
    "mmap": "mmap, munmap, brk, mremap; some madvise, page faults",
    "stacks": "runtime.copystack at its entry",
    "gc": "the phases of each collection, stops of the world, assists",
    "oom": "cgroup reclaim in its threads; oom:mark_victim",
}
_COSTS = {
    "mmap": TRACEPOINT_NANOSECONDS,
    "stacks": USER_PROBE_NANOSECONDS,
    "gc": USER_PROBE_NANOSECONDS,
    "oom": TRACEPOINT_NANOSECONDS,
}


def lines(name: str, pid: int | None, options: EbpfOptions) -> list[str]:
    """The plan, for stderr."""
    number = "" if pid is None else f" (pid {pid})"
    rows = [f"{name}{number} through eBPF, for {seconds_text(options.seconds)}:"]
    for what in options.what:
        each = seconds_text(_COSTS[what] / 1e9)
        rows.append(f"  {what:<7} {each:>5} a hit  {_WORDS[what]}")
    share = percent_text(options.budget_fraction)
    burst = seconds_text(BURST_SECONDS * options.budget_fraction)
    rows.append(f"  Together at most {share} of one CPU: a look that hits more often stops itself")
    rows.append(f"  (counted in the kernel; {burst} may be spent at once). bpftrace takes about a")
    rows.append("  second of CPU and 100 MiB for each look, to compile it.")
    return rows
