"""Why a process may not be read, in a sentence that says what to type."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

from goom.case.errors import BadInput
from goom.sources import procfs

_SCOPE = Path("/proc/sys/kernel/yama/ptrace_scope")
_NOBODY = 3  # the scope that only a boot takes back
_TRACE = 1 << 19  # CAP_SYS_PTRACE
_FIND = "Find it:  pgrep -a NAME"


def refusal(pid: int, number: int) -> BadInput | None:
    """What an errno of reading a process means; None when it says nothing about rights."""
    if number == errno.ESRCH or not procfs.is_alive(pid):
        return gone(pid)
    if number in (errno.EPERM, errno.EACCES):
        return _forbidden(pid)
    return None


def gone(pid: int) -> BadInput:
    """No such process, at least not under this number."""
    return BadInput(
        f"there is no process {pid} here.",
        f"{_FIND}. Of a container take the number that the host gives it:  "
        "docker inspect -f '{{.State.Pid}}' NAME",
    )


def kernel_thread(pid: int) -> BadInput:
    """A process without a program."""
    return BadInput(f"process {pid} is a kernel thread: it has no program.", _FIND)


def _forbidden(pid: int) -> BadInput:
    owner, me = _owner(pid), os.geteuid()
    if owner not in (None, me) and me != 0:
        return BadInput(
            f"process {pid} belongs to user {_name(owner)}: its memory may not be read.",
            f"Type:  sudo goom xray {pid}    or run goom as that user.",
        )
    if me == 0 and not _may_trace():
        return BadInput(
            f"the memory of process {pid} may not be read: root here lacks CAP_SYS_PTRACE.",
            "Start the container with  --cap-add SYS_PTRACE  (Kubernetes: securityContext."
            "capabilities.add), or run goom on the host.",
        )
    return _tracing_is_off(pid)


def _tracing_is_off(pid: int) -> BadInput:
    scope = _scope()
    if scope == _NOBODY:
        return BadInput(
            f"the memory of process {pid} may not be read: kernel.yama.ptrace_scope is 3, "
            "which forbids it to everybody until the next boot.",
            f"A pprof endpoint still answers:  goom capture {pid}",
        )
    if scope:
        return BadInput(
            f"the memory of process {pid} may not be read: kernel.yama.ptrace_scope is {scope}.",
            f"Type:  sudo goom xray {pid}    or  sudo sysctl kernel.yama.ptrace_scope=0",
        )
    return BadInput(
        f"the memory of process {pid} may not be read: it has protected itself (a setuid program, "
        "file capabilities, or PR_SET_DUMPABLE), or a security module forbids it.",
        f"Type:  sudo goom xray {pid}" if os.geteuid() else "Run goom outside of this sandbox.",
    )


def _owner(pid: int) -> int | None:
    try:
        return (procfs.PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def _name(user: int | None) -> str:
    try:
        return pwd.getpwuid(user or 0).pw_name
    except KeyError:
        return str(user)


def _may_trace() -> bool:
    for line in procfs.read_whole(os.getpid(), "status").splitlines():
        if line.startswith(b"CapEff:"):
            return bool(int(line.split()[1], 16) & _TRACE)
    return False


def _scope() -> int:
    try:
        return int(_SCOPE.read_text("ascii"))
    except (OSError, ValueError):
        return 0
