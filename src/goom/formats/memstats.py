"""runtime.MemStats as services publish it: /debug/vars, JSON lines, and a text profile's tail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf, isfinite, isnan, nan
from typing import Any, TypeGuard

import numpy as np

from goom.case.errors import BadInput, TooLarge
from goom.case.series import MemStatsSeries

_RING = 256  # PauseNs and PauseEnd
_MOST_LOOKS = 200_000
_MOST_SIZES = 200
_TIME_KEYS = ("time", "ts", "timestamp", "@timestamp", "t", "time_seconds")
_GOROUTINE_KEYS = ("NumGoroutine", "goroutines", "num_goroutine", "numgoroutine", "Goroutines")
_TRAILER_FIELD = re.compile(
    r"^# (\w{2,20}) = (\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?)$", re.MULTILINE | re.ASCII
)
_TRAILER_PAIR = re.compile(
    r"^# (Stack|MSpan|MCache) = (\d{1,20}) / (\d{1,20})$", re.MULTILINE | re.ASCII
)
_TRAILER_RING = re.compile(r"^# PauseNs = \[((?:\d{1,20}+ ?+)*+)\]$", re.MULTILINE | re.ASCII)
_HINT = "Fetch it again:  curl -o vars.json http://HOST/debug/vars"


@dataclass(frozen=True, slots=True)
class MemStatsLook:
    """One reading under Go's own field names. ``time_seconds`` is an epoch, nan when unknown.

    ``by_size``: size -> (mallocs, frees). ``pauses_seconds``: newest last, at most 256.
    """

    time_seconds: float
    fields: Mapping[str, float]
    by_size: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    pauses_seconds: tuple[float, ...] = ()
    command: tuple[str, ...] = ()


def parse_expvar(data: bytes, *, at_seconds: float = nan) -> list[MemStatsLook]:
    """Read ``/debug/vars``, a bare MemStats in JSON, or one of these a line.

    A look's time is what the JSON itself states, else ``at_seconds``, else the end of its last
    collection, which is never later than the look.
    """
    looks = [
        look for document in _documents(data) if (look := _look(document, at_seconds)) is not None
    ]
    if not looks:
        raise BadInput("no memstats found: this is not the JSON of /debug/vars.", _HINT)
    return looks


def parse_heap_trailer(data: bytes, *, at_seconds: float = nan) -> MemStatsLook | None:
    """The ``# runtime.MemStats`` comment that ends a ``heap?debug=1`` text; None without one."""
    _, mark, tail = data.rpartition(b"# runtime.MemStats")
    if not mark:
        return None
    text = tail.decode("ascii", "replace").replace("\r\n", "\n")
    fields = {name: float(value) for name, value in _TRAILER_FIELD.findall(text)}
    for name, inuse, system in _TRAILER_PAIR.findall(text):
        fields |= {f"{name}Inuse": float(inuse), f"{name}Sys": float(system)}
    ring = _TRAILER_RING.search(text)
    pauses = [int(one) for one in ring[1].split()] if ring else []
    return MemStatsLook(at_seconds, fields, {}, pause_order(pauses, int(fields.get("NumGC", 0))))


def pause_order(pause_ns: list[int], cycles: int) -> tuple[float, ...]:
    """The ring in seconds, oldest first: cycle N stands at (N + 255) % 256."""
    if len(pause_ns) != _RING:
        return ()
    first = max(1, cycles - _RING + 1)
    return tuple(
        pause_ns[(number + _RING - 1) % _RING] / 1e9 for number in range(first, cycles + 1)
    )


def series(looks: Iterable[MemStatsLook]) -> MemStatsSeries:
    """Looks of one process as columns in order of time; rings and sizes are the newest look's."""
    ordered = sorted(looks, key=lambda look: (isnan(look.time_seconds), look.time_seconds))
    names = dict.fromkeys(name for look in ordered for name in look.fields)
    return MemStatsSeries(
        np.array([look.time_seconds for look in ordered], np.float64),
        {
            name: np.array([look.fields.get(name, nan) for look in ordered], np.float64)
            for name in names
        },
        by_size=next((look.by_size for look in reversed(ordered) if look.by_size), {}),
        pauses_seconds=next(
            (look.pauses_seconds for look in reversed(ordered) if look.pauses_seconds), ()
        ),
    )


def _documents(data: bytes) -> list[dict[str, Any]]:
    whole = _load(data)
    if isinstance(whole, dict):
        return [whole]
    if isinstance(whole, list):
        return [one for one in whole[:_MOST_LOOKS] if isinstance(one, dict)]
    documents: list[dict[str, Any]] = []
    for line in data.splitlines():
        one = _load(line[line.find(b"{") :]) if b"{" in line else None
        if isinstance(one, dict):
            documents.append(one)
        if len(documents) > _MOST_LOOKS:
            raise TooLarge(f"more than {_MOST_LOOKS} lines of JSON.", "Keep fewer:  tail -n 10000")
    return documents


def _load(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _look(document: dict[str, Any], at_seconds: float) -> MemStatsLook | None:
    stats = document.get("memstats", document)
    if not isinstance(stats, dict) or not {"HeapAlloc", "HeapSys"} <= stats.keys():
        return None
    fields = {name: float(value) for name, value in stats.items() if _is_figure(value)}
    for key in _GOROUTINE_KEYS:
        if _is_figure(document.get(key)):
            fields["NumGoroutine"] = float(document[key])
    time = _time(document, stats)
    if not isfinite(time):
        time = at_seconds
    if not isfinite(time) and fields.get("LastGC", 0) > 0:
        time = fields["LastGC"] / 1e9
    command = document.get("cmdline")
    return MemStatsLook(
        time,
        fields,
        _by_size(stats.get("BySize")),
        pause_order(_whole_numbers(stats.get("PauseNs")), int(fields.get("NumGC", 0))),
        tuple(map(str, command)) if isinstance(command, list) else (),
    )


def _is_figure(value: object) -> TypeGuard[float]:
    # JSON may hold NaN, and integers beyond what a float can be.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < inf and value < 2**64


def _whole_numbers(values: object) -> list[int]:
    if not isinstance(values, list) or not all(map(_is_figure, values)):
        return []
    return [int(value) for value in values]


def _by_size(entries: object) -> dict[int, tuple[int, int]]:
    sizes: dict[int, tuple[int, int]] = {}
    for entry in entries[:_MOST_SIZES] if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        size, mallocs, frees = (entry.get(key) for key in ("Size", "Mallocs", "Frees"))
        if _is_figure(size) and _is_figure(mallocs) and _is_figure(frees) and size:
            sizes[int(size)] = (int(mallocs), int(frees))
    return sizes


def _time(document: dict[str, Any], stats: dict[str, Any]) -> float:
    for key in _TIME_KEYS:
        for holder in (document, stats):
            moment = _moment(holder.get(key))
            if isfinite(moment):
                return moment
    return nan


def _moment(value: object) -> float:
    """An epoch in seconds, milliseconds, microseconds or nanoseconds, or ISO text."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError):
            return nan
    if not _is_figure(value):
        return nan
    seconds = float(value)
    while seconds > 1e11:
        seconds /= 1000
    return seconds if seconds > 1e8 else nan
