"""What a span map has to add up to; a difference is in pages of 8 KiB, whatever the rule.

The runtime keeps these counters beside its spans and bitmaps, and its tests hold them against each
other in a stopped world (ReadMemStatsSlow, CountPagesInUse in runtime/export_test.go).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.xray import Torn
from goom.case.xray_spans import PAGE_BYTES
from goom.sources.xray.counters import Counted
from goom.sources.xray.pages import Pages
from goom.sources.xray.span_table import Sorted, Spans

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Claims:
    """What was read: spans, pages, and by size class what the Ps have not told yet."""

    spans: Sorted
    pages: Pages
    cached_released_pages: int
    not_counted: Ints  # [68]
    left_out: str


def torn(claims: Claims, before: Counted, after: Counted) -> tuple[Torn, ...]:
    """All rules that do not hold."""
    found = [one for one in _rules(claims, after) if one.difference]
    if before.shape != after.shape or before.sweep_generation != after.sweep_generation:
        rule = "a span, a stretch of heap or a collection came while the map was read"
        found.append(Torn(rule=rule, affects=("all",), difference=1))
    if claims.left_out:
        pages = after.own.heap_in_use_bytes // PAGE_BYTES
        found.append(Torn(rule=claims.left_out, affects=("all",), difference=max(pages, 1)))
    return tuple(found)


def _rules(claims: Claims, counted: Counted) -> Iterator[Torn]:
    spans, pages, own = claims.spans, claims.pages, counted.own
    yield Torn(
        rule="spans in use = gcController.heapInUse",
        affects=("groups", "in_use_pages"),
        difference=_pages(spans.heap) - own.heap_in_use_bytes // PAGE_BYTES,
    )
    yield Torn(
        rule="manual spans = heapStats.inStacks + work buffers",
        affects=("stacks", "work_pages"),
        difference=_pages(spans.manual) - (own.stack_bytes + own.work_bytes) // PAGE_BYTES,
    )
    padding = int(pages.padding.sum())
    released = int(pages.scavenged.sum()) + claims.cached_released_pages + padding
    yield Torn(
        rule="scavenged pages = gcController.heapReleased",
        affects=("released_pages", "holes"),
        difference=released - own.heap_released_bytes // PAGE_BYTES,
    )
    idle = int((~pages.allocated).sum() + pages.cached.sum()) + padding
    free_bytes = own.heap_free_bytes + own.heap_released_bytes
    yield Torn(
        rule="free pages = heapFree + heapReleased",
        affects=("free_pages", "holes"),
        difference=idle - free_bytes // PAGE_BYTES,
    )
    claimed = pages.in_use + pages.manual + pages.cached + pages.padding
    yield Torn(
        rule="each allocated page belongs to one span or page cache, each free page to none",
        affects=("in_use_pages", "free_pages", "holes"),
        difference=int((claimed != pages.allocated).sum()),
    )
    yield from _rules_of_spans(claims, counted)


def _rules_of_spans(claims: Claims, counted: Counted) -> Iterator[Torn]:
    yield Torn(
        rule="every span is whole and lies in the heap",
        affects=("groups",),
        difference=claims.spans.half_made + claims.pages.outside,
    )
    yield Torn(
        rule="objects by size class = allocated less freed in heapStats",
        affects=("objects",),
        difference=_objects_off(claims, counted),
    )


def _pages(spans: Spans) -> int:
    return int(spans.pages.sum())


def _objects_off(claims: Claims, counted: Counted) -> int:
    """By how many bytes of objects, in pages, up to the next whole one."""
    heap = claims.spans.heap
    size_class = heap.span_class >> 1
    count = max(len(counted.objects), 68)
    here = np.bincount(size_class, weights=heap.objects, minlength=count)[:count]
    size = np.zeros(count, np.int64)
    np.maximum.at(size, size_class, heap.slot_bytes)
    told = np.zeros(count)
    told[: len(counted.objects)] = counted.objects
    told[: len(claims.not_counted)] += claims.not_counted
    off = np.abs(here - told) * np.where(size > 0, np.minimum(size, PAGE_BYTES), PAGE_BYTES)
    return int(-(-off.sum() // PAGE_BYTES))
