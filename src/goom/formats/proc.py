"""/proc/PID/status, stat and statm, under the names of ProcessSeries."""

from __future__ import annotations

import re

from goom.case.errors import BadInput
from goom.case.units import KIB

TICKS_PER_SECOND = 100  # USER_HZ, fixed on Linux
_STATUS_KIB = {
    "VmSize": "vm_size_bytes",
    "VmHWM": "rss_peak_bytes",
    "VmRSS": "rss_bytes",
    "RssAnon": "rss_anon_bytes",
    "RssFile": "rss_file_bytes",
    "RssShmem": "rss_shmem_bytes",
    "VmPTE": "page_table_bytes",
    "VmSwap": "swap_bytes",
}
_KIB_LINE = re.compile(r"^(\w+):\s+(\d{1,15}) kB$", re.MULTILINE)
_THREADS = re.compile(r"^Threads:\s+(\d{1,9})$", re.MULTILINE)
_PID = re.compile(r"^Pid:\s+(\d{1,9})$", re.MULTILINE)
_NAME = re.compile(r"^Name:\s+([^\n]*)$", re.MULTILINE)


def parse_status(data: bytes | str) -> dict[str, float]:
    """The figures of ``status``; a process without memory (a zombie) has few."""
    text = _text(data)
    threads = _THREADS.search(text)
    if threads is None:
        raise BadInput("no Threads line found: this is not /proc/PID/status.")
    figures = {
        _STATUS_KIB[key]: float(int(value) * KIB)
        for key, value in _KIB_LINE.findall(text)
        if key in _STATUS_KIB
    }
    return {**figures, "threads": float(threads[1])}


def identity(data: bytes | str) -> tuple[int | None, str]:
    """The pid and the name that ``status`` states."""
    text = _text(data)
    pid, name = _PID.search(text), _NAME.search(text)
    return (int(pid[1]) if pid else None), (name[1] if name else "")


def parse_stat(data: bytes | str) -> dict[str, float]:
    """Faults, CPU time and threads of ``stat``; the name in it may hold spaces and brackets."""
    fields = _text(data).rpartition(")")[2].split()
    if len(fields) < 22 or not all(re.fullmatch(r"-?\d{1,20}", one) for one in fields[1:22]):
        raise BadInput("this is not /proc/PID/stat, or it is cut off.")
    return {
        "minor_faults": float(fields[7]),
        "major_faults": float(fields[9]),
        "user_seconds": int(fields[11]) / TICKS_PER_SECOND,
        "system_seconds": int(fields[12]) / TICKS_PER_SECOND,
        "threads": float(fields[17]),
        "vm_size_bytes": float(fields[20]),
    }


def parse_statm(data: bytes | str, page_bytes: int = 4 * KIB) -> dict[str, float]:
    """Sizes of ``statm``, which counts pages."""
    fields = _text(data).split()
    if len(fields) != 7 or not all(re.fullmatch(r"\d{1,15}", one) for one in fields):
        raise BadInput("this is not /proc/PID/statm.")
    size, resident, shared = (float(int(one) * page_bytes) for one in fields[:3])
    return {
        "vm_size_bytes": size,
        "rss_bytes": resident,
        "rss_anon_bytes": max(0.0, resident - shared),
    }


def _text(data: bytes | str) -> str:
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
