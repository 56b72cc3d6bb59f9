"""A program's run, to its end: what it printed, how it ended, what its memory cgroup counted."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from goom.case.errors import GoomError
from goom.case.gctrace import GCTrace
from goom.claims.bench.cannot import CannotMeasureError
from goom.formats import gctrace
from goom.sources import child
from goom.sources.cgroup import CannotMakeError, OwnedCgroup, make_cgroup

_MOST_OUTPUT_BYTES = 64 << 20
_SETTINGS = ("GOGC", "GOMEMLIMIT", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How to run it. ``environment`` as pairs ("GOGC", "50"), on top of the caller's without its
    settings of Go; ``memory_limit_bytes`` puts it into a memory cgroup of its own (0: none);
    ``address_space_bytes`` is ``ulimit -v`` (0: none).
    """

    environment: tuple[tuple[str, str], ...] = ()
    memory_limit_bytes: int = 0
    address_space_bytes: int = 0
    stop_after_seconds: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How it went. ``status`` is the exit status, or minus the signal; ``oom_kills`` and
    ``peak_bytes`` are the cgroup's (0 without one).
    """

    status: int
    stdout: str
    stderr: str
    wall_seconds: float
    cpu_seconds: float
    peak_rss_bytes: int
    oom_kills: int = 0
    peak_bytes: int = 0

    @property
    def killed(self) -> bool:
        """Whether the kernel's OOM killer ended it; GoomError when it failed in another way."""
        by_kernel = self.oom_kills > 0 and self.status == -signal.SIGKILL
        if self.status and not by_kernel:
            raise GoomError(f"the program ended with {self.status}: {self.stderr[-400:].strip()}")
        return by_kernel

    def figures(self) -> dict[str, Any]:
        """The JSON object in the last line of its stdout; GoomError when it failed or has none."""
        lines = self.stdout.strip().splitlines()
        if self.status or not lines:
            raise GoomError(f"the program ended with {self.status}: {self.stderr[-400:].strip()}")
        found: dict[str, Any] = json.loads(lines[-1])
        return found

    def trace(self) -> GCTrace:
        """Its gctrace, from stderr (set GODEBUG=gctrace=1); GoomError when it failed by itself."""
        if self.status not in (0, -signal.SIGKILL):
            raise GoomError(f"the program ended with {self.status}: {self.stderr[-400:].strip()}")
        return gctrace.parse(self.stderr.encode())


def run_binary(command: tuple[str, ...], setting: Setting) -> Ran:
    """Run it to its end, or kill it when its time is over (GoomError).

    CannotMeasureError where a memory cgroup is wanted and none can be made.
    """
    cgroup = _cgroup(setting.memory_limit_bytes)
    if cgroup is not None:
        child.warm(command[0], os.environ)
    with contextlib.ExitStack() as cleaning:
        if cgroup is not None:
            cleaning.callback(cgroup.close)
            cleaning.callback(cgroup.remove)
        return _run(command, setting, cgroup)


def _run(command: tuple[str, ...], setting: Setting, cgroup: OwnedCgroup | None) -> Ran:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environment_of(setting),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            preexec_fn=_before_exec(setting, cgroup),  # noqa: PLW1509 - system calls alone
        )
        usage = _wait(process, setting.stop_after_seconds, command)
        return Ran(
            status=process.returncode,
            stdout=_text(out),
            stderr=_text(err),
            wall_seconds=time.perf_counter() - began,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_rss_bytes=usage.ru_maxrss << 10,
            oom_kills=cgroup.oom_kill_count() if cgroup else 0,
            peak_bytes=int(cgroup.look().get("peak_bytes", 0)) if cgroup else 0,
        )


def _wait(
    process: subprocess.Popen[bytes], seconds: float, command: tuple[str, ...]
) -> resource.struct_rusage:
    pidfd = os.pidfd_open(process.pid)
    try:
        over = not _ended_within(pidfd, seconds)
        if over:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        os.close(pidfd)
    process.returncode = os.waitstatus_to_exitcode(status)
    if over:
        raise GoomError(f"{command[0]} did not end within {seconds:.0f} s.")
    return usage


def _ended_within(pidfd: int, seconds: float) -> bool:
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    return bool(watch.poll(seconds * 1000))


def _before_exec(setting: Setting, cgroup: OwnedCgroup | None) -> Any:
    entrance = cgroup.entrance() if cgroup else -1

    def before_exec() -> None:
        if entrance >= 0:
            os.write(entrance, b"0")
        if setting.address_space_bytes:
            most = setting.address_space_bytes
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    return before_exec


def _cgroup(limit_bytes: int) -> OwnedCgroup | None:
    if not limit_bytes:
        return None
    try:
        return make_cgroup(limit_bytes)
    except CannotMakeError as error:
        raise CannotMeasureError(f"no memory cgroup can be made here: {error}") from error


def environment_of(setting: Setting) -> dict[str, str]:
    """The caller's environment, its settings of Go replaced by those of ``setting``."""
    kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    return kept | dict(setting.environment)


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read(_MOST_OUTPUT_BYTES).decode("utf-8", "replace"))
