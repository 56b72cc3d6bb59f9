"""The monotonic clock of another process, in a time namespace of its own too."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goom.sources.monotonic import nanoseconds_of

NEAR = 2_000_000_000
SAY = "import time; print(time.monotonic_ns(), flush=True); time.sleep(60)"


def test_without_a_namespace_it_is_our_own() -> None:
    before = time.monotonic_ns()
    assert before <= nanoseconds_of(os.getpid()) <= time.monotonic_ns()


def test_of_a_process_that_is_gone_it_is_our_own() -> None:
    assert abs(nanoseconds_of(1 << 22) - time.monotonic_ns()) < NEAR


def test_a_time_namespace_moves_it() -> None:
    shell = ["unshare", "--time", "--monotonic", "5000", "--fork", sys.executable, "-c", SAY]
    process = subprocess.Popen(shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            pytest.skip(f"no time namespace may be made here: {process.communicate()[1].strip()}")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
        found = nanoseconds_of(int(children.split()[0]))
        assert 0 <= found - int(line) < NEAR * 10
        assert found - time.monotonic_ns() > 4_900_000_000_000
        for child in children.split():
            os.kill(int(child), 9)
    finally:
        process.kill()
        process.communicate()
