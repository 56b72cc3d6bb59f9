"""A real Go process that writes its own profiles when it is asked, for tests of X-ray."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain

PROGRAM = Path(__file__).parent / "xray_depth_subject"
STRIPPED = ("-ldflags=-s -w",)


@dataclass(frozen=True)
class Subject:
    """A running program; ``ask`` gives what it writes: b"h" heap text, b"H" protobuf, b"g" dump,
    b"G" goroutine profile.
    """

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def ask(self, command: bytes) -> bytes:
        assert self.process.stdin is not None
        self.process.stdin.write(command)
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.read(int(self.process.stdout.readline()))


@contextmanager
def running(
    version: str,
    flags: tuple[str, ...] = STRIPPED,
    *,
    rate: int = 512,
    goroutines: int = 100,
    sites: int = 0,
) -> Iterator[Subject]:
    """The program built by this Go; ``sites`` is how many stacks allocate, beside its own."""
    binary = build(PROGRAM, obtain(version), BuildOptions(flags=flags))
    process = subprocess.Popen(
        [binary, str(rate), str(goroutines), str(sites)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={},
    )
    try:
        subject = Subject(process)
        subject.hear()
        yield subject
    finally:
        process.kill()
        process.communicate()
