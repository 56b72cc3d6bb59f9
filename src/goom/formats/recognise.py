"""What a file is, by what it holds; its name only tells cgroup files of one number apart."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from goom.formats import cgroup

HEAD_BYTES = 1 << 16  # what ``recognise`` wants to see of a file


class Kind(StrEnum):
    """The kinds of evidence that a file can be."""

    BUNDLE = "bundle"
    PPROF = "pprof"  # protobuf, gzipped or not
    GZIP = "gzip"  # of something else
    HEAP_TEXT = "heap_text"  # heap?debug=1
    GOROUTINE_TEXT = "goroutine_text"  # goroutine?debug=1
    GOROUTINE_DUMP = "goroutine_dump"  # goroutine?debug=2, or a crash in a log
    PROFILE_TEXT = "profile_text"  # threadcreate, block, mutex with debug=1
    GCTRACE = "gctrace"
    EXPVAR = "expvar"
    EXPVAR_LINES = "expvar_lines"
    PROMETHEUS = "prometheus"
    SMAPS = "smaps"
    SMAPS_ROLLUP = "smaps_rollup"
    MAPS = "maps"
    NUMA_MAPS = "numa_maps"
    SURROUNDINGS = "surroundings"  # kernel files, each under its path
    CGROUP = "cgroup"
    PROC_STATUS = "proc_status"
    PROC_STAT = "proc_stat"
    SERIES_CSV = "series_csv"
    XRAY_SPANS = "xray_spans"
    EBPF = "ebpf"  # what goom probe saw
    CASE_JSON = "case_json"  # goom's own output
    EXECUTION_TRACE = "execution_trace"
    EMPTY = "empty"
    UNKNOWN = "unknown"


_MAPPING = rb"[0-9a-f]{4,16}-[0-9a-f]{4,16} [r-][w-][x-][ps] [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+"

# In this order: what is surest first. A log may hold anything, so logs come last.
_BY_CONTENT: tuple[tuple[Kind, re.Pattern[bytes]], ...] = tuple(
    (kind, re.compile(pattern, re.MULTILINE))
    for kind, pattern in (
        (Kind.BUNDLE, rb"\APK\x03\x04|\APK\x05\x06"),
        (Kind.EXECUTION_TRACE, rb"\Ago 1\.\d+ trace\x00"),
        (Kind.HEAP_TEXT, rb"\Aheap profile: +\d+: \d+ \[ *\d+: \d+\] @ heap"),
        (Kind.GOROUTINE_TEXT, rb"\Agoroutine(?:leak)? profile: total \d+"),
        (Kind.PROFILE_TEXT, rb"\A(?:[a-z]+ profile: total \d+|--- (?:contention|mutex):)"),
        (Kind.SMAPS_ROLLUP, rb"\A[0-9a-f]+-[0-9a-f]+ ---p \d+ \S+ \d+ +\[rollup\]"),
        (Kind.SMAPS, rb"\A" + _MAPPING + rb"[^\n]*\r?\nSize: +\d+ kB"),
        (Kind.MAPS, rb"\A" + _MAPPING),
        (Kind.NUMA_MAPS, rb"\A[0-9a-f]{5,16} (?:default|bind|interleave|prefer|local)[^ \n]* \w"),
        (Kind.SURROUNDINGS, rb"\A==> /(?:proc|sys)/[^\n]+ <==\r?$"),
        (Kind.SERIES_CSV, rb"\A(?:\xef\xbb\xbf)?time_seconds(?:,\w+)*\r?$"),
        (Kind.XRAY_SPANS, rb"\A\s*\{\s*\"schema\"\s*:\s*\"goom\.xray_spans/"),
        (Kind.EBPF, rb"\A\s*\{\s*\"schema\"\s*:\s*\"goom\.ebpf/"),
        (Kind.CASE_JSON, rb"\A\s*\{\s*\"schema\"\s*:\s*\"goom"),
        (Kind.PROC_STATUS, rb"\AName:\t[^\n]*\n(?:[^\n]*\n){0,60}?(?:Pid|Threads):\t\d+"),
        (Kind.PROC_STAT, rb"\A\d+ \([^\n]*\) [A-Za-z](?: -?\d+){20,}"),
        (Kind.CGROUP, rb"\A(?:anon|cache|low|oom_kill_disable) \d+\r?$"),
        (Kind.CGROUP, rb"\Asome avg10=\d"),
        (Kind.GCTRACE, rb"(?<!\w)gc \d+ @\d+\.\d+s \d+%[^\n]{0,60}: \d[\d.]*\+"),
        (Kind.GCTRACE, rb"(?<!\w)scav \d+ KiB work|^pacer: (?:assist ratio=|\d+% CPU)"),
        (Kind.GOROUTINE_DUMP, rb"^goroutine \d+ (?:gp=\S+ m=\S+ )?(?:mp=\S+ )?\[[^\]\n]+\]:\r?$"),
        (Kind.PROMETHEUS, rb"^# (?:HELP|TYPE|UNIT) [A-Za-z_:][\w:]* "),
        (Kind.PROMETHEUS, rb"^(?:go|process)_\w+(?:\{[^\n]*\})? [-+0-9.eE]+\r?$"),
    )
)
_JSON_MEMSTATS = re.compile(rb'"memstats"\s*:\s*\{|"HeapAlloc"\s*:\s*\d')
_JSON_LINES = re.compile(rb"\A[^\n{]{0,200}\{[^\n]*\}\s*\n[^\n{]{0,200}\{")
_FATAL = re.compile(rb"^fatal error: |^panic: |^SIGQUIT: ", re.MULTILINE)


def recognise(head: bytes, name: str = "") -> Kind:
    """The kind of a file from its first bytes (``HEAD_BYTES`` are plenty).

    ``name`` is looked at only when the content is nothing but a number or ``max``.
    """
    if not head.strip():
        return Kind.EMPTY
    if head.startswith(b"\x1f\x8b"):
        return Kind.GZIP if _names_itself(_unpacked(head)) else Kind.PPROF
    found = _names_itself(head)
    if found is not None:
        return found
    if re.fullmatch(rb"\s*(?:\d{1,20}|max)\s*", head) and cgroup.is_single_number(name):
        return Kind.CGROUP
    return Kind.PPROF if _is_raw_profile(head) else Kind.UNKNOWN


def _names_itself(head: bytes) -> Kind | None:
    for kind, pattern in _BY_CONTENT:
        if pattern.search(head):
            return kind
    if _JSON_MEMSTATS.search(head):
        return Kind.EXPVAR_LINES if _JSON_LINES.match(head) else Kind.EXPVAR
    if _FATAL.search(head) and b"\ngoroutine " in head:
        return Kind.GOROUTINE_DUMP
    return None


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def holds_also(head: bytes) -> tuple[Kind, ...]:
    """Every kind of evidence that a log holds: a crash in a GC log is both."""
    both = {Kind.GCTRACE, Kind.GOROUTINE_DUMP}
    return tuple(
        dict.fromkeys(kind for kind, found in _BY_CONTENT if kind in both and found.search(head))
    )


def _is_raw_profile(head: bytes) -> bool:
    """Whether the bytes walk as the fields of a protobuf Profile, sample_type first."""
    position, fields = 0, 0
    while position < len(head) and fields < 8:
        tag = head[position]
        field, wire = tag >> 3, tag & 7
        if not 1 <= field <= 15 or wire not in (0, 2) or (fields == 0 and tag != 0x0A):
            return False
        length, position = _varint(head, position + 1)
        if position < 0:
            return False
        fields += 1
        if wire == 2:
            position += length
    return fields >= 2


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if position >= len(data):
            return 0, -1
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    return 0, -1
