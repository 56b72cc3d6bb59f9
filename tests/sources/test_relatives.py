"""What a program has started ends with it, where goom ends the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from tests.sources.test_run import Run, run

from goom.sources import procfs
from goom.sources.relatives import Relatives

__all__ = ["run"]  # the fixture

_DRAINS = """
import pathlib, signal, sys, time
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
pathlib.Path(sys.argv[1]).touch()
while not asked:
    time.sleep(0.01)
time.sleep(0.8)
pathlib.Path(sys.argv[1]).write_text(str(len(asked)))
"""


@pytest.mark.parametrize(
    "shell",
    [
        '"$@"; true',  # it dies of SIGTERM at once, and leaves what it runs
        'trap "kill -TERM $!" TERM; "$@" & wait; wait',  # it hands the signal on
    ],
)
def test_what_a_shell_runs_is_told_once_to_end_and_may(run: Run, shell: str) -> None:
    said = run.bundle.parent / "said"
    program = (sys.executable, "-c", _DRAINS, str(said))
    result = run("sh", "-c", shell.replace("$!", "\\$!"), "sh", *program, stop_after_seconds=4.0)
    assert result.ending.stopped_by_goom
    assert said.read_text() == "1"
    assert not any("killed" in line for line in run.said)


def test_what_a_shell_runs_and_does_not_end_is_killed_and_said(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal that is ignored stays ignored over exec; the child says who it is."""
    monkeypatch.setattr("goom.sources.run._GRACE_SECONDS", 0.3)
    inner = "trap '' TERM; echo $$ >&2; exec sleep 300"
    result = run(
        "sh", "-c", f'sh -c "{inner}"; true'.replace("$$", "\\$\\$"), stop_after_seconds=2.0
    )
    assert result.ending.stopped_by_goom
    assert any("left running were killed" in line for line in run.said)
    assert not procfs.is_alive(int(run.stderr.getvalue().split()[0]))


def test_what_goom_may_not_end_is_said_to_run_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr("goom.sources.run._GRACE_SECONDS", 0.1)
    monkeypatch.setattr(signal, "pidfd_send_signal", refuse)
    result = run("sh", "-c", "sleep 300 & echo $! >&2; wait", stop_after_seconds=1.0)
    assert result.ending.stopped_by_goom
    assert any("are still running" in line for line in run.said)
    os.kill(int(run.stderr.getvalue().split()[0]), signal.SIGKILL)


def test_who_lost_its_own_parent_is_still_known() -> None:
    """A shell in a shell: the inner one ends, and nothing leads to what it ran any more."""
    inner = 'sh -c "sleep 300 & echo \\$!; read _"; sleep 300'
    with subprocess.Popen(
        ["sh", "-c", inner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as outer:
        assert outer.stdin is not None and outer.stdout is not None
        orphan = int(outer.stdout.readline())
        relatives = Relatives(outer.pid)
        relatives.find()
        outer.stdin.write("\n")
        outer.stdin.flush()
        until = time.monotonic() + 10.0
        while orphan in procfs.family(outer.pid) and time.monotonic() < until:
            time.sleep(0.01)
        relatives.find()
        relatives.send(signal.SIGKILL)
        outer.kill()
        assert relatives.ended_within(10.0)
        relatives.close()
    assert not procfs.is_alive(orphan)
