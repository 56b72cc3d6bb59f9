"""A real Go process that says how full its spans are, for tests of the span map."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sources.xray_subjects import Subject

from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain

PROGRAM = Path(__file__).parent / "span_subject"


@contextmanager
def spans_of(
    version: str, flags: tuple[str, ...] = (), *, mode: str = "sparse", mib: int = 64
) -> Iterator[Subject]:
    """The program built by this Go with these flags, filled and asked once already."""
    binary = build(PROGRAM, obtain(version), BuildOptions(flags=flags))
    process = subprocess.Popen(
        [binary, mode, str(mib)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    )
    try:
        subject = Subject(process)
        subject.hear()
        yield subject
    finally:
        process.kill()
        process.communicate()
