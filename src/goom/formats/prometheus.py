"""Prometheus and OpenMetrics text, and what its go_* metrics are called in runtime.MemStats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import inf, isfinite, nan

import numpy as np

from goom.case.errors import BadInput, TooLarge
from goom.case.series import MetricsSeries

_MOST_SAMPLES = 1_000_000
_MOST_LABELS = 100
_SAMPLE = re.compile(
    rb"^[ \t]*+([A-Za-z_:][A-Za-z0-9_:]{0,300}+)[ \t]*+"
    rb"(?:\{((?:[^\"}\n]|\"(?:[^\"\\\n]|\\.)*+\")*+)\})?+"
    rb"[ \t]*+([^\s#]{1,40}+)(?:[ \t]++(-?[0-9.eE+]{1,30}+))?+[ \t]*+(?:#[^\n]*+)?\r?$",
    re.MULTILINE,
)
_LABEL = re.compile(r'\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}

# client_golang's GoCollector -> runtime.MemStats. LastGC and PauseTotalNs are in nanoseconds there.
MEMSTATS_NAMES: Mapping[str, tuple[str, float]] = {
    "go_memstats_alloc_bytes": ("Alloc", 1),
    "go_memstats_alloc_bytes_total": ("TotalAlloc", 1),
    "go_memstats_sys_bytes": ("Sys", 1),
    "go_memstats_mallocs_total": ("Mallocs", 1),
    "go_memstats_frees_total": ("Frees", 1),
    "go_memstats_heap_alloc_bytes": ("HeapAlloc", 1),
    "go_memstats_heap_sys_bytes": ("HeapSys", 1),
    "go_memstats_heap_idle_bytes": ("HeapIdle", 1),
    "go_memstats_heap_inuse_bytes": ("HeapInuse", 1),
    "go_memstats_heap_released_bytes": ("HeapReleased", 1),
    "go_memstats_heap_objects": ("HeapObjects", 1),
    "go_memstats_stack_inuse_bytes": ("StackInuse", 1),
    "go_memstats_stack_sys_bytes": ("StackSys", 1),
    "go_memstats_mspan_inuse_bytes": ("MSpanInuse", 1),
    "go_memstats_mspan_sys_bytes": ("MSpanSys", 1),
    "go_memstats_mcache_inuse_bytes": ("MCacheInuse", 1),
    "go_memstats_mcache_sys_bytes": ("MCacheSys", 1),
    "go_memstats_buck_hash_sys_bytes": ("BuckHashSys", 1),
    "go_memstats_gc_sys_bytes": ("GCSys", 1),
    "go_memstats_other_sys_bytes": ("OtherSys", 1),
    "go_memstats_next_gc_bytes": ("NextGC", 1),
    "go_memstats_last_gc_time_seconds": ("LastGC", 1e9),
    "go_memstats_gc_cpu_fraction": ("GCCPUFraction", 1),
    "go_gc_duration_seconds_count": ("NumGC", 1),
    "go_gc_duration_seconds_sum": ("PauseTotalNs", 1e9),
    "go_goroutines": ("NumGoroutine", 1),
}

# runtime/metrics as client_golang names them: each field is a sum. HeapIdle counts released pages.
_RUNTIME_METRICS: Mapping[str, tuple[str, ...]] = {
    "HeapAlloc": ("go_memory_classes_heap_objects_bytes",),
    "HeapInuse": ("go_memory_classes_heap_objects_bytes", "go_memory_classes_heap_unused_bytes"),
    "HeapIdle": ("go_memory_classes_heap_free_bytes", "go_memory_classes_heap_released_bytes"),
    "HeapReleased": ("go_memory_classes_heap_released_bytes",),
    "HeapObjects": ("go_gc_heap_objects_objects",),
    "StackInuse": ("go_memory_classes_heap_stacks_bytes",),
    "Sys": ("go_memory_classes_total_bytes",),
    "NextGC": ("go_gc_heap_goal_bytes",),
    "NumGC": ("go_gc_cycles_total_gc_cycles_total",),
    "TotalAlloc": ("go_gc_heap_allocs_bytes_total",),
    "NumGoroutine": ("go_sched_goroutines_goroutines",),
}


def parse(data: bytes | str) -> dict[str, float]:
    """Every sample: name, with its labels sorted in braces when it has any -> value.

    Lines that are no sample are passed over; a text without any is refused. Of a series that stands
    there twice the last counts.
    """
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    samples: dict[str, float] = {}
    for match in _SAMPLE.finditer(raw):
        value = _value(match[3])
        labels = _labels(match[2])
        if value is None or labels is None:
            continue
        samples[match[1].decode() + labels] = value
        if len(samples) > _MOST_SAMPLES:
            raise TooLarge(
                f"more than {_MOST_SAMPLES} samples.", "Keep one process's:  grep ^go_ metrics.txt"
            )
    if not samples:
        raise BadInput(
            "no Prometheus sample found.",
            "Fetch it again:  curl -o metrics.prom http://HOST/metrics",
        )
    return samples


def series(looks: Iterable[tuple[float, Mapping[str, float]]]) -> MetricsSeries:
    """Looks of one process, (epoch, samples) each, as columns in order of time."""
    ordered = sorted(looks, key=lambda look: look[0])
    names = dict.fromkeys(name for _, samples in ordered for name in samples)
    columns = {
        name: np.array([samples.get(name, nan) for _, samples in ordered], np.float64)
        for name in names
    }
    return MetricsSeries(np.array([at for at, _ in ordered], np.float64), columns)


def memstats_fields(samples: Mapping[str, float]) -> dict[str, float]:
    """What the samples say under the names of runtime.MemStats; empty when there is nothing of Go,
    or when the text mixes several processes (then no figure is the process's own).
    """
    plain = _of_one_process(samples)
    fields: dict[str, float] = {}
    for field, parts in _RUNTIME_METRICS.items():
        if all(part in plain for part in parts):
            fields[field] = sum(plain[part] for part in parts)
    for name, (field, factor) in MEMSTATS_NAMES.items():
        if name in plain:
            fields[field] = plain[name] * factor
    return {field: value for field, value in fields.items() if isfinite(value)}


def go_version(samples: Mapping[str, float]) -> str | None:
    """``1.22.10`` of ``go_info{version="go1.22.10"}``."""
    for name in samples:
        found = re.search(r'^go_info\{.*version="go(\d+\.\d+[\w.]*)', name)
        if found:
            return found[1]
    return None


def _of_one_process(samples: Mapping[str, float]) -> dict[str, float]:
    by_name: dict[str, list[float]] = {}
    for key, value in samples.items():
        name, brace, labels = key.partition("{")
        if name.startswith(("go_", "process_")) and not (brace and "quantile=" in labels):
            by_name.setdefault(name, []).append(value)
    return {name: values[0] for name, values in by_name.items() if len(values) == 1}


def _value(text: bytes) -> float | None:
    word = text.decode("ascii", "replace")
    if word in ("+Inf", "Inf"):
        return inf
    if word == "-Inf":
        return -inf
    try:
        return float(word)
    except ValueError:
        return None


def _labels(text: bytes | None) -> str | None:
    """The labels sorted and in braces, "" for none; None when they are malformed."""
    if text is None or not text.strip():
        return ""
    inside = text.decode("utf-8", "replace").strip().removesuffix(",")
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(inside):
        found = _LABEL.match(inside, position)
        if found is None or len(pairs) == _MOST_LABELS:
            return None
        pairs.append((found[1], found[2]))
        position = found.end()
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(pairs)) + "}"


def label_value(escaped: str) -> str:
    """A label's value with its escapes undone."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), escaped)
