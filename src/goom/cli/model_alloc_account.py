"""The account of a scenario on 80 columns: counters, bytes by reason, and span classes."""

from __future__ import annotations

from typing import Any

from goom.case.document import plain
from goom.case.units import bytes_text, percent_text
from goom.cli.model_alloc_screen import bar_line, exact_size
from goom.runtime.allocator.accounting import Accounting
from goom.runtime.allocator.eras import era_of
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES, span_classes

_MOST_CLASSES = 12
_REASONS = {
    "requested_bytes": "asked for",
    "header_bytes": "headers",
    "class_rounding_bytes": "rounding up to the class",
    "tiny_block_bytes": "left of tiny blocks",
    "heap_bits_bytes": "heap bits",
    "mark_bits_bytes": "mark bits",
    "span_tail_bytes": "tails of spans",
    "large_rounding_bytes": "large objects up to whole pages",
    "free_slot_bytes": "free slots (can be used again)",
}


def account_screen(found: Accounting, order: str) -> str:
    """All of it as text."""
    parts = (_counters(found, order), _bytes(found), _classes(found))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def account_document(found: Accounting, order: str) -> dict[str, Any]:
    """All of it for JSON; lists of span classes are of 136, classes of 68."""
    taken = found.by_span_class
    return {
        "era": era_of(found.version).name,
        "order": order,
        "after_collections": found.after_collections,
        "heap_inuse_bytes": found.heap_inuse_bytes,
        "mallocs": found.mallocs.total,
        "mallocs_by_class": plain(found.mallocs.by_class),
        "tiny_allocs": found.mallocs.tiny_allocs,
        "tiny_blocks": found.mallocs.tiny_blocks,
        "zero_sized": found.mallocs.zero_sized,
        "refills": found.refills,
        "levels": plain(found.levels),
        "bytes_by_reason": plain(found.waste),
        "internal_waste_bytes": found.waste.internal_bytes,
        "external_waste_bytes": found.waste.external_bytes,
        "by_span_class": plain(taken),
    }


def _counters(found: Accounting, order: str) -> list[str]:
    mallocs, levels = found.mallocs, found.levels
    mixed = "mixed up, on average" if order == "mixed" else "in the order of the file"
    rows = [
        ("Mallocs", mallocs.total, "as MemStats counts them"),
        ("  large objects", int(mallocs.by_class[0]), "each with a span of its own"),
        ("  tiny blocks", mallocs.tiny_blocks, "taken for objects under 16 bytes"),
        ("  tiny, combined", mallocs.tiny_allocs, "into a block at hand: TinyAllocs"),
        ("refills", found.refills, "of a P's cached span: mcache.refill"),
        ("page cache", levels.page_cache_fills, "fills of 64 pages, at the least"),
        ("heap growths", levels.heap_growths, "by 4 MiB, at the least"),
    ]
    head = f"The runtime's counters grow by, for one P and requests {mixed}"
    return [head, *(f"  {name:18}{number:>22,}  {said}" for name, number, said in rows)]


def _bytes(found: Accounting) -> list[str]:
    whole = found.heap_inuse_bytes
    head = f"HeapInuse grows by {bytes_text(whole)}{_when(found.after_collections)}"
    if not whole:
        return [head]
    parts = ((label, getattr(found.waste, key)) for key, label in _REASONS.items())
    return [
        head,
        *(bar_line(label, bytes_text(size), size / whole) for label, size in parts if size),
    ]


def _when(collections: int) -> str:
    if not collections:
        return ", before any collection"
    return f", after {collections:,} collection{'s' * (collections > 1)}"


def _classes(found: Accounting) -> list[str]:
    taken, classes = found.by_span_class, span_classes(found.version)
    spans = taken.spans_in_use * classes.pages
    order = sorted(range(LARGE_SPAN_CLASSES, SPAN_CLASSES), key=lambda one: (-spans[one], one))
    shown = [one for one in order if taken.slots[one]][:_MOST_CLASSES]
    if not shown:
        return []
    head = f"{'slot':>7}  pointers{'slots taken':>18}{'in use':>18}{'spans':>14}{'full':>12}"
    return [head, *(_class(found, one) for one in shown), *_rest(found, len(shown))]


def _class(found: Accounting, number: int) -> str:
    taken, classes = found.by_span_class, span_classes(found.version)
    room = int(taken.spans_in_use[number] * classes.slots[number])
    used = int(taken.slots_in_use[number])
    full = percent_text(used / room) if room else "-"
    return (
        f"{exact_size(int(classes.slot_bytes[number])):>7}  {'no' if number & 1 else 'yes':8}"
        f"{int(taken.slots[number]):>18,}{used:>18,}{int(taken.spans_in_use[number]):>14,}{full:>12}"
    )


def _rest(found: Accounting, shown: int) -> list[str]:
    used = int((found.by_span_class.slots[LARGE_SPAN_CLASSES:] > 0).sum())
    return [f"  … and {used - shown} more (--json has all)"] if used > shown else []
