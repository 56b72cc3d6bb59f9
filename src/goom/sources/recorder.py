"""Keeps what was seen: every look goes into the bundle in its own format, as it comes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping

from goom.case.evidence import NotRead
from goom.sources import cgroup, procfs
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import Manifest, ManifestEnd
from goom.sources.xray import rows as xray_rows

_MAX_NOT_READ = 200
_FULL_BYTES = 256 * 1024  # of a part that waits; then it is written whatever the time


class Recorder:
    """Thread-safe. Small looks wait in memory until ``flush``; large ones are written at once."""

    def __init__(self, writer: BundleWriter, manifest: Manifest) -> None:
        self.writer = writer
        self._lock = threading.RLock()
        self._parts = {
            "proc/series": _Table(procfs.COLUMNS),
            "cgroup/series": _Table(cgroup.COLUMNS),
            "xray/series": _Table(xray_rows.COLUMNS),
        }
        self._trace = _TraceLines()
        self._names: set[str] = set()
        self._not_read: dict[tuple[str, str], NotRead] = {}
        self._flushed_at = time.monotonic()
        self._began_at = self._flushed_at
        writer.begin(manifest)

    def process_look(self, at_seconds: float, figures: Mapping[str, float]) -> None:
        """One row of ProcessSeries."""
        self._row("proc/series", at_seconds, figures)

    def cgroup_look(self, at_seconds: float, figures: Mapping[str, float]) -> None:
        """One row of CgroupSeries."""
        self._row("cgroup/series", at_seconds, figures)

    def xray_look(self, at_seconds: float, figures: Mapping[str, float]) -> None:
        """One row of MemStatsSeries, read from the process's memory."""
        self._row("xray/series", at_seconds, figures)

    def trace_line(self, at_seconds: float, line: bytes) -> None:
        """A line of Go's own diary, without its line end, and when it arrived."""
        with self._lock:
            self._trace.add(at_seconds, line)
            if self._trace.size_bytes > _FULL_BYTES:
                self._write_trace()

    def profile(self, kind: str, suffix: str, at_seconds: float, body: bytes) -> None:
        """A profile or dump: ``kind`` heap, goroutine, cpu …; ``suffix`` .pb.gz, .debug1.txt …"""
        self.file(f"pprof/{kind}", suffix, at_seconds, body)

    def file(self, stem: str, suffix: str, at_seconds: float, body: bytes) -> None:
        """Anything taken whole at one moment: ``proc/smaps`` + ``.txt``."""
        with self._lock:
            nanoseconds = int(at_seconds * 1e9)
            while (name := f"{stem}-{nanoseconds}{suffix}") in self._names:
                nanoseconds += 1
            self._names.add(name)
            self._add(name, body)

    def add_once(self, name: str, body: bytes) -> None:
        """An entry of which a bundle has one; a second is left out."""
        with self._lock:
            if name not in self._names:
                self._names.add(name)
                self._add(name, body)

    def cgroup_files(self, at_seconds: float, files: Mapping[str, bytes]) -> None:
        """A cgroup's own files as the kernel prints them; what could not be read is left out."""
        for name, body in files.items():
            if body:
                self.file(f"cgroup/{name}", ".txt", at_seconds, body)

    def not_read(self, what: str, why: str, hint: str = "") -> None:
        """Remember what could not be read and why; the same is remembered once."""
        with self._lock:
            if len(self._not_read) < _MAX_NOT_READ:
                self._not_read.setdefault((what, why), NotRead(what, why, hint))

    def flush(self, *, now: bool = False) -> None:
        """Write what waits, when it is time for it: often at first, seldom in a long run."""
        with self._lock:
            moment = time.monotonic()
            patience = min(60.0, max(1.0, (moment - self._began_at) / 30))
            if now or moment - self._flushed_at >= patience:
                self._flushed_at = moment
                for name in self._parts:
                    self._write_table(name)
                self._write_trace()

    def finish(self, end: ManifestEnd) -> None:
        """Write everything and close the bundle; what was not read goes into ``end``."""
        with self._lock:
            self.flush(now=True)
            if self.writer.trouble:
                self.not_read("the rest of the recording", self.writer.trouble)
            known = (*end.not_read, *self._not_read.values())
            self.writer.end(
                ManifestEnd(
                    ending=end.ending,
                    wall_seconds=end.wall_seconds,
                    subject=end.subject,
                    not_read=known,
                )
            )

    def _row(self, name: str, at_seconds: float, figures: Mapping[str, float]) -> None:
        with self._lock:
            part = self._parts[name]
            part.add(at_seconds, figures)
            if part.size_bytes > _FULL_BYTES:
                self._write_table(name)

    def _write_table(self, name: str) -> None:
        part = self._parts[name]
        if part.size_bytes:
            number, text = part.take()
            self._add(f"{name}-{number:06d}.csv", text)

    def _write_trace(self) -> None:
        if self._trace.size_bytes:
            number, lines, times = self._trace.take()
            self._add(f"stderr/trace-{number:06d}.log", lines)
            self._add(f"stderr/trace-{number:06d}.times", times)

    def _add(self, name: str, body: bytes) -> None:
        # A full disk must not end the watching; finish() says what happened.
        self.writer.add(name, body)


class _Table:
    """Rows that wait to become one CSV part."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._rows: list[str] = []
        self._number = 0
        self.size_bytes = 0

    def add(self, at_seconds: float, figures: Mapping[str, float]) -> None:
        cells = (_cell(figures.get(name)) for name in self._columns)
        row = ",".join((f"{at_seconds:.6f}", *cells))
        self._rows.append(row)
        self.size_bytes += len(row) + 1

    def take(self) -> tuple[int, bytes]:
        head = ",".join(("time_seconds", *self._columns))
        text = "\n".join((head, *self._rows, "")).encode("ascii")
        number, self._number = self._number, self._number + 1
        self._rows, self.size_bytes = [], 0
        return number, text


class _TraceLines:
    """Trace lines that wait to become one part."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._times: list[str] = []
        self._number = 0
        self.size_bytes = 0

    def add(self, at_seconds: float, line: bytes) -> None:
        self._lines.append(line)
        self._times.append(f"{at_seconds:.6f}")
        self.size_bytes += len(line) + 1

    def take(self) -> tuple[int, bytes, bytes]:
        lines = b"\n".join((*self._lines, b""))
        times = "\n".join((*self._times, "")).encode("ascii")
        number, self._number = self._number, self._number + 1
        self._lines, self._times, self.size_bytes = [], [], 0
        return number, lines, times


def _cell(figure: float | None) -> str:
    if figure is None or math.isnan(figure):
        return ""
    return str(int(figure)) if float(figure).is_integer() else f"{figure:.9g}"
