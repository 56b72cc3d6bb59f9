"""What is known of a process from its environment, its cgroup and its binary, as a Subject."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace

from goom.case.subject import Subject
from goom.case.units import parse_bytes
from goom.sources import procfs
from goom.sources.cgroup import MemoryCgroup
from goom.sources.subject_finder import Found


def describe(
    found: Found,
    *,
    environment: Mapping[str, str],
    command: tuple[str, ...],
    group: MemoryCgroup | None = None,
    limit_bytes: int | None = None,
) -> Subject:
    """The subject as far as one can see from outside; ``limit_bytes`` is what goom enforces."""
    go = {key: value for key, value in environment.items() if procfs.is_go_variable(key)}
    build = found.build
    return Subject(
        name=command[0].rpartition("/")[2] if command else f"pid {found.pid}",
        pid=found.pid,
        command=command,
        go_version=build.go_version if build else None,
        main_packages=build.main_packages if build else (),
        gomaxprocs=_whole(go.get("GOMAXPROCS", "")),
        gogc_percent=_gogc(go.get("GOGC", "")),
        gomemlimit_bytes=_gomemlimit(go.get("GOMEMLIMIT", "")),
        memory_limit_bytes=group.limit_bytes() if group else limit_bytes,
        cgroup_version=group.version if group else None,
        started_at_seconds=procfs.started_at_seconds(found.pid),
        environment=go,
    )


def describe_descendant(first: Subject, found: Found) -> Subject:
    """The same run, when the program turns out to be a child of what was started."""
    command = procfs.command_line(found.pid)
    seen = describe(found, environment=procfs.go_environment(found.pid), command=command)
    return replace(
        seen,
        memory_limit_bytes=first.memory_limit_bytes,
        cgroup_version=first.cgroup_version,
        observed_from_seconds=first.observed_from_seconds,
    )


def _gogc(text: str) -> int | None:
    return -1 if text == "off" else _whole(text)


def _gomemlimit(text: str) -> int | None:
    with contextlib.suppress(ValueError):
        return parse_bytes(text) if text not in ("", "off") else None
    return None


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() else None
