"""The end of a real process is noticed at once, by whomever it is waited for."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import pytest

from goom.sources.process_end import ProcessEnd


def test_the_end_is_noticed_while_waiting_and_stays_known() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        end = ProcessEnd(sleeper.pid)
        assert not end.within(0.01)
        threading.Timer(0.1, sleeper.kill).start()
        began = time.monotonic()
        assert end.within(30.0)
        assert time.monotonic() - began < 15.0
        assert end.within(0.0)  # a zombie
        sleeper.wait()
        assert end.within(0.0)  # and reaped
        end.close()
        end.close()


@pytest.mark.parametrize("kills", [False, True])
def test_without_pidfd_it_is_looked_for(monkeypatch: pytest.MonkeyPatch, kills: bool) -> None:
    def refuse(pid: int, flags: int = 0) -> int:
        raise OSError

    monkeypatch.setattr(os, "pidfd_open", refuse)
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        if kills:
            sleeper.kill()
            os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
        end = ProcessEnd(sleeper.pid)
        assert end.within(0.01) is kills
        sleeper.kill()
        end.close()
