"""What a person is told before eBPF looks begin: what each does and what it costs at most."""

from __future__ import annotations

from goom.case.units import percent_text, seconds_text
from goom.sources.ebpf_looks import EbpfOptions
from goom.sources.ebpf_programs import (
    BURST_SECONDS,
    FAULTS_A_SAMPLE,
    TRACEPOINT_NANOSECONDS,
    USER_PROBE_NANOSECONDS,
)

_WORDS = {
    "mmap": f"mmap, munmap, brk, mremap, madvise; one page fault in {FAULTS_A_SAMPLE}",
    "stacks": "runtime.copystack at its entry",
    "gc": "gcStart, startCycle, gcMarkDone, gcMarkTermination, stops; assists",
    "oom": "cgroup reclaim in its threads; oom:mark_victim",
}
_COSTS = {
    "mmap": TRACEPOINT_NANOSECONDS,
    "stacks": USER_PROBE_NANOSECONDS,
    "gc": USER_PROBE_NANOSECONDS,
    "oom": TRACEPOINT_NANOSECONDS,
}


def lines(name: str, pid: int, options: EbpfOptions) -> list[str]:
    """The plan, for stderr."""
    rows = [f"{name} (pid {pid}) through eBPF, for {seconds_text(options.seconds)}:"]
    for what in options.what:
        each = seconds_text(_COSTS[what] / 1e9)
        rows.append(f"  {what:<7} about {each} a hit   {_WORDS[what]}")
    share = percent_text(options.budget_fraction)
    burst = seconds_text(BURST_SECONDS * options.budget_fraction)
    rows.append(f"  Together at most {share} of one CPU: a look that hits more often stops itself")
    rows.append(f"  (counted in the kernel; {burst} may be spent at once). bpftrace takes about a")
    rows.append("  second of CPU and 100 MiB for each look, to compile it.")
    return rows
