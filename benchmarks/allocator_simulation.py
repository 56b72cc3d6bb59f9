"""How many allocator events a second the simulation takes on one core, beside a plain Python loop.

    python benchmarks/allocator_simulation.py [--allocations 5000000] [--rounds 2]

Three kernels run the same traces, and what comes out is compared, slot by slot. The plain loop is
the peer: what one would write without numpy. Figures are CPU seconds of a whole ``simulate``, the
fastest of the rounds. The plain loop runs a twentieth, which the others repeat to be compared.

    service   sizes as a JSON handler asks for them (allocs-by-size of Go 1.27.3), lifetimes of
              200,000 allocations on average, GOGC=100: the bars are for this one
    pinned    five classes; one object in ten stays, so that spans have few free slots
    classes   all 134 span classes of small objects as often, 3 allocations to a refill
    spans     8 KiB and larger: the worst, as nearly every object needs a new span
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from goom.runtime.allocator.kernel_numba import compiled_loops
from goom.runtime.allocator.simulation import Options, Simulation, simulate
from goom.runtime.allocator.span_classes import span_classes
from goom.runtime.allocator.trace import Trace
from goom.runtime.allocator.workload import NEVER, Workload

BARS = {"numpy": 3e6, "numba": 1e8}  # events a second, of the service
VERSION = "1.27.3"
_SEED = 1
# Size class: share of the objects, of a handler that decodes, sorts, prints and encodes an order.
_SERVICE = {
    2: 0.602, 3: 0.007, 4: 0.076, 5: 0.098, 6: 0.082, 8: 0.003, 10: 0.010, 11: 0.003, 18: 0.010,
    19: 0.066, 20: 0.010, 21: 0.007, 26: 0.007, 32: 0.003, 33: 0.003, 38: 0.003, 39: 0.007,
    44: 0.003,
}  # fmt: skip


def service(allocations: int, chance: np.random.Generator) -> Workload:
    kinds = np.array(list(_SERVICE)) * 2
    shares = np.array(list(_SERVICE.values()))
    chosen = chance.choice(kinds, allocations, p=shares / shares.sum())
    return made(chosen + chance.integers(0, 2, allocations), chance, 200_000)


def classes(allocations: int, chance: np.random.Generator) -> Workload:
    return made(chance.integers(2, 136, allocations), chance, 20_000)


def pinned(allocations: int, chance: np.random.Generator) -> Workload:
    return made(chance.choice([5, 9, 13, 20, 37], allocations), chance, 20_000, stays=0.1)


def spans(allocations: int, chance: np.random.Generator) -> Workload:
    return made(chance.choice([103, 110, 118, 128], allocations), chance, 20_000)


def made(
    kinds: np.ndarray, chance: np.random.Generator, mean_life: int, stays: float = 0.0
) -> Workload:
    """Lifetimes in allocations: one in twenty ten times longer, ``stays`` of them 5 million."""
    life = chance.exponential(mean_life, len(kinds))
    life[chance.random(len(kinds)) < 0.05] *= 10
    life[chance.random(len(kinds)) < stays] = 5e6
    dies = np.arange(len(kinds)) + 1 + life.astype(np.int64)
    slot_bytes = span_classes(VERSION).slot_bytes[kinds]
    numbers = np.arange(len(kinds) + 1)
    dies[dies > len(kinds)] = NEVER
    return Workload(kinds.astype(np.uint8), slot_bytes, slot_bytes, dies, numbers[:-1], numbers)


CASES: tuple[Callable[[int, np.random.Generator], Workload], ...] = (
    service,
    pinned,
    classes,
    spans,
)


def best_of(rounds: int, trace: Trace, kernel: str) -> tuple[float, Simulation]:
    """CPU seconds of the fastest round, and what came out."""
    spent: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        run = simulate(trace, VERSION, Options(kernel))
        spent.append(time.process_time() - began)
    return min(spent), run


def same(one: Simulation, other: Simulation) -> bool:
    """All slots and all columns of the course."""
    columns = one.course.__slots__
    return bool((one.slots == other.slots).all()) and all(
        (getattr(one.course, name) == getattr(other.course, name)).all() for name in columns
    )


def measure(case: str, whole: Trace, short: Trace, rounds: int) -> dict[str, float]:
    """Print the rates of one case; events a second of each kernel."""
    spent, plain = best_of(1, short, "plain")
    rates = {"plain": short.events / spent}
    print(f"{case}: {whole.events:,} events, {len(whole.collections)} collections, ", end="")
    for kernel in BARS:
        _, run = best_of(1, short, kernel)
        if not same(plain, run):
            sys.exit(f"{kernel} and the plain loop differ")
        spent, run = best_of(rounds, whole, kernel)
        rates[kernel] = whole.events / spent
    peak = run.course.mark_in_use_pages.max() * 8192 / (1 << 20)
    print(f"{peak:.0f} MiB of spans at most, {whole.nbytes / whole.events:.2f} bytes an event")
    for kernel, rate in rates.items():
        print(f"  {kernel:<6} {rate / 1e6:8.2f} M events/s  {rate / rates['plain']:6.1f} x plain")
    print("  slots and course identical")
    return rates


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--allocations", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    began = time.process_time()
    compiled_loops()
    simulate(classes(1000, np.random.default_rng(_SEED)).trace([500]), VERSION, Options("numba"))
    print(f"numba compiled in {time.process_time() - began:.1f} s")
    held = True
    for case in CASES:
        short, whole = (
            case(count, np.random.default_rng(_SEED)).trace_by_gogc(100)
            for count in (asked.allocations // 20, asked.allocations)
        )
        rates = measure(case.__name__, whole, short, asked.rounds)
        held &= case is not service or all(rates[name] >= bar for name, bar in BARS.items())
    bars = ", ".join(f"{name} {bar / 1e6:g} M events/s" for name, bar in BARS.items())
    print(f"bars (service): {bars}: {'held' if held else 'MISSED'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
