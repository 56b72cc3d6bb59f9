"""What to do about an allocation pattern, and how much of it could be won, with the reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

GROWING = ("slice_growth", "growth", "map_growth", "builder_growth", "buffer_growth", "reading_all")
_NOT_VISIBLE = "Pattern not visible in this profile; a CPU profile under the same load shows it."
_KEPT = "It is kept, not churned: goom diagnose says whether it grows, and why."
_REMEDIES = {
    "slice_growth": "Give the slice its capacity at once: make([]T, 0, n), or slices.Grow.",
    "growth": "Something grows step by step here, a slice or a map: give it its size at once.",
    "map_growth": "Give the map its size at once: make(map[K]V, n); or clear() and reuse it.",
    "builder_growth": "Call Grow(n) on the strings.Builder before writing to it.",
    "buffer_growth": "Call Grow(n) on the bytes.Buffer, or reuse one (Reset, sync.Pool).",
    "reading_all": "Read into a buffer of the known size (Content-Length, Stat), or stream.",
    "string_concat": "Build the string in a strings.Builder with Grow, not with + in a loop.",
    "bytes_to_string": "Keep []byte throughout, or look up m[string(b)], which does not copy.",
    "string_to_bytes": "Keep the string, or append it to a reused []byte.",
    "boxing": "Pass the concrete type, not an interface; or a pointer that exists already.",
    "formatting": "Use strconv.AppendInt and append into a reused buffer instead of fmt.",
    "number_to_string": "Use strconv.AppendInt and its kin into a reused buffer.",
    "json_encode": "Encode with json.NewEncoder into a reused buffer or straight to the writer.",
    "json_decode": "Decode into a reused struct, without map[string]any; stream long arrays.",
    "regexp_compile": "Compile the expression once, in a package variable.",
    "regexp_match": "Match []byte or use strings functions where the expression is simple.",
    "timers": "Make one time.NewTimer and Reset it instead of time.After in a loop.",
    "string_making": "Write into one reused buffer instead of making a string at each step.",
    "splitting": "Walk the text with strings.Cut or Index instead of making a slice of parts.",
    "pool_new": "The pool's New makes these: a Get found it empty. Put back what was got.",
    "fresh_buffers": "Reuse readers, writers and compressors: Reset them, keep them in a pool.",
    "errors": "Return a package-level error where its text never changes.",
    "contexts": "Make one context per request, not per step.",
    "reflection": "Keep reflection out of the hot path: generate or write the code for the type.",
    "channels": "Reuse channels, or wait with sync.WaitGroup.",
    "made_slices": "Reuse the slice (buf = buf[:0]), or keep buffers in a sync.Pool.",
    "new_objects": "Keep the object on the stack (by value), reuse it, or pool it.",
}
_ALL_OF_IT = {
    "bytes_to_string": "every copy, where none is needed",
    "string_to_bytes": "every copy, where none is needed",
    "boxing": "every box, with concrete types",
    "formatting": "all of it, when a reused buffer takes the text",
    "number_to_string": "all of it, when a reused buffer takes the text",
    "regexp_compile": "all of it, compiled once",
    "timers": "all but one timer",
    "pool_new": "all that New makes after warming up",
    "fresh_buffers": "all after warming up",
}


def remedy(pattern: str, measure: str) -> str:
    """What to do about a pattern; what is in use is another matter than what was allocated."""
    return _KEPT if measure.startswith("inuse") else _REMEDIES.get(pattern, _NOT_VISIBLE)


class Winnable(NamedTuple):
    """A fraction of what a pattern allocates, and why."""

    fraction: float
    why: str


def winnable(pattern: str, measure: str, objects_by_size: Mapping[int, float]) -> Winnable:
    """At most how much of a pattern's allocations its remedy saves."""
    kind, _, what = measure.partition("_")
    if kind == "inuse":
        return Winnable(0.0, "")
    if pattern in GROWING:
        return _without_the_climb(objects_by_size, in_bytes=what == "space")
    if pattern == "string_concat":
        return _without_the_smaller(objects_by_size, in_bytes=what == "space")
    if pattern in _ALL_OF_IT:
        return Winnable(1.0, f"at most {_ALL_OF_IT[pattern]}")
    return Winnable(0.0, "")


def _without_the_climb(objects_by_size: Mapping[int, float], *, in_bytes: bool) -> Winnable:
    """What is left when each thing is made once at its final size.

    A block that was outgrown passed through every smaller size, so of the blocks of one size as
    many were final as there are more of them than of any larger size.
    """
    total = final = outgrown = 0.0
    for size, count in sorted(objects_by_size.items(), reverse=True):
        weight = size if in_bytes else 1
        total += count * weight
        final += max(count - outgrown, 0.0) * weight
        outgrown = max(outgrown, count)
    return _share(total, final, "allocated in all, minus what has its final size")


def _without_the_smaller(objects_by_size: Mapping[int, float], *, in_bytes: bool) -> Winnable:
    """What is left when only blocks of the largest size remain."""
    weighted = {size: count * (size if in_bytes else 1) for size, count in objects_by_size.items()}
    largest = weighted[max(weighted)] if weighted else 0.0
    return _share(sum(weighted.values()), largest, "all but the longest strings")


def _share(total: float, left: float, why: str) -> Winnable:
    return Winnable(max(0.0, 1 - left / total), why) if total > 0 else Winnable(0.0, "")
