"""What a look at a process says that it could not read."""

from __future__ import annotations

import os
import subprocess
import sys
from unittest.mock import Mock

import pytest

from goom.sources import procfs
from goom.sources.watch import Watch


def ended() -> int:
    """A process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(60)
    return process.pid


def test_that_the_process_ended_is_nothing_that_was_not_read() -> None:
    recorder = Mock()
    Watch(recorder, None, ended()).kernel_look()
    recorder.not_read.assert_not_called()


def test_a_file_that_a_living_process_does_not_show_was_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(pid: int, name: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", f"/proc/{pid}/{name}")

    monkeypatch.setattr(procfs, "read_mappings", refuse)
    recorder = Mock()
    Watch(recorder, None, os.getpid()).kernel_look()
    lost = [call.args[0] for call in recorder.not_read.call_args_list]
    assert f"/proc/{os.getpid()}/smaps" in lost
    assert f"/proc/{os.getpid()}/status" not in lost
