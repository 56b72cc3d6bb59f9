"""What a file is: the kind of a profile, and what stands there instead of one."""

from __future__ import annotations

from collections.abc import Sequence

_BY_FIRST_TYPE = {
    "goroutine": "goroutine",
    "goroutineleak": "goroutineleak",
    "threadcreate": "threadcreate",
}
_HEAP = {"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"}
_CPU = {("cpu", "nanoseconds")}
_UNLOCKS = ("sync.(*Mutex).Unlock", "sync.(*RWMutex).Unlock", "sync.(*RWMutex).RUnlock")
_NOT_PROFILES = (
    (b"<!doctype", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "XML"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"--- heapz", "a Java heap profile in text"),
    (b"--- contentionz", "a Java contention profile in text"),
    (b"--- contention", "a contention profile in text"),
    (b"java profile", "a Java heap dump (hprof)"),
    (b"heap profile:", "a heap profile in text (debug=1)"),
    (b"goroutine profile:", "a goroutine profile in text (debug=1)"),
    (b"goroutineleak profile:", "a goroutine leak profile in text (debug=1)"),
    (b"threadcreate profile:", "a threadcreate profile in text (debug=1)"),
    (b"goroutine ", "a goroutine dump in text (debug=2)"),
    (b"go 1.", "an execution trace (go tool trace reads it)"),
    (b"\x7felf", "an ELF binary"),
    (b"pk\x03\x04", "a zip file"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"404 page not found", "an HTTP error page"),
    (b"unknown profile", "an HTTP error page (Unknown profile)"),
)


def kind_of(
    types: Sequence[tuple[str, str]], default_sample_type: str, functions: Sequence[str]
) -> str:
    """The kind, from the sample types; heap and allocs differ only in the default one."""
    names = {name for name, _ in types}
    if names & _HEAP:
        return "allocs" if default_sample_type == "alloc_space" else "heap"
    if _CPU & set(types):
        return "cpu"
    if names == {"contentions", "delay"}:
        return "mutex" if set(_UNLOCKS) & set(functions) else "block"
    return _BY_FIRST_TYPE.get(types[0][0], "other")


def what_else(data: bytes) -> str:
    """What the bytes are, where that is plain and is no profile; "" where they may be one."""
    if not data.strip():
        return "empty"
    start = data[:256].lstrip().lower()
    for magic, name in _NOT_PROFILES:
        if start.startswith(magic):
            return name
    return ""
