"""Which functions make goroutine stacks grow, how often, and to what size: seen by eBPF.

A stack doubles when a function finds no room for its frame (newstack and copystack,
runtime/stack.go). Shrinking goes through copystack as well and is counted apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from goom.case.ebpf import EbpfLook, EbpfLooks
from goom.case.ebpf_found import Grower, StackGrowers
from goom.case.profile import Frame
from goom.rooms import signal

_MOST_ROWS = 20


@signal
def stack_growers(looks: EbpfLooks) -> StackGrowers | None:
    """From the longest look at stacks."""
    found = looks.of("stacks")
    return growers(max(found, key=lambda one: one.seconds)) if found else None


def growers(look: EbpfLook) -> StackGrowers:
    """Count a look's copies by the function that was running."""
    sizes: dict[Frame, Counter[int]] = defaultdict(Counter)
    added: Counter[Frame] = Counter()
    stacks: dict[Frame, Counter[int]] = defaultdict(Counter)
    growths = shrinks = 0
    for event in look.events("copystack"):
        new, old = event.figure("new_size"), event.figure("old_size")
        if new <= old:
            shrinks += 1
            continue
        growths += 1
        frame = _running(look.stack(event))
        sizes[frame][new] += 1
        added[frame] += new - old
        stacks[frame][event.stack] += 1
    rows = [
        Grower(
            frame=frame,
            growths=sizes[frame].total(),
            added_bytes=count,
            largest_bytes=max(sizes[frame]),
            sizes=tuple(sorted(sizes[frame].items())),
            stack=_stack(look, stacks[frame].most_common(1)[0][0]),
        )
        for frame, count in added.most_common(_MOST_ROWS)
    ]
    return StackGrowers(
        rows=tuple(rows),
        growths=growths,
        added_bytes=added.total(),
        shrinks=shrinks,
        seconds=look.seconds,
        stopped=look.stopped,
        origin=look.origin,
    )


def _running(stack: tuple[Frame, ...]) -> Frame:
    """The function that found no room; an inlined one has no frame of its own, but its line."""
    return stack[0] if stack else Frame("(not known)", "", 0)


def _stack(look: EbpfLook, row: int) -> tuple[Frame, ...]:
    return look.stacks[row] if row >= 0 else ()
