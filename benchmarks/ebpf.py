"""What eBPF looks cost the program that is looked at, and what one hit costs.

    python benchmarks/ebpf.py [--go 1.22.10] [--pairs 6] [--seconds 3] [--looks mmap,stacks,gc,oom]

Each look is held against nobody looking, in windows of one running program that take turns; which
comes first changes from pair to pair. The figure is the program's work by second of its own CPU,
which other load on the machine disturbs least (as root all run at the highest priority for the same
reason): a probe's trap is CPU of the program. A control with
no look in either window says how far the ratios spread by themselves. The cost of a hit is measured
on a program that does little else, with the budget out of the way.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.sources.ebpf_subjects import STRIPPED, Subject, running  # noqa: E402

from goom.case.ebpf import EbpfLook  # noqa: E402 - the root is on the path now
from goom.sources import procfs  # noqa: E402
from goom.sources.ebpf.looks import EbpfOptions, Looking  # noqa: E402
from goom.sources.ebpf.programs import (  # noqa: E402
    FAULTS_A_SAMPLE,
    TRACEPOINT_NANOSECONDS,
    USER_PROBE_NANOSECONDS,
)

RATIO = 0.98


@dataclass(frozen=True)
class Window:
    """What the program did in a while: work, CPU, and hits of probes meanwhile."""

    work: int
    cpu_seconds: float
    hits: int = 0

    @property
    def rate(self) -> float:
        """Work by CPU second."""
        return self.work / self.cpu_seconds


def window(subject: Subject, counter: str, seconds: float) -> Window:
    """Let it work for a while."""
    work, cpu = subject.ask()[counter], procfs.cpu_seconds(subject.pid)
    time.sleep(seconds)
    return Window(subject.ask()[counter] - work, procfs.cpu_seconds(subject.pid) - cpu)


def looked_at(
    subject: Subject, counter: str, seconds: float, options: EbpfOptions
) -> tuple[Window, tuple[EbpfLook, ...]]:
    """The same while it is looked at, from when all probes are in place."""
    looking = Looking(subject.pid, options)
    looking.start()
    while not looking.is_attached:
        time.sleep(0.01)
    seen = window(subject, counter, seconds)
    looking.stop()
    return seen, looking.looks()


def ratios(version: str, what: str, pairs: int, seconds: float) -> list[float]:
    """Work by CPU second with a look against without, pair by pair; ``what`` "" is the control."""
    found: list[float] = []
    stopped: set[str] = set()
    options = EbpfOptions(what=(what,) if what else (), seconds=seconds + 30)

    def plain(subject: Subject) -> Window:
        return window(subject, "served", seconds)

    def probed(subject: Subject) -> Window:
        if not what:
            return plain(subject)
        seen, looks = looked_at(subject, "served", seconds, options)
        stopped.update(f"{look.kind} {look.stopped}" for look in looks if look.stopped)
        return seen

    with running(version, "serve", STRIPPED) as subject:
        time.sleep(0.5)
        for pair in range(pairs):
            order: list[Callable[[Subject], Window]] = [plain, probed]
            first, second = (order[(pair + turn) % 2](subject).rate for turn in (0, 1))
            found.append(second / first if pair % 2 == 0 else first / second)
    if stopped:
        print(f"  {what}: {', '.join(sorted(stopped))}: the ratio is of what it saw until then")
    return found


def cost_of_a_hit(version: str, mode: str, what: str, pairs: int, seconds: float) -> list[float]:
    """Seconds of the program's CPU by hit: what a unit of work costs more, over its hits.

    A goroutine's stack grows four times, from 2 KiB to 32; an area is mapped, touched in 24 pages
    and unmapped. Events may be lost at this rate, hits are not.
    """
    counter, hits_each = {"fast": ("grown", 4.0), "map": ("maps", 2.0 + 24 / FAULTS_A_SAMPLE)}[mode]
    options = EbpfOptions(what=(what,), seconds=seconds + 30, budget_fraction=1.0)
    found = []
    with running(version, mode, STRIPPED) as subject:
        time.sleep(0.5)
        for _ in range(pairs):
            bare = window(subject, counter, seconds)
            seen, looks = looked_at(subject, counter, seconds, options)
            assert not looks[0].stopped, "it stopped itself: nothing was measured"
            found.append((1 / seen.rate - 1 / bare.rate) / hits_each)
    return found


def main() -> int:
    """Print every figure; 1 when a median ratio is under the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--go", default="1.22.10")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--looks", default="mmap,stacks,gc,oom")
    given = parser.parse_args()
    with contextlib.suppress(OSError):  # the program inherits it; other load disturbs less
        os.nice(-20)
    print(f"Go {given.go}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    held = True
    for what in ("", *given.looks.split(",")):
        found = sorted(ratios(given.go, what, given.pairs, given.seconds))
        median = statistics.median(found)
        held &= not what or median >= RATIO
        print(f"{what or 'control':8} ratio median {median:.3f} ({found[0]:.3f} … {found[-1]:.3f})")
    for mode, what, said in (
        ("fast", "stacks", USER_PROBE_NANOSECONDS),
        ("map", "mmap", TRACEPOINT_NANOSECONDS),
    ):
        each = sorted(cost_of_a_hit(given.go, mode, what, given.pairs, given.seconds / 3))
        median = statistics.median(each) * 1e6
        low, high = each[0] * 1e6, each[-1] * 1e6
        print(
            f"{what:8} a hit: {median:.1f} us ({low:.1f} … {high:.1f}), held to be {said / 1e3:g}"
        )
    print("held" if held else f"NOT HELD: under {RATIO}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
