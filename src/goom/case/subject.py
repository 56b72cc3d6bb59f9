"""Who is under study, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the subject ended; ``None`` in Subject while it runs or when unknown.

    ``oom_killed`` is the kernel's memory-cgroup (or global) OOM kill, seen as a raised ``oom_kill``
    count. ``limit_enforced_by_goom`` is goom's own kill where no cgroup could be made.
    ``go_out_of_memory`` is Go's own "fatal error: out of memory", another thing altogether.
    ``stopped_by_goom`` is the end of ``--for``.
    """

    at_seconds: float = nan  # epoch
    exit_code: int | None = None
    signal: int | None = None
    oom_killed: bool = False
    oom_kill_count: int = 0
    limit_enforced_by_goom: bool = False
    go_out_of_memory: bool = False
    stopped_by_goom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The process under study. Unknown figures are ``None`` (text, integers) or ``nan`` (times).

    ``memory_limit_bytes`` is the container's limit (cgroup ``memory.max``/``limit_in_bytes`` or
    what the user stated). ``gogc_percent`` is -1 for off; ``gomemlimit_bytes`` is Go's soft limit
    as set by the environment or stated by a metric. ``main_packages`` are import path prefixes
    known to be the user's own module.
    """

    name: str = "subject"
    pid: int | None = None
    command: tuple[str, ...] = ()
    go_version: str | None = None  # "1.22.10"
    main_packages: tuple[str, ...] = ()
    gomaxprocs: int | None = None
    gogc_percent: int | None = None
    gomemlimit_bytes: int | None = None
    memory_limit_bytes: int | None = None
    cgroup_version: int | None = None
    started_at_seconds: float = nan  # epoch: the start of the process
    observed_from_seconds: float = nan  # epoch: goom's first look
    observed_to_seconds: float = nan  # epoch: goom's last look
    ending: Ending | None = None
    environment: dict[str, str] = field(default_factory=dict)  # GO* and GODEBUG only
