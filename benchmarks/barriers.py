"""The marking model searched further than the tests do, and what Go's barrier really costs.

    python benchmarks/barriers.py [search|long|costs|pauses|flushes …] [--go 1.21.13,1.22.10,newest]
                                  [--rounds 5]

search   every barrier within larger bounds, two goroutines, torn writes, runs counted
long     three objects of two fields, 66 million states: ten minutes and 5 GB
costs    CPU time of a pointer write while the collector marks to one before it; plain words beside
pauses   the shorter pauses with few and with many deep stacks, and the CPU that marking takes
flushes  with bpftrace: pointer writes for each flush of the buffer

Without a word it does search, costs, pauses and flushes. Times are ratios of what ran in turns.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from goom.claims.bench.bench import PROGRAMS
from goom.claims.bench.cannot import CannotMeasureError
from goom.claims.bench.probes import count_calls
from goom.claims.bench.ratios import ratio_of
from goom.claims.bench.running import Setting, run_binary
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.marking.barrier import BARRIERS, BUFFER_ENTRIES, GO, NONE, Barrier
from goom.runtime.marking.bound import Bound
from goom.runtime.marking.explore import explore

WRITES = PROGRAMS / "pointerwrites"  # the one that claim C064 measures with
FLUSHES = Path(__file__).parent / "barrier_flushes"
ANY = None
BOUNDS = (
    Bound(2, 2, 1, 2, 1, operations=5),
    Bound(3, 1, 1, 2, 1, operations=4),
    Bound(2, 1, 2, 2, 1, operations=3),
    Bound(3, 1, 1, 2, 1, ANY),
    Bound(2, 2, 2, 1, 1, ANY),
    Bound(2, 1, 2, 2, 1, ANY),
    Bound(2, 2, 2, 2, 1, ANY),
    Bound(2, 1, 2, 1, 1, ANY, torn_writes=True),
    Bound(2, 2, 2, 1, 0, ANY, torn_writes=True),
)
LONG = (Bound(3, 2, 1, 2, 1, ANY),)
_MOST_STATES = 120_000_000
_FEW, _MANY = ("10", "10"), ("4000", "200")
_WRITES = 100 * 50_000
_FLUSH_BAR = 0.02


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    usual = ["search", "costs", "pauses", "flushes"]
    parser.add_argument("what", nargs="*", metavar="PART", default=usual)
    parser.add_argument("--go", default="1.21.13,1.22.10,newest", metavar="LIST")
    parser.add_argument("--rounds", type=int, default=5)
    parsed = parser.parse_args()
    versions = parsed.go.split(",")
    parts: dict[str, Callable[[], bool]] = {
        "search": lambda: searched(BOUNDS, BARRIERS),
        "long": lambda: searched(LONG, tuple(one for one in BARRIERS if one is not GO)),
        "costs": lambda: costs(binaries(WRITES, versions), parsed.rounds),
        "pauses": lambda: pauses(binaries(WRITES, versions), parsed.rounds),
        "flushes": lambda: flushes(binaries(FLUSHES, versions)),
    }
    held = [parts[name]() for name in parsed.what]
    return 0 if all(held) else 1


def binaries(program: Path, versions: list[str]) -> dict[str, Path]:
    toolchains = [obtain(version) for version in versions]
    return {one.version: build(program, one) for one in toolchains}


def searched(bounds: tuple[Bound, ...], barriers: tuple[Barrier, ...]) -> bool:
    """Zero lost objects under every barrier, and a counterexample without one."""
    held = True
    for bound in bounds:
        print(f"\n{bound.words()}")
        print(f"  {'':9}{'graphs':>8}{'states':>13}{'runs':>26}{'seconds':>9}  objects lost")
        for barrier in barriers:
            held &= one_search(barrier, bound)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"\nbar, none lost but without a barrier: {'held' if held else 'missed'}; {peak:,} MiB")
    return held


def one_search(barrier: Barrier, bound: Bound) -> bool:
    began = time.perf_counter()
    found = explore(barrier, bound, _MOST_STATES)
    took = time.perf_counter() - began
    runs = f"{found.runs:,}" if found.runs is not None else ""
    lost = "none" if found.losing is None else f"after {found.steps} steps"
    print(
        f"  {barrier.name:9}{found.graphs:8,}{found.states:13,}{runs:>26}{took:9.1f}  {lost}",
        flush=True,
    )
    return (found.losing is not None) is (barrier is NONE)


def costs(programs: dict[str, Path], rounds: int) -> bool:
    """Bursts of writes while marking to bursts before, cycle by cycle, versions in turns."""
    print("\nCPU time of a write while the collector marks / before it   median (middle half)")
    found: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    for turn in range(rounds):
        order = list(programs.items())
        for version, binary in order if turn % 2 == 0 else order[::-1]:
            for kind in ("pointer", "word"):
                for pattern in ("hot", "spread"):
                    ran = run_binary((str(binary), "costs", kind, pattern, "3"), Setting())
                    cycles = found.setdefault((version, kind, pattern), [])
                    cycles += ran.figures()["cycles"]
    for (version, kind, pattern), cycles in sorted(found.items()):
        marking = tuple(one["marking_nanoseconds"] for one in cycles)
        quiet = tuple(one["quiet_nanoseconds"] for one in cycles)
        ratio = ratio_of(marking, quiet)
        more = median(marking) - median(quiet)
        bursts = int(sum(one["marking_bursts"] for one in cycles))
        print(f"  {version:9}{kind:9}{pattern:8}{ratio.text:24} {more:+6.2f} ns"
              f"   {len(cycles)} cycles, {bursts:,} bursts")  # fmt: skip
    return True


def pauses(programs: dict[str, Path], rounds: int) -> bool:
    """The shorter quarter of the pauses: what others do on the machine makes them longer only.

    As root at the highest priority: a thread that waits for a CPU waits to be stopped as well.
    """
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    print("\npauses (both of a cycle together), lower quartile; CPU of marking a cycle")
    for version, binary in programs.items():
        shorts = []
        for goroutines, depth in (_FEW, _MANY):
            command = (str(binary), "pauses", goroutines, depth, str(10 * rounds))
            figures = run_binary(command, Setting()).figures()
            shorts.append(quantiles(figures["pause_microseconds"], n=4)[0])
            print(
                f"  {version:9}{goroutines:>6} goroutines of {depth:>4} calls"
                f"{figures['stack_scan_bytes'] / 1e6:9.2f} MB of stacks   pause {shorts[-1]:6.0f} "
                f"µs   marking {figures['mark_cpu_seconds_a_cycle'] * 1e3:6.1f} ms of CPU"
            )
        print(f"  {version:9}pause with many stacks / with few: {shorts[1] / shorts[0]:.2f}")
    return True


def flushes(programs: dict[str, Path]) -> bool:
    """A run without writes shows the flushes that are not ours."""
    wanted, held = BUFFER_ENTRIES // 2, True
    print(f"\npointer writes for each flush; the model says {wanted}")
    for version, binary in programs.items():
        try:
            without, with_writes = (
                count_calls(binary, (str(writes),), ("runtime.wbBufFlush",), Setting())[
                    "runtime.wbBufFlush"
                ]
                for writes in (0, _WRITES)
            )
        except CannotMeasureError as error:
            print(f"  {error}")
            return True
        each = _WRITES / max(with_writes - without, 1)
        held &= abs(each / wanted - 1) <= _FLUSH_BAR
        print(f"  {version:9}{each:7.1f}   ({with_writes:,} flushes)", flush=True)
    return held


if __name__ == "__main__":
    sys.exit(main())
