"""The size a goroutine starts with: 2 KiB when it is new, adapted when it is reused.

Two rules that are easily taken for one:

- **A new g** (no dead one was left to reuse) always gets ``malg(stackMin)``: fixedStack
  (proc.go newproc1). The adapted size plays no part.
- **A reused g** gets ``startingStackSize``: a dead g on the free list whose stack has another size
  gives it back (proc.go gfput, gfget) and takes one of the adapted size.

The adapted size is computed at the end of each mark phase (stack.go gcComputeStartingStackSize;
GODEBUG=adaptivestackstart=0 switches it off):

    average  = scannedStackSize / scannedStacks + stackGuard        # integer division
    starting = round2(clamp(average, fixedStack, maxstacksize))

``scannedStackSize`` adds what each scanned goroutine *uses* (from the high end to SP), not what it
holds. The runtime's own goroutines count as well. The same from 1.21 to 1.27.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goom.runtime.stacks.layout import Layout, round2


@dataclass(frozen=True, slots=True)
class Scanned:
    """``count`` goroutines that a mark phase found using ``used_bytes`` of stack each."""

    count: int
    used_bytes: int


# main, waiting for a collection, and forcegchelper, bgsweep, bgscavenge and runfinq; and one mark
# worker for each P. Counted with a probe on scanstack in 1.21 and 1.27, 340 to 380 bytes each.
_RUNTIMES_OWN = 5
_RUNTIMES_OWN_BYTES = 360


def runtimes_own(procs: int) -> Scanned:
    """The goroutines that every program has; they weigh when there are few others."""
    return Scanned(_RUNTIMES_OWN + procs, _RUNTIMES_OWN_BYTES)


def average_bytes(scanned: Iterable[Scanned]) -> int:
    """What a scanned goroutine used on average; 0 when none was scanned."""
    groups = tuple(scanned)
    stacks = sum(group.count for group in groups)
    return sum(group.count * group.used_bytes for group in groups) // max(stacks, 1)


def starting_bytes(layout: Layout, scanned: Iterable[Scanned], adaptive: bool = True) -> int:
    """``/gc/stack/starting-size:bytes`` after a collection that scanned these goroutines."""
    groups = tuple(group for group in scanned if group.count)
    if not adaptive or not groups:
        return layout.fixed_stack_bytes
    wanted = average_bytes(groups) + layout.guard_bytes
    return round2(max(min(wanted, layout.limit_bytes), layout.fixed_stack_bytes))
