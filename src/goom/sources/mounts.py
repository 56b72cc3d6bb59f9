"""Where cgroup hierarchies are mounted."""

from __future__ import annotations

from pathlib import Path


def mounted(mounts: str, kind: str, option: str = "") -> Path | None:
    """The first mount of this kind in ``/proc/PID/mounts`` that has this option; None without."""
    for line in mounts.splitlines():
        fields = line.split(" ")
        fits = len(fields) > 3 and fields[2] == kind
        if fits and (not option or option in fields[3].split(",")):
            return Path(fields[1].replace("\\040", " "))
    return None
