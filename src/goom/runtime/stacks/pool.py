"""Where stacks come from: spans shared by small stacks, and a span for each large one.

runtime/stack.go stackalloc, stackpoolalloc; the same rules from 1.21 to 1.27. On Linux:

| stack | spans |
|---|---|
| 2, 4, 8, 16 KiB | 32 KiB spans of one size each: 16, 8, 4, 2 stacks (the *orders* 0 to 3) |
| 32 KiB and more | a span of its own, from the page heap (stackLarge only while a GC runs) |

``StackInuse`` counts whole spans, so a partly used span of an order is slack. Each P also keeps up
to 32 KiB of free stacks per order; ReadMemStats gives those back before it counts (mstats.go
flushmcache), ``/memory/classes/heap/stacks:bytes`` does not and reads higher.
"""

from __future__ import annotations

from collections.abc import Mapping

from goom.runtime.stacks.layout import Layout


def is_cached(layout: Layout, stack_bytes: int) -> bool:
    """Whether stacks of this size share spans."""
    below = layout.fixed_stack_bytes << layout.cached_orders
    return stack_bytes < below and stack_bytes < layout.span_bytes


def stacks_per_span(layout: Layout, stack_bytes: int) -> int:
    """How many stacks one span holds."""
    return layout.span_bytes // stack_bytes if is_cached(layout, stack_bytes) else 1


def span_bytes(layout: Layout, stack_bytes: int) -> int:
    """The size of a span that holds such stacks."""
    return layout.span_bytes if is_cached(layout, stack_bytes) else stack_bytes


def stack_inuse_bytes(layout: Layout, stacks: Mapping[int, int]) -> int:
    """MemStats.StackInuse of so many stacks (by size), packed into as few spans as they need."""
    return sum(
        -(-count // stacks_per_span(layout, size)) * span_bytes(layout, size)
        for size, count in stacks.items()
    )


def cache_bytes(layout: Layout, procs: int) -> int:
    """The most that caches of free stacks may add to ``/memory/classes/heap/stacks:bytes``."""
    orders = (layout.fixed_stack_bytes << order for order in range(layout.cached_orders))
    return procs * layout.span_bytes * sum(is_cached(layout, size) for size in orders)
