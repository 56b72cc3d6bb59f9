"""The page about the allocator: the way of a request through its levels, and what it costs."""

from __future__ import annotations

from typing import cast

from goom.case.document import Json, plain
from goom.renderers.lessons import allocator_pages, allocator_slots, allocator_waste
from goom.renderers.lessons.frame import framed
from goom.runtime.allocator.eras import ERAS, Era, version_text
from goom.runtime.allocator.lesson import InEra, Lesson, RequestLesson, class_rows, lesson
from goom.runtime.allocator.lesson_steps import Step

_SCRIPTS = ("sketch.js", "cells.js", "tower.js", "slots.js", "page_map.js", "waste.js",
            "allocator.js")  # fmt: skip
_USUAL = ((41, False), (41, True), (5, False), (1024, True), (32768, False), (100_000, False))
_MOST_REQUESTS = 8
_AT = {  # where a request stands after a step that asks the next level
    "(*mcentral).grow": "mheap",
    "(*pageAlloc).allocToCache": "page_alloc",
}
_NOTES = (
    "Which words of an object are pointers stands outside of the span, in a bitmap of the arena.",
    "An object with pointers says itself where they are: up to 512 bytes in bits at the end of its "
    "span, above that in a header of 8 bytes before the object.",
    "Spans of 16 to 512 bytes also keep 128 bytes of mark bits at their end, for the new marker "
    "(Green Tea).",
)


def render(told: Lesson) -> str:
    """The page of a lesson of ``goom.runtime.allocator.lesson``."""
    return framed(page(told), _SCRIPTS, ("allocator.css",))


def page(told: Lesson) -> Json:
    """What the page shows: the lesson's requests and some usual ones, in every era."""
    requests = _requests(told)
    here = next(era for era in ERAS if era.name == told.era)
    return {
        "go_version": told.version,
        "message": _message(told.requests[0]),
        "levels": plain(told.levels),
        "eras": [_era(era, note) for era, note in zip(ERAS, _NOTES, strict=True)],
        "era": _key(here),
        "requests": [_request(*asked) for asked in requests],
        "reuse": allocator_slots.reuse(told.version),
        "tiny": allocator_slots.packing(),
        "waste": _waste(),
        "on_class": allocator_waste.on_class(),
        "classes": {_key(era): _classes(_version(era)) for era in ERAS},
        "page_map": allocator_pages.page_map(told.version),
        "said": [
            {"claim_ids": [], "often_said": one.said, "true": one.really, "source": one.file}
            for one in told.corrections
        ],
    }


def _message(asked: RequestLesson) -> str:
    """How rarely the levels below the cached span are reached, in figures of the first request."""
    often = {step.level: step.once_per_requests for step in reversed(asked.way)}
    kind = " with pointers" if asked.has_pointers else ""
    kernel = often.get("kernel", 1)
    refill = (
        max(step.once_per_requests for step in asked.way if step.level == "mcache")
        if "mcache" in often
        else 1
    )
    if not asked.size_bytes:
        return "A request for 0 bytes takes no memory: all of them get the same address."
    if refill <= 1:
        return f"A request for {asked.size_bytes:,} bytes{kind} gets a span of its own."
    return (
        f"Of {refill:,.0f} requests for {asked.size_bytes:,} bytes{kind}, {refill - 1:,.0f} only "
        f"take the next free slot. One in {kernel:,.0f} reaches the kernel."
    )


def _requests(told: Lesson) -> tuple[tuple[int, bool], ...]:
    asked = [(one.size_bytes, one.has_pointers) for one in told.requests]
    return tuple(dict.fromkeys((*asked[:_MOST_REQUESTS], *_USUAL)))[:_MOST_REQUESTS]


def _key(era: Era) -> str:
    return version_text(era.since)


def _version(era: Era) -> str:
    return version_text(era.until)


def _waste() -> Json:
    """Curves by era; eras whose slots are the same share them."""
    told = {_key(era): allocator_waste.curves(_version(era)) for era in ERAS}
    distinct: list[Json] = []
    for one in told.values():
        if one not in distinct:
            distinct.append(one)
    return {"curves": distinct, "of": {key: distinct.index(one) for key, one in told.items()}}


def _era(era: Era, note: str) -> Json:
    return {"key": _key(era), "label": era.name, "note": note}


def _request(size_bytes: int, has_pointers: bool) -> Json:
    told = {
        _key(era): lesson((size_bytes,), _version(era), has_pointers).requests[0] for era in ERAS
    }
    return {
        "key": f"{size_bytes}{'p' if has_pointers else ''}",
        "label": f"{size_bytes:,} B" + (" with pointers" if has_pointers else ""),
        "size_bytes": size_bytes,
        "has_pointers": has_pointers,
        "eras": {key: {"here": _in_era(one.here), "way": [_step(step) for step in one.way]}
                 for key, one in told.items()},
    }  # fmt: skip


def _in_era(one: InEra) -> Json:
    shown = cast(Json, plain(one))
    return {**shown, "source": f"{one.source.file} {one.source.function}",
            "bytes_each": round(one.bytes_each, 2)}  # fmt: skip


def _step(step: Step) -> Json:
    return {
        "level": _AT.get(step.source.function, step.level),
        "title": f"{step.title[0].upper()}{step.title[1:]}",
        "text": step.text,
        "source": f"{step.source.file} {step.source.function}",
        "function": step.source.function,
        "once_per_requests": step.once_per_requests,
        "costs": [[cost.what, cost.count] for cost in step.costs],
        "state": plain(step.after),
    }


def _classes(version: str) -> list[list[object]]:
    """Rows: number, slot, span, objects without and with pointers, tail without, worst waste."""
    return [
        [row.number, row.size_bytes, row.span_bytes, row.without_pointers.objects,
         row.with_pointers.objects, row.without_pointers.unusable_bytes,
         row.with_pointers.unusable_bytes, round(row.worst_waste_fraction, 4)]
        for row in class_rows(version)
    ]  # fmt: skip
