"""Looks at one process through ``/proc``; every figure under the names of ProcessSeries."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_STATUS_KIB = {
    b"VmSize": "vm_size_bytes",
    b"VmRSS": "rss_bytes",
    b"RssAnon": "rss_anon_bytes",
    b"RssFile": "rss_file_bytes",
    b"RssShmem": "rss_shmem_bytes",
    b"VmPTE": "page_table_bytes",
    b"VmSwap": "swap_bytes",
}
COLUMNS = (
    "rss_bytes",
    "rss_anon_bytes",
    "rss_file_bytes",
    "rss_shmem_bytes",
    "vm_size_bytes",
    "page_table_bytes",
    "swap_bytes",
    "threads",
    "user_seconds",
    "system_seconds",
    "minor_faults",
    "major_faults",
    "open_files",
    "listening_sockets",
)


class ProcessFiles:
    """The files of one process, opened once: a look is a few ``pread``.

    An open file of ``/proc/PID`` never shows another process that got the same number later.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status = _open(pid, "status")
        self._stat = _open(pid, "stat")

    def look(self) -> dict[str, float]:
        """All figures that could be read; empty when the process is gone."""
        status = _read_again(self._status)
        if b"VmRSS" not in status:  # gone, or a zombie: its memory is given back
            return {}
        figures = parse_status(status)
        figures.update(parse_stat(_read_again(self._stat)))
        files = open_file_count(self.pid)
        if files is not None:
            figures["open_files"] = files
        return figures

    def close(self) -> None:
        """Give the files back."""
        for descriptor in (self._status, self._stat):
            if descriptor >= 0:
                os.close(descriptor)
        self._status = self._stat = -1


def parse_status(text: bytes) -> dict[str, float]:
    """The figures of ``/proc/PID/status``."""
    figures: dict[str, float] = {}
    for line in text.splitlines():
        key, _, value = line.partition(b":")
        if key in _STATUS_KIB:
            figures[_STATUS_KIB[key]] = int(value.split()[0]) * 1024
        elif key == b"Threads":
            figures["threads"] = int(value)
    return figures


def parse_stat(text: bytes) -> dict[str, float]:
    """Faults and CPU time of ``/proc/PID/stat``; a name may hold spaces and brackets."""
    fields = text[text.rfind(b")") + 2 :].split()
    if len(fields) < 22:
        return {}
    return {
        "minor_faults": int(fields[7]),
        "major_faults": int(fields[9]),
        "user_seconds": int(fields[11]) / _TICKS_PER_SECOND,
        "system_seconds": int(fields[12]) / _TICKS_PER_SECOND,
    }


def rss_bytes(pid: int) -> int:
    """RSS of one process, 0 when it is gone; the cheapest look there is."""
    fields = _read(pid, "statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if len(fields) > 1 else 0


def cpu_seconds(pid: int) -> float:
    """The CPU time of all its living threads, to the nanosecond (schedstat); nan: not known."""
    total = 0
    try:
        for thread in os.listdir(f"{PROC}/{pid}/task"):  # noqa: PTH208 - names only
            total += int((_read(pid, f"task/{thread}/schedstat").split() or [b"0"])[0])
    except (OSError, ValueError):
        return float("nan")
    return total / 1e9


def threads(pid: int) -> frozenset[int]:
    """The numbers of its living threads; none when it is gone."""
    try:
        names = os.listdir(f"{PROC}/{pid}/task")  # noqa: PTH208 - names only
    except OSError:
        return frozenset()
    return frozenset(int(name) for name in names)


def open_file_count(pid: int) -> int | None:
    """How many files are open; None when that may not be read."""
    folder = f"{PROC}/{pid}/fd"
    try:
        # Linux 6.2 and later state the count as the folder's size; before, one has to list it.
        return os.stat(folder).st_size or len(os.listdir(folder))  # noqa: PTH116, PTH208
    except OSError:
        return None


def family(pid: int, among: Iterable[int] = ()) -> tuple[int, ...]:
    """The process and its living descendants, parents before children.

    ``among`` names all that can be one (a cgroup's processes); without it, the whole machine is
    looked through.
    """
    children: dict[int, list[int]] = {}
    for other in tuple(among) or _pids():
        fields = _read(other, "stat").rpartition(b")")[2].split()
        if len(fields) > 1:
            children.setdefault(int(fields[1]), []).append(other)
    found = [pid]
    for member in found:  # grows while it is walked
        found.extend(children.get(member, ()))
    return tuple(found)


def started_at_seconds(pid: int) -> float:
    """When the process started (epoch); nan when it is gone."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    if len(fields) < 20:
        return float("nan")
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / _TICKS_PER_SECOND
    return time.time() - age


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    state = _read(pid, "stat").rpartition(b")")[2].split()[:1]
    return bool(state) and state[0] not in (b"Z", b"X")


def command_line(pid: int) -> tuple[str, ...]:
    """The command as the process was started, or as it renamed itself."""
    raw = _read(pid, "cmdline").rstrip(b"\0")
    return tuple(part.decode("utf-8", "backslashreplace") for part in raw.split(b"\0") if raw)


def go_environment(pid: int) -> dict[str, str]:
    """The variables that steer Go (GOGC, GOMEMLIMIT, GODEBUG …) and nothing else: secrets stay."""
    pairs = (part.partition(b"=") for part in _read(pid, "environ").split(b"\0"))
    return {
        key.decode("ascii", "replace"): value.decode("utf-8", "backslashreplace")
        for key, _, value in pairs
        if is_go_variable(key.decode("ascii", "replace"))
    }


def is_go_variable(name: str) -> bool:
    """Whether Go's runtime reads the variable, so that it belongs into a bundle."""
    return name in {"GOGC", "GOMEMLIMIT", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK", "GORACE"}


def executable(pid: int) -> Path:
    """The program's file, reachable even when it was replaced or lies in another mount."""
    return PROC / str(pid) / "exe"


def read_whole(pid: int, name: str, *, max_bytes: int = 64 << 20) -> bytes:
    """One file of ``/proc/PID`` as the kernel prints it; OSError when it cannot be read."""
    pieces: list[bytes] = []
    size = 0
    with (PROC / str(pid) / name).open("rb", buffering=0) as file:
        while size < max_bytes and (piece := file.read(1 << 16)):
            pieces.append(piece)
            size += len(piece)
    return b"".join(pieces)


def read_mappings(pid: int, name: str) -> bytes:
    """``smaps``, ``maps`` or ``numa_maps``, all of it; OSError when it cannot be read.

    The kernel ends the list where the process dies, in the middle, and calls that a success: so
    ProcessLookupError when its memory is gone by the end (statm says 0; fs/proc/array.c).
    """
    body = read_whole(pid, name)
    if not int((_read(pid, "statm").split() or [b"0"])[0]):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    return body


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(PROC) if name.isdigit()]  # noqa: PTH208 - names only


def _read(pid: int, name: str) -> bytes:
    try:
        return read_whole(pid, name, max_bytes=1 << 20)
    except OSError:
        return b""


def _open(pid: int, name: str) -> int:
    try:
        return os.open(f"{PROC}/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _read_again(descriptor: int) -> bytes:
    with contextlib.suppress(OSError):
        return os.pread(descriptor, 8192, 0)
    return b""
