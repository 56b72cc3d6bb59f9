"""Real Go programs under nested cgroups of version 1, told what to hold while they run."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from goom.golang.build import build
from goom.golang.toolchain import obtain

PROGRAM = Path(__file__).with_name("memory_subject")
MEMORY = Path("/sys/fs/cgroup/memory")


@dataclass(frozen=True)
class Tenant:
    """A running program; ``do`` waits until it is done, "" when it was killed over it."""

    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def do(self, *orders: str) -> str:
        answer = ""
        for order in orders:
            assert self.process.stdin is not None and self.process.stdout is not None
            with suppress(BrokenPipeError):
                self.process.stdin.write(f"{order}\n")
                self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
        return answer


@contextmanager
def tenant(
    go: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Tenant]:
    """One program, in this cgroup from its first page on."""
    binary = build(PROGRAM, obtain(go))
    command = ["sh", "-c", 'test -z "$1" || echo $$ > "$1"; exec "$0"', str(binary)]
    command.append(str(folder / "cgroup.procs") if folder is not None else "")
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **(environment or {})},
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Tenant(process)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def nested(limit_bytes: int, *children: str) -> Iterator[Path]:
    """A cgroup with a limit, and children without; all gone afterwards."""
    parent = MEMORY / f"goom-nested-{os.getpid()}"
    with ExitStack() as stack:
        for folder in (parent, *(parent / child for child in children)):
            folder.mkdir()
            stack.callback(_remove, folder)
        (parent / "memory.limit_in_bytes").write_text(str(limit_bytes))
        yield parent


def _remove(folder: Path) -> None:
    for _ in range(200):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.02)  # the kernel still takes the last process apart
        else:
            return
