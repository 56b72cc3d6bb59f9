"""Split the resident bytes of Go's heap arenas along Go's own accounting.

Go counts address space: spans in use, free pages, stacks. The kernel counts pages that were
written. The two differ by pages that Go uses and nobody wrote yet (a fresh span, the far end of a
buffer, the unused part of a stack), and by what was allocated between the two looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan

from goom.runtime.size_classes import size_classes

# A P caches at most one span of each class, with and without pointers, and a span that is not full
# and was never written is in some P's cache: this much of the free slots can be untouched.
_FRESH_BYTES_PER_P = 2 * sum(row.span_bytes for row in size_classes())


@dataclass(frozen=True, slots=True, kw_only=True)
class Arenas:
    """Resident bytes of each kind; ``untouched`` says what each lost to pages never written.

    ``unsplit`` is resident and could not be told apart; ``since`` is part of the garbage:
    allocated between the looks; ``huge`` is part of the free pages: released, and backed again
    because the kernel uses huge pages.
    """

    live: float = 0.0
    garbage: float = 0.0
    waste: float = 0.0
    free: float = 0.0
    stacks: float = 0.0
    unsplit: float = 0.0
    since: float = 0.0
    huge: float = 0.0
    untouched: Mapping[str, float] | None = None

    @property
    def total(self) -> float:
        """All of it."""
        return self.live + self.garbage + self.waste + self.free + self.stacks + self.unsplit


def accounted(go: Mapping[str, float], marked_bytes: float) -> Arenas | None:
    """What Go itself counts as in its arenas; None when it did not say."""
    allocated, in_use = _known(go, "heap_alloc_bytes"), _known(go, "heap_inuse_bytes")
    if allocated is None or in_use is None:
        return None
    live = allocated if isnan(marked_bytes) else min(marked_bytes, allocated)
    return Arenas(
        live=live,
        garbage=allocated - live,
        waste=max(in_use - allocated, 0.0),
        free=_known(go, "heap_free_bytes") or 0.0,
        stacks=_known(go, "stack_inuse_bytes") or 0.0,
    )


def only_marked(resident_bytes: float, marked_bytes: float) -> Arenas:
    """Without Go's accounting only what the last mark found can be named."""
    live = 0.0 if isnan(marked_bytes) else min(marked_bytes, resident_bytes)
    return Arenas(live=live, unsplit=resident_bytes - live)


def fit(counted: Arenas, resident_bytes: float, procs: int) -> Arenas:
    """Bring Go's figures down to what is resident; ``procs`` is GOMAXPROCS."""
    missing = counted.total - resident_bytes
    if missing <= 0:
        return replace(counted, garbage=counted.garbage - missing, since=-missing, untouched={})
    lost = dict.fromkeys(("waste", "live", "garbage", "stacks", "free"), 0.0)
    lost["waste"] = min(missing, counted.waste, procs * _FRESH_BYTES_PER_P)
    for names in (("live", "garbage", "stacks", "free"), ("waste",)):
        left = {name: getattr(counted, name) - lost[name] for name in names}
        rest = min(missing - sum(lost.values()), sum(left.values()))
        for name in names if rest > 0 else ():
            lost[name] += rest * left[name] / sum(left.values())
    kept = {name: getattr(counted, name) - taken for name, taken in lost.items()}
    return replace(counted, **kept, untouched=lost)


def with_huge_pages(split: Arenas, huge_bytes: float, released_bytes: float) -> Arenas:
    """Move what huge pages brought back from the excess to the free pages."""
    back = min(split.since, huge_bytes, released_bytes)
    if not back > 0:
        return split
    return replace(
        split,
        garbage=split.garbage - back,
        since=split.since - back,
        free=split.free + back,
        huge=back,
    )


def _known(go: Mapping[str, float], name: str) -> float | None:
    value = go.get(name)
    return None if value is None or isnan(value) else value
