"""The span map of a running process: every span, every page, every cache; the process runs on.

All of it is read in one go, between two readings of the process's own counters. Where the map
does not add up to them it is read again, and the best is kept; what is off still is said
(span_rules.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from goom.case.xray_spans import SpanMap
from goom.sources.process_rights import gone
from goom.sources.xray import counters
from goom.sources.xray.anchors import Anchors, find_anchors
from goom.sources.xray.batch import Bytes, read_batch
from goom.sources.xray.caches import central_rows, page_caches, proc_rows
from goom.sources.xray.counters import counted
from goom.sources.xray.pages import cell_rows, read_pages
from goom.sources.xray.span_rules import Claims, torn
from goom.sources.xray.span_table import grouped, sorted_spans, span_columns, stacks
from goom.sources.xray.target import Target

ATTEMPTS = 8
_ENOUGH = 4  # when a map is off by little: it says so
_PAUSE_SECONDS = 0.002  # a thread may be off its CPU between two of its writes
_AGAIN = "again "


def read_spans(target: Target, attempts: int = ATTEMPTS) -> SpanMap:
    """The map that adds up best of so many; BadInput when the process has ended.

    1 GiB in spans of 8 KiB is 22 MB to read. What a hostile process can cost is bounded: 2 million
    spans, 512 GiB of heap, 512 MiB to read.
    """
    best: SpanMap | None = None
    for attempt in range(1, max(attempts, 1) + 1):
        if not target.memory.is_same():
            raise gone(target.pid)
        began = time.perf_counter()
        found = replace(_attempt(target), attempts=attempt)
        if best is None or found.drift_fraction <= best.drift_fraction:
            best = replace(found, took_seconds=time.perf_counter() - began)
        if not found.torn or (attempt >= _ENOUGH and not best.is_torn):
            break
        time.sleep(_PAUSE_SECONDS * (attempt - 1))
    assert best is not None
    return best


def _attempt(target: Target) -> SpanMap:
    anchors = find_anchors(target)
    counted = counters.regions(target)
    read = read_batch(
        target.memory,
        {
            **counted,
            "caches": anchors.cache_regions,
            "procs": anchors.proc_regions,
            "spans": anchors.span_regions,
            "pages": anchors.chunk_regions,
            "central": [target.region("runtime.mheap_", "central")],
            **{_AGAIN + name: regions for name, regions in counted.items()},
        },
    )
    return _map(target, anchors, read)


def _map(target: Target, anchors: Anchors, read: Mapping[str, Bytes]) -> SpanMap:
    before = counted(target, read)
    after = counted(target, {name: read[_AGAIN + name] for name in counters.regions(target)})
    raw = span_columns(target.layouts, anchors.spans, anchors.places, read["spans"])
    spans = sorted_spans(raw, after.sweep_generation)
    caches = page_caches(target, read["procs"])
    pages = read_pages(anchors, read["pages"], (spans.heap, spans.manual), caches)
    procs, not_counted = proc_rows(target, read["caches"], caches, spans.heap)
    cells, holes, cell_pages = cell_rows(anchors, pages, spans.heap)
    of_stacks, work_pages = stacks(spans.manual)
    claims = Claims(
        spans=spans,
        pages=pages,
        cached_released_pages=int(procs.cached_released_pages.sum()),
        not_counted=not_counted,
        left_out=anchors.left_out,
    )
    return SpanMap(
        taken_at_seconds=time.time(),
        took_seconds=0.0,
        attempts=1,
        go_version=target.about.go_version,
        groups=grouped(spans.heap),
        cell_pages=cell_pages,
        cells=cells,
        holes=holes,
        stacks=of_stacks,
        procs=procs,
        central=central_rows(target, read["central"], after.sweep_generation),
        counters=after.own,
        work_pages=work_pages,
        torn=torn(claims, before, after),
    )
