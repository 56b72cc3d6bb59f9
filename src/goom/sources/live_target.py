"""A running program: found by its pid, its pprof address, or both; refused with a reason."""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from goom.case.errors import BadInput
from goom.case.names import harmless
from goom.case.subject import Subject
from goom.sources import pprof_endpoint, procfs, sockets
from goom.sources.cgroup import MemoryCgroup, cgroup_of
from goom.sources.http_look import UnreachableError
from goom.sources.observed_subject import describe
from goom.sources.pprof_endpoint import PprofEndpoint
from goom.sources.subject_finder import Found, find_subject, may_be_asked

PATIENCE_SECONDS = 10.0
_ADDRESS_HINT = "The address is the part before /heap:  http://HOST:PORT/debug/pprof"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTarget:
    """Whom to look at; at least one of ``found`` and ``endpoint`` is there."""

    subject: Subject
    found: Found | None = None
    group: MemoryCgroup | None = None
    endpoint: PprofEndpoint | None = None

    @property
    def pid(self) -> int | None:
        """The process, when it is on this machine."""
        return self.found.pid if self.found else None


def is_live(target: str) -> bool:
    """Whether a target on the command line is a pid or an address, and no file."""
    if "://" in target:
        return True
    return target.isascii() and target.isdecimal() and not Path(target).exists()


def parse_live(targets: Sequence[str]) -> tuple[int | None, str]:
    """The pid and the address among the targets; BadInput when there are two of a kind."""
    pids = [int(target) for target in targets if "://" not in target]
    urls = [target for target in targets if "://" in target]
    if len(pids) > 1 or len(urls) > 1:
        raise BadInput(
            "goom looks at one program at a time.",
            "Give one pid, one pprof address, or one of each that are the same program.",
        )
    return (pids[0] if pids else None), (urls[0] if urls else "")


def find_target(
    pid: int | None, url: str, *, within_seconds: float = PATIENCE_SECONDS
) -> LiveTarget:
    """The program with everything that can be known from outside; BadInput says why not."""
    found = None if pid is None else _process(pid)
    endpoint = _named(url, within_seconds) if url else _own_endpoint(found)
    if found is None:
        name = urlsplit(url).netloc.rpartition("@")[2]
        return LiveTarget(subject=Subject(name=name), endpoint=endpoint)
    return replace(_known(found), endpoint=endpoint)


def find_process(pid: int) -> LiveTarget:
    """The same of a pid alone, without asking any of its ports."""
    return _known(_process(pid))


def _known(found: Found) -> LiveTarget:
    group = cgroup_of(found.pid)
    subject = describe(
        found,
        environment=procfs.go_environment(found.pid),
        command=procfs.command_line(found.pid),
        group=group,
    )
    return LiveTarget(subject=subject, found=found, group=group)


def _process(pid: int) -> Found:
    folder = procfs.PROC / str(pid)
    if not procfs.is_alive(pid):
        raise BadInput(f"there is no process {pid}.", "Find it:  pgrep -a NAME")
    try:
        procfs.executable(pid).readlink()
    except PermissionError:
        raise BadInput(
            f"cannot read process {pid}: it belongs to user {_owner(folder)}.",
            f"{_who_may()}, or watch it by its address alone:\n"
            "goom capture http://HOST:PORT/debug/pprof",
        ) from None
    except OSError as error:
        why = "it is a kernel thread" if error.errno == errno.ENOENT else error.strerror
        raise BadInput(f"cannot read process {pid}: {why}.", "Find it:  pgrep -a NAME") from None
    found = find_subject(pid, procfs.family(pid))
    if not found.is_go:
        name = harmless((procfs.command_line(pid) or (str(pid),))[0])
        raise BadInput(
            f"process {pid} ({name}) is not a Go program, nor has it started one:\n{found.why}",
            "goom reads programs that Go 1.18 or later has built. Find yours:  pgrep -a NAME",
        )
    return found


def _who_may() -> str:
    if os.geteuid() == 0:
        return "Here even root lacks the right (CAP_SYS_PTRACE): run goom outside of this sandbox"
    return "Run goom as that user or as root"


def _owner(folder: Path) -> str:
    try:
        number = folder.stat().st_uid
        return pwd.getpwuid(number).pw_name
    except (OSError, KeyError):
        return "another"


def _named(url: str, within_seconds: float) -> PprofEndpoint:
    """The address that the user gave, once it has shown that it serves Go's profiles."""
    try:
        endpoint = pprof_endpoint.named(url)
    except ValueError as error:
        raise BadInput(f"{harmless(url)} is no address: {error}.", _ADDRESS_HINT) from None
    try:
        # Go's own index page costs the program next to nothing; not every program routes it.
        if not endpoint.counts(within_seconds=within_seconds):
            endpoint.fetch(pprof_endpoint.HEAP, within_seconds=within_seconds)
    except UnreachableError as error:
        raise BadInput(
            error.message, error.hint or "Is the program running, and is that its port?"
        ) from None
    except BadInput as error:
        raise BadInput(
            error.message,
            error.hint or _ADDRESS_HINT,
        ) from None
    return endpoint


def _own_endpoint(found: Found | None) -> PprofEndpoint | None:
    asked = (found.pid,) if found is not None and may_be_asked(found) else ()
    for listener in sockets.listeners(asked):
        try:
            endpoint = pprof_endpoint.probe(listener.url)
        except UnreachableError:
            continue
        if endpoint is not None:
            return endpoint
    return None
