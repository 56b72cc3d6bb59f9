"""What a span map costs, beside Go's own ways to know the same.

    python benchmarks/xray_spans.py [--go 1.21.13,1.22.10,1.27.3] [--mib 1024] [--rounds 5]

The peer is ``debug.WriteHeapDump``, which is how a Go process itself says where each object lies:
it stops the world, and is written to nowhere here. ReadMemStats, which knows neither spans nor
pages, is named beside it. The best of the rounds counts, because the machine may be shared. Then
maps of a program that allocates on more goroutines than there are CPUs: how many add up, and how
much it allocates in a second of its own CPU time with a map a second against nobody looking, in
windows that take turns (a figure without a bar: windows of a shared machine differ by a tenth).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.sources.span_subjects import spans_of  # noqa: E402

from goom.sources.xray.attach import attach  # noqa: E402 - the root is on the path now
from goom.sources.xray.spans import read_spans  # noqa: E402
from goom.sources.xray.state import Sampler  # noqa: E402
from goom.sources.xray.target import Target  # noqa: E402

STRIPPED = ("-ldflags=-s -w",)
MAP_SECONDS, RATIO, TORN_FRACTION = 0.2, 5.0, 0.01
_MAPS = 200


def reading(version: str, mib: int, rounds: int) -> bool:
    """Time of a map of a large heap against the process's own dump; whether the bars are held."""
    with spans_of(version, STRIPPED, mode="dense", mib=mib) as subject:
        target = attach(subject.pid)
        ours, cpu, dumps, stats = [], [], [], []
        for _ in range(rounds):
            said = subject.ask(b"d")
            dumps.append(said["DumpNanoseconds"] / 1e9)
            stats.append(said["ReadNanoseconds"] / 1e9)
            began, before = time.perf_counter(), time.process_time()
            found = read_spans(target)
            ours.append(time.perf_counter() - began)
            cpu.append(time.process_time() - before)
        copied = target.memory.read_bytes // rounds
        target.close()
    took, dump = min(ours), min(dumps)
    print(
        f"{version} {mib} MiB, {int(found.groups.spans.sum()):,} spans  map best {took * 1e3:.0f} "
        f"ms, median {statistics.median(ours) * 1e3:.0f}, CPU {statistics.median(cpu) * 1e3:.0f} ms"
        f", {copied / 1e6:.1f} MB copied; heap dump best {dump * 1e3:.0f} ms, median "
        f"{statistics.median(dumps) * 1e3:.0f}, with the world stopped; ratio {dump / took:.1f}; "
        f"ReadMemStats {statistics.median(stats) * 1e6:.0f} us"
    )
    return took <= MAP_SECONDS and dump / took >= RATIO


def allocating(version: str, rounds: int) -> bool:
    """Maps of a program that allocates all the time, and what it gets done meanwhile."""
    with spans_of(version, STRIPPED, mode="churn", mib=64) as subject:
        target = attach(subject.pid)
        maps = []
        for _ in range(_MAPS):
            maps.append(read_spans(target))
            time.sleep(0.005)
        ratios = [_ratio(target) for _ in range(rounds)]
        target.close()
    exact = sum(not one.torn for one in maps)
    torn = sum(one.is_torn for one in maps)
    worst = max(one.drift_fraction for one in maps)
    print(
        f"{version} allocating  {exact} of {_MAPS} maps add up to the byte, {torn} torn, the worst "
        f"is off by {worst:.2%}; work in a second of CPU at a map a second: median "
        f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    )
    return torn <= TORN_FRACTION * _MAPS


def _ratio(target: Target) -> float:
    """Bytes allocated in its CPU time with a map a second, of those without, before and after."""
    before, watched, after = (_rate(target, look) for look in (False, True, False))
    return 2 * watched / (before + after)


def _rate(target: Target, look: bool, seconds: float = 3.0) -> float:
    sampler = Sampler(target)
    first, used = sampler.sample().memory.total_alloc_bytes, _cpu_seconds(target.pid)
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        if look:
            read_spans(target)
        time.sleep(max(1.0 - (time.perf_counter() - now), 0))
    done = sampler.sample().memory.total_alloc_bytes - first
    return done / (_cpu_seconds(target.pid) - used)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Every figure beside its bar; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--go", default="1.21.13,1.22.10,1.27.3")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parsed = parser.parse_args()
    versions = parsed.go.split(",")
    held = [reading(version, parsed.mib, parsed.rounds) for version in versions]
    held += [allocating(version, parsed.rounds) for version in versions]
    print(
        f"bars ({MAP_SECONDS * 1e3:.0f} ms, {RATIO:.0f} times the dump's speed, 1 in 100 torn): "
        f"{'held' if all(held) else 'missed'}"
    )
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
