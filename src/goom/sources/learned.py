"""What the evidence says of its subject in passing: Go's version, limits, the name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite, isnan
from pathlib import PurePosixPath
from typing import Any

from goom.case.evidence import Evidence
from goom.case.series import Series
from goom.case.subject import Ending, Subject
from goom.case.units import parse_bytes
from goom.formats import prometheus

_TOOLCHAIN = re.compile(
    r"(?:/|@v0\.0\.1-|^)go(1\.\d{1,3}(?:\.\d{1,3})?)(?:[.-][\w.-]+)?/src/runtime/"
)
_NO_LIMIT_BYTES = float(1 << 62)
_FROM_METRICS = {
    "gomemlimit_bytes": "go_gc_gomemlimit_bytes",
    "gogc_percent": "go_gc_gogc_percent",
    "gomaxprocs": "go_sched_gomaxprocs_threads",
}


@dataclass(slots=True)
class Learned:
    """Fields of Subject found on the way; what was learned first stays."""

    fields: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, value: object) -> None:
        """Remember one field, unless it is empty or known already."""
        if value not in (None, "", ()):
            self.fields.setdefault(name, value)

    def command(self, words: tuple[str, ...]) -> None:
        """The command line names the program."""
        if words:
            self.note("command", words)
            self.note("name", PurePosixPath(words[0]).name)

    def metrics(self, samples: Mapping[str, float]) -> None:
        """Go's version and limits, as client_golang publishes them."""
        self.note("go_version", prometheus.go_version(samples))
        for name, metric in _FROM_METRICS.items():
            value = samples.get(metric)
            if value is not None and 0 <= value < _NO_LIMIT_BYTES:
                self.note(name, int(value))

    def source_files(self, files: Iterable[str]) -> None:
        """The path of the runtime's own sources holds the version, when Go lay in such a folder."""
        for file in files:
            found = _TOOLCHAIN.search(file)
            if found:
                self.note("go_version", found[1])
                return

    def complete(self, subject: Subject, evidence: Evidence) -> Subject:
        """The subject with every field that it left open, as far as anything tells."""
        self._from_environment(subject.environment)
        self._from_series(evidence)
        default = Subject()
        missing = {
            name: value
            for name, value in self.fields.items()
            if _open(getattr(subject, name), getattr(default, name))
        }
        return _seen_span(replace(subject, **missing), evidence)

    def _from_environment(self, environment: Mapping[str, str]) -> None:
        self.note("gogc_percent", gogc_of(environment.get("GOGC", "")))
        self.note("gomemlimit_bytes", gomemlimit_of(environment.get("GOMEMLIMIT", "")))

    def _from_series(self, evidence: Evidence) -> None:
        if evidence.cgroup is not None:
            limit = evidence.cgroup.last("limit_bytes")
            if isfinite(limit) and 0 < limit < _NO_LIMIT_BYTES:
                self.note("memory_limit_bytes", int(limit))
        trace = evidence.gctrace
        if trace is None:
            return
        if len(trace.cycles):
            self.note("gomaxprocs", int(trace.cycles.procs[-1]))
        if isfinite(trace.started_at_seconds):
            self.note("started_at_seconds", trace.started_at_seconds)
        if trace.go_fatal and "out of memory" in trace.go_fatal:
            self.note("ending", Ending(go_out_of_memory=True))


def gogc_of(text: str) -> int | None:
    """The value of GOGC, -1 for off, None for what Go would not read."""
    stripped = text.strip()
    if stripped.lower() == "off":
        return -1
    return int(stripped) if re.fullmatch(r"\d{1,9}", stripped) else None


def gomemlimit_of(text: str) -> int | None:
    """The value of GOMEMLIMIT in bytes, None for off and for what Go would not read."""
    if not re.fullmatch(r"\d{1,19}(?:B|KiB|MiB|GiB|TiB)?", text.strip()):
        return None
    return parse_bytes(text)


def _open(value: object, default: object) -> bool:
    return value == default or (isinstance(value, float) and isnan(value))


def _seen_span(subject: Subject, evidence: Evidence) -> Subject:
    """From the first to the last moment that the evidence shows, where goom did not note it."""
    moments = [moment for moment in _moments(evidence) if isfinite(moment) and moment > 0]
    if not moments:
        return subject
    first, last = subject.observed_from_seconds, subject.observed_to_seconds
    return replace(
        subject,
        observed_from_seconds=min(moments) if isnan(first) else first,
        observed_to_seconds=max(moments) if isnan(last) else last,
    )


def _moments(evidence: Evidence) -> list[float]:
    series: tuple[Series | None, ...] = (
        evidence.process,
        evidence.cgroup,
        evidence.memstats,
        evidence.metrics,
    )
    found = [one.taken_at_seconds for one in evidence.profiles.all]
    found += [one.taken_at_seconds for one in evidence.goroutine_dumps.all]
    found += [one.taken_at_seconds for one in evidence.mappings.all]
    found += [one.taken_at_seconds for one in evidence.spans.all]
    for one in series:
        if one is not None and len(one):
            found += [float(one.time_seconds[0]), float(one.time_seconds[-1])]
    trace = evidence.gctrace
    if trace is not None and len(trace.cycles):
        ends = trace.started_at_seconds + trace.cycles.at_seconds
        found += [float(ends[0]), float(ends[-1])]
    return found
