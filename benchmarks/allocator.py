"""Whether the allocator model counts what real Go counts, and how fast it does.

    python benchmarks/allocator.py [--go 1.21.13,1.27.3] [--requests 1200000] [--seeds 3] [--probes]

One list of allocations of all shapes and classes is made on real Go, one P and no collection, and
predicted. The bars: Mallocs of each of the 68 classes, TinyAllocs and TotalAlloc equal, and what
HeapInuse grew by within 1 %, at once and after each of three collections. Then the same list
through a plain Python loop that only counts: the columns must be faster and say the same.
``--probes`` also counts refills and what is below them with bpftrace, which takes root: no bar,
since the first span of a class is often one that the heap had before.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.runtime.allocator.replay import (  # noqa: E402 - needs the path above
    COLLECTIONS_AFTER,
    MAKE_BYTES,
    PROGRAM,
    asked,
    draw,
    listed_file,
    replay,
)

from goom.claims.bench.probes import count_calls  # noqa: E402
from goom.claims.bench.running import Setting  # noqa: E402
from goom.golang.build import build  # noqa: E402
from goom.golang.toolchain import obtain  # noqa: E402
from goom.runtime.allocator.accounting import account  # noqa: E402 - needs the path above
from goom.runtime.allocator.malloc import TINY_BLOCK_BYTES, class_of, slot_bytes  # noqa: E402
from goom.runtime.allocator.mallocs import mallocs  # noqa: E402
from goom.runtime.allocator.requests import Requests  # noqa: E402
from goom.runtime.allocator.tiny import NO_BLOCK, tiny_step  # noqa: E402

VERSIONS = "1.21.13,1.22.10,1.23.9,1.24.11,1.25.5,1.26.6,1.27.3"
MOST_OFF_FRACTION = 0.01
PROBED = (
    "runtime.(*mcache).refill",
    "runtime.(*mcentral).grow",
    "runtime.(*mcache).allocLarge",
    "runtime.(*pageAlloc).allocToCache",
    "runtime.(*mheap).grow",
)
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """One list on one version: how many counters differ, and how far off HeapInuse is."""

    version: str
    mallocs: int
    tiny_allocs: int
    classes_off: int
    tiny_off: int
    bytes_off: int
    heap_off_fractions: tuple[float, ...]

    @property
    def is_met(self) -> bool:
        """Whether all counters are equal and HeapInuse is close enough."""
        off = self.classes_off or self.tiny_off or self.bytes_off
        return not off and max(map(abs, self.heap_off_fractions)) <= MOST_OFF_FRACTION


def compare(version: str, number: int, seed: int) -> Compared:
    listed = draw(seed, number, version)
    made = replay(listed, version)
    requests, _ = asked(listed, version)
    found, counted = mallocs(requests, version), made.counted
    before, *later = made.heap_inuse
    expected = (account(requests, version, after) for after in range(COLLECTIONS_AFTER + 1))
    small = sum(int(found.by_class[one]) * slot_bytes(one) for one in range(1, 68))
    large = int(found.slots.slot_bytes[found.slots.span_class < 2].sum())
    return Compared(
        version=version,
        mallocs=counted["mallocs"],
        tiny_allocs=counted["tiny_allocs"],
        classes_off=sum(a != b for a, b in zip(found.by_class, counted["by_class"], strict=True)),
        tiny_off=found.tiny_allocs - counted["tiny_allocs"],
        bytes_off=small + large - counted["total_bytes"],
        heap_off_fractions=tuple(
            one.heap_inuse_bytes / (measured - before) - 1
            for one, measured in zip(expected, later, strict=True)
        ),
    )


def plain_loop(requests: Requests, version: str) -> tuple[Counter[int], int]:
    """Mallocs by class and TinyAllocs, one request at a time; classes looked up beforehand."""
    columns = (requests.size_bytes.tolist(), requests.has_pointers.tolist())
    kinds = set(zip(*columns, strict=True))
    classes = {kind: class_of(*kind, version) for kind in kinds}
    counts: Counter[int] = Counter()
    offset, combined = NO_BLOCK, 0
    for size, pointers in zip(*columns, strict=True):
        if 0 < size < TINY_BLOCK_BYTES and not pointers:
            offset, together = tiny_step(offset, size)
            if together:
                combined += 1
                continue
        if size:
            counts[classes[size, pointers]] += 1
    return counts, combined


def probe(version: str, number: int) -> None:
    """Print calls of the runtime during the list, without those during a list of nothing."""
    listed = draw(1, number, version, dying=False)
    nothing = listed.copy()
    nothing["shape"], nothing["size"] = MAKE_BYTES, 0
    calls, idle = (_calls(version, one) for one in (listed, nothing))
    found = account(asked(listed, version)[0], version)
    expected = dict(zip(PROBED, (
        found.refills, found.refills, int(found.mallocs.by_class[0]),
        found.levels.page_cache_fills, found.levels.heap_growths,
    ), strict=True))  # fmt: skip
    for name, predicted in expected.items():
        print(f"{version:9} {name:36} {calls[name] - idle[name]:>8,}  predicted {predicted:>8,}")


def _calls(version: str, listed: NDArray[np.void]) -> dict[str, int]:
    with listed_file(listed) as path:
        return count_calls(build(PROGRAM, obtain(version)), (path,), PROBED, Setting())


def speed(version: str, number: int) -> bool:
    requests, _ = asked(draw(1, number, version), version)
    best = {name: min(_timed(work) for _ in range(_TRIES)) for name, work in (
        ("mallocs", lambda: mallocs(requests, version)),
        ("account", lambda: account(requests, version, 1)),
    )}  # fmt: skip
    start = time.perf_counter()
    counts, combined = plain_loop(requests, version)
    plain = time.perf_counter() - start
    found = mallocs(requests, version)
    same = combined == found.tiny_allocs and all(
        counts[number] == count for number, count in enumerate(found.by_class.tolist())
    )
    print(f"\n{number:,} requests, {'the same counts' if same else 'OTHER COUNTS'}")
    print(f"  plain Python, counts only  {plain:7.3f} s  {number / plain:>13,.0f} a second")
    for name, seconds in best.items():
        rate = f"{number / seconds:>13,.0f} a second, {plain / seconds:.0f} times as fast"
        print(f"  {name:25}  {seconds:7.3f} s  {rate}")
    return same and plain > best["account"]


def _timed(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--go", default=VERSIONS)
    parser.add_argument("--requests", type=int, default=1_200_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--probes", action="store_true")
    parsed = parser.parse_args()
    print("Go        seed    mallocs  tiny allocs  classes off  tiny off  bytes off  "
          "HeapInuse off: at once, after 1, 2, 3")  # fmt: skip
    met = True
    for version in parsed.go.split(","):
        for seed in range(1, parsed.seeds + 1):
            one = compare(version, parsed.requests, seed)
            heap = "  ".join(f"{fraction:+.2%}" for fraction in one.heap_off_fractions)
            off = f"{one.classes_off:>13}{one.tiny_off:>10}{one.bytes_off:>11}"
            print(f"{version:8}{seed:>6}{one.mallocs:>11,}{one.tiny_allocs:>13,}{off}  {heap}")
            met &= one.is_met
    for version in parsed.go.split(",") if parsed.probes else ():
        probe(version, parsed.requests // 4)
    met &= speed(parsed.go.split(",")[-1], parsed.requests)
    print("bars met" if met else "BAR MISSED")
    return not met


if __name__ == "__main__":
    sys.exit(main())
