"""What a look at a process says that it could not read."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
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


def test_a_program_that_is_held_waits_for_no_other_look() -> None:
    """The row of that moment is left out when a look that takes long is under way."""
    recorder, group = Mock(), Mock()
    group.look.return_value = {"usage_bytes": 5.0}
    watch = Watch(recorder, group, os.getpid())
    begun, go_on = threading.Event(), threading.Event()

    def long_look() -> dict[str, bytes]:
        begun.set()
        go_on.wait(60)
        return {}

    group.raw_files.side_effect = long_look
    other = threading.Thread(target=watch.kernel_look)
    other.start()
    assert begun.wait(60)
    rows = recorder.cgroup_look.call_count
    watch.cgroup_look(wait_seconds=0.005)
    assert recorder.cgroup_look.call_count == rows
    go_on.set()
    other.join(60)
    watch.cgroup_look(wait_seconds=0.005)
    assert recorder.cgroup_look.call_count == rows + 1
