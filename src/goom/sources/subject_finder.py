"""Which process of a family is the program that the user means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.formats.buildinfo import BuildInfo
from goom.sources import procfs
from goom.sources.binary import Binary

_STARTERS = ("cmd/go",)  # Go programs that only start others (go run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The process under study; ``build`` is None, and ``why`` says why, when it is not Go."""

    pid: int
    binary: Binary | None = None
    build: BuildInfo | None = None
    why: str = ""

    @property
    def is_go(self) -> bool:
        """Whether it is a Go program that a user may mean."""
        return self.build is not None and self.build.path not in _STARTERS


def may_be_asked(found: Found) -> bool:
    """Whether its listening ports may be asked for pprof.

    A request is bytes that the program did not expect: a server that reads a length first takes
    "GET " for 1.1 GiB. So nobody is asked who cannot answer.
    """
    if found.binary is None or not found.is_go:
        return False
    try:
        return found.binary.serves_pprof()
    except BadInput:
        return False


def find_subject(root: int, others: Iterable[int] = ()) -> Found:
    """The process itself when it is a Go program, else its largest descendant that is (behind a
    shell, ``make run`` or ``go run``), else the process itself.
    """
    first = _look_at(root)
    if first.is_go:
        return first
    for pid in sorted(others, key=procfs.rss_bytes, reverse=True):
        other = _look_at(pid) if pid != root else first
        if other.is_go:
            return other
    return first


def _look_at(pid: int) -> Found:
    try:
        binary = Binary(procfs.executable(pid))
    except BadInput as error:
        return Found(pid=pid, why=error.message)
    try:
        return Found(pid=pid, binary=binary, build=binary.build())
    except BadInput as error:
        binary.close()
        return Found(pid=pid, why=error.message)
