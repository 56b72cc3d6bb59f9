"""What ``observe`` is told, tells meanwhile, and answers."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from goom.case.errors import GoomError
from goom.case.subject import Ending
from goom.sources import stderr_tap
from goom.sources.child import SignalForwarder


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """Where the program is now, for a live line. Unknown figures are nan or None."""

    elapsed_seconds: float
    rss_bytes: float
    used_bytes: float  # of the limit: the cgroup's charge, or RSS where there is none
    limit_bytes: int | None
    goroutines: int | None
    trace: bytes  # the trace lines since the last status


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run and watch. ``say`` gets one-line warnings, ``stderr`` the program's own bytes.

    ``stdin`` and ``stdout`` are as subprocess takes them; None is inherited.
    """

    bundle: Path
    memory_limit_bytes: int | None = None
    stop_after_seconds: float = math.inf
    pprof_url: str = ""
    ask_ports: bool = True  # for pprof; else X-ray alone tells who holds the memory
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path | None = None
    stdin: int | None = None
    stdout: int | None = None
    ebpf: tuple[str, ...] = ()  # looks through eBPF; none unless they are asked for
    quiet: bool = False
    forwarder: SignalForwarder | None = None  # hands goom's signals on; closed by its owner
    stderr: Callable[[bytes], None] = stderr_tap.to_own_stderr
    say: Callable[[str], None] = lambda _: None
    on_status: Callable[[RunStatus], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How it ended, and where the evidence is. ``pprof_url`` is "" when none was found."""

    bundle: Path
    ending: Ending
    go_version: str | None = None
    pprof_url: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def shell_status(self) -> int:
        """What a shell would answer: the exit code, or 128 and the signal's number."""
        code = self.ending.exit_code
        return code if code is not None else 128 + (self.ending.signal or 0)


def refuse_unwritable(bundle: Path) -> None:
    """Say so before the program starts, not after; nothing but a bundle is written over."""
    if not os.access(bundle if bundle.exists() else bundle.absolute().parent, os.W_OK):
        raise GoomError(
            f"cannot write {bundle}.", "Name a file in a folder that you may write:  -o /tmp/x.goom"
        )
    if bundle.is_dir() or (bundle.is_file() and _holds_something_else(bundle)):
        raise GoomError(f"{bundle} is there and is no bundle.", "Name another file:  -o x.goom")


def _holds_something_else(bundle: Path) -> bool:
    with bundle.open("rb") as file:
        return file.read(2) not in (b"", b"PK")
