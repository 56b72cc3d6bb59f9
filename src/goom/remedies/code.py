"""What to change in the code, for each cause, at the place that is to blame."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.binary import BinaryCalls
from goom.case.names import place, short_file
from goom.case.profile import Frame
from goom.case.verdict import Blame, Remedy, Verdict
from goom.rooms import remedy
from goom.signals.blame import keeping_place
from goom.signals.entrance import Entrance
from goom.signals.frames import enclosing
from goom.signals.pooling import Pooling
from goom.signals.site_growth import SiteGrowth

# cause -> (title, what to do, what it changes)
_ORDERS = {
    "heap_leak": (
        "Bound what is kept",
        "Give the map, slice or cache that keeps these objects a limit and an eviction (size or "
        "age), or drop the references when the work is done. A sub-slice or a substring keeps its "
        "whole backing array: copy what you keep (slices.Clone, strings.Clone).",
        "The marked heap levels off; no setting of the collector can do that.",
    ),
    "goroutine_leak": (
        "Let the goroutines end",
        "Give each a way out: a done channel or context in the select, a buffered channel for a "
        "result nobody may read, a deadline on the wait. Closing time.Ticker with Stop does not "
        "end a range over its channel.",
        "Their number follows the work in flight; stacks and what they hold are freed.",
    ),
    "startup_burst": (
        "Load in pieces",
        "Stream the input instead of holding the raw bytes and the result at once, drop each "
        "stage before the next begins, build in place with the final size known, and load parts "
        "one after the other rather than all at once.",
        "The peak comes down to the steady state; the limit can be sized for that.",
    ),
    "traffic_surge": (
        "Admit a bounded amount of work",
        "Put a semaphore sized in bytes (or requests) before it. Refuse or queue the rest (429, "
        "Retry-After); stream bodies instead of reading them whole.",
        "Live memory is bounded by what is admitted, whatever the traffic does.",
    ),
    "alloc_churn": (
        "Make less garbage on the hot path",
        "Presize slices, maps and builders, reuse buffers within a loop, avoid conversions "
        "between string and []byte and boxing into interfaces. See the hotspots for the share "
        "that each would win.",
        "Collections become rarer in proportion to the bytes no longer allocated.",
    ),
    "limit_too_low": (
        "Keep less, or allow more",
        "If the memory cannot be raised, make what survives smaller (caches first).",
        "The runway between what survives and the limit is what the collector can rest on.",
    ),
    "limit_missing": (
        "Set the limit where the service is deployed",
        "Derive GOMEMLIMIT from the container's limit in the manifest (90 % of it). A "
        "resourceFieldRef to limits.memory makes both change together.",
        "The goal never again passes the container's limit.",
    ),
    "fragmentation": (
        "Keep the survivors away from what dies",
        "Copy the few long-lived objects into memory of their own when the big phase ends (one "
        "slice or arena of values). Call debug.FreeOSMemory after a rare big phase.",
        "Spans empty as a whole and their pages go back.",
    ),
    "off_heap": (
        "Give back what was taken outside Go",
        "Pair each Mmap with Munmap and each C allocation with free (defer, or runtime.AddCleanup "
        "and SetFinalizer as a net), bound native caches and the number of threads.",
        "RSS follows what is in use; Go's own figures will not show the change.",
    ),
    "stack_growth": (
        "Make the stacks shallow",
        "Turn deep recursion into a loop with its own stack slice, move large arrays out of "
        "frames that stay on the stack, do deep work on a few workers instead of on every "
        "connection's goroutine.",
        "Stacks shrink at the next collections once less than a quarter is in use.",
    ),
    "pool_retention": (
        "Do not put back what grew too large",
        "Before Put, drop buffers over a bound (cap(b) > 64<<10), or keep pools by size class.",
        "The pool holds buffers of the usual size; the large ones die with their request.",
    ),
}


_NOT_IN_THE_CODE = ("limit_missing",)


@remedy
def change_the_code(
    verdict: Verdict,
    sites: SiteGrowth | None = None,
    binary: BinaryCalls | None = None,
    pooling: Pooling | None = None,
    entrance: Entrance | None = None,
) -> Iterator[Remedy]:
    """The order for the cause, and for each cause that is true as well."""
    for rank, cause in enumerate((verdict.cause, *verdict.also)):
        if cause not in _ORDERS:
            continue
        title, action, effect = _ORDERS[cause]
        where = ""
        if rank == 0 and verdict.blame and cause not in _NOT_IN_THE_CODE:
            where = _at(_to_change(verdict, sites, binary, pooling, entrance))
        yield Remedy(
            code=f"code_{cause}",
            when="code",
            order=10 + rank,
            title=f"{title}{where}",
            action=action,
            effect=effect,
            cost="a change and its review",
            safety="run the same load under the same limit before and after, and compare",
            undo="revert the change",
        )


def _at(frame: Frame) -> str:
    file = place(short_file(frame.file, 1), frame.line)
    return f" at {frame.function}" + (f" ({file})" if file else "")


def _to_change(
    verdict: Verdict,
    sites: SiteGrowth | None,
    binary: BinaryCalls | None,
    pooling: Pooling | None,
    entrance: Entrance | None,
) -> Frame:
    """Where the order is carried out: seldom in the function that allocates, if another keeps what
    it made, hands it back to a pool, or lets the work in.
    """
    first, found = verdict.blame[0], None
    if verdict.cause == "heap_leak":
        found = keeping_place(verdict.blame, binary, sites)
    elif verdict.cause == "pool_retention" and pooling is not None:
        found = _who_puts(verdict.blame, _putters(pooling, binary))
    elif verdict.cause == "traffic_surge" and entrance is not None:
        found = entrance.frame if entrance.allocator == first.function else None
    return found or Frame(first.function, first.file, first.line)


def _putters(pooling: Pooling, binary: BinaryCalls | None) -> tuple[Frame, ...]:
    """Who puts back, of those that use a pool; all of them where none is known to."""
    puts = binary.of("sync.(*Pool).Put", "runtime.selectnbsend") if binary is not None else ()
    return tuple(frame for frame in pooling.putters if frame in puts) or pooling.putters


def _who_puts(blame: tuple[Blame, ...], putters: tuple[Frame, ...]) -> Frame | None:
    """The first blamed that puts back, by the line of its Put, else the only one that does; a
    deferred Put is a function of its own to the compiler.
    """
    by_name: dict[str, Frame] = {}
    for frame in putters:
        name = enclosing(frame.function)
        by_name.setdefault(name, Frame(name, frame.file, frame.line))
    blamed = (by_name.get(enclosing(row.function)) for row in blame)
    only = next(iter(by_name.values())) if len(by_name) == 1 else None
    return next((frame for frame in blamed if frame), only)
