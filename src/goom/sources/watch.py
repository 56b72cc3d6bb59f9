"""Looks at a process and its cgroup from outside, and at both together for the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from goom.sources import procfs, surroundings
from goom.sources.cgroup import MemoryCgroup, droppable_bytes
from goom.sources.procfs import ProcessFiles
from goom.sources.recorder import Recorder

_AFTER_DEATH = (
    "memory.events",
    "memory.failcnt",
    "memory.max_usage_in_bytes",
    "memory.oom_control",
    "memory.peak",
)
_STILL_TRUE = ("limit_bytes", "peak_bytes", "limit_hits", "oom_events", "oom_kills")


class Watch:
    """All looks that need nothing of the program itself. Threads may share it: rows stay in order
    of time.
    """

    def __init__(self, recorder: Recorder, group: MemoryCgroup | None, pid: int) -> None:
        self.recorder, self.group, self.pid = recorder, group, pid
        self.process: dict[str, float] = {}
        self.cgroup: dict[str, float] = {}
        self.kernel_look_seconds = 0.0
        self.listening_sockets: int | None = None
        self._files = ProcessFiles(pid)
        self._numa = surroundings.is_numa()
        self._lock = threading.RLock()

    def follow(self, pid: int) -> None:
        """Look at another process from now on."""
        with self._lock:
            self._files.close()
            self.pid, self._files = pid, ProcessFiles(pid)

    def look(self) -> None:
        """One row of each series."""
        with self._lock:
            at, figures = time.time(), self._files.look()
            if figures:
                if self.listening_sockets is not None:
                    figures["listening_sockets"] = self.listening_sockets
                self.process = figures
                self.recorder.process_look(at, figures)
            self.cgroup_look()

    def cgroup_look(self, *, wait_seconds: float = -1.0) -> None:
        """One row of the cgroup alone; none if another look takes longer than may be waited."""
        if self.group is None or not self._lock.acquire(timeout=wait_seconds):
            return
        try:
            at, figures = time.time(), self.group.look()
            if figures:
                self.cgroup = figures
                self.recorder.cgroup_look(at, figures)
        finally:
            self._lock.release()

    def kernel_look(self) -> None:
        """The cgroup's figures and every mapping, back to back: what the ledger is made of."""
        with self._lock:
            started = time.monotonic()
            self.cgroup_look()
            self._keep("smaps", procfs.read_mappings)
            self._keep("status")
            if self._numa:
                self._keep("numa_maps", procfs.read_mappings)
            if self.group is not None:
                self.recorder.cgroup_files(time.time(), self.group.raw_files())
            self.kernel_look_seconds = time.monotonic() - started
            self._surroundings()

    def last_look(self) -> None:
        """After the end: what the cgroup still knows. Its usage no longer tells of the program."""
        if self.group is None:
            return
        with self._lock:
            at, figures = time.time(), self.group.look()
            self.cgroup = figures
            known = {name: figures[name] for name in _STILL_TRUE if name in figures}
            self.recorder.cgroup_look(at, known)
            files = self.group.raw_files()
            kept = {name: files[name] for name in _AFTER_DEATH if name in files}
            self.recorder.cgroup_files(at, kept)

    def unreclaimable_bytes(self) -> float:
        """The charge that the kernel cannot get back by dropping page cache, right now."""
        if self.group is None:
            return procfs.rss_bytes(self.pid)
        return self.group.usage_bytes() - droppable_bytes(self.cgroup)

    def close(self) -> None:
        """Give files back."""
        with self._lock:
            self._files.close()

    def _surroundings(self) -> None:
        """The files around the process: nothing of them holds a lock of the process."""
        try:
            at, body = time.time(), surroundings.look(self.pid)
        except OSError:
            return  # it ended just now
        self.recorder.file("cgroup/surroundings", ".txt", at, body)

    def _keep(self, name: str, read: Callable[[int, str], bytes] = procfs.read_whole) -> None:
        try:
            at, body = time.time(), read(self.pid, name)
        except ProcessLookupError:
            return  # it ended just now
        except OSError as error:
            if not Path(f"/proc/{self.pid}").exists():
                return  # it ended before the file was opened: nothing that could be read is lost
            self.recorder.not_read(f"/proc/{self.pid}/{name}", error.strerror or str(error))
            return
        if body:
            self.recorder.file(f"proc/{name}", ".txt", at, body)
