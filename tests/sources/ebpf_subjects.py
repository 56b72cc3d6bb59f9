"""Real Go processes for tests of eBPF looks."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain

PROGRAM = Path(__file__).parent / "ebpf_subject"
CGO_PROGRAM = Path(__file__).parent / "ebpf_cgo_subject"
STRIPPED = ("-ldflags=-s -w",)
PIE = ("-buildmode=pie",)


@dataclass(frozen=True)
class Subject:
    """A running program; ``ask`` gives what it counted until now."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def ask(self) -> dict[str, int]:
        assert self.process.stdin is not None
        self.process.stdin.write(b"?")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, int]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode().strip()
        return {name: int(value) for name, value in (part.split() for part in line.split(";"))}


@contextmanager
def running(
    version: str, mode: str, flags: tuple[str, ...] = (), *, program: Path = PROGRAM
) -> Iterator[Subject]:
    """The program, built by this Go with these flags, at work."""
    cgo = program is CGO_PROGRAM
    binary = build(program, obtain(version), BuildOptions(flags=flags, cgo=cgo))
    process = subprocess.Popen(
        [binary, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        subject = Subject(process)
        subject.hear()
        yield subject
    finally:
        process.kill()
        process.communicate()
