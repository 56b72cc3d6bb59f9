"""Waits for what real processes and the kernel do in their own time; never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from goom.sources.freezer import Freezer


def until(come: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not come():
        assert time.monotonic() < deadline, f"it did not come within {seconds:g} s"
        time.sleep(0.005)


def is_frozen(freezer: Freezer) -> bool:
    """Whether everybody in it stands still: both versions freeze who has no CPU when it comes to
    one. Until then version 1 says FREEZING, and version 2's switch says 1 already.
    """
    if freezer.switch.read_text().strip() != freezer.freezes:
        return False
    events = freezer.folder / "cgroup.events"
    return freezer.version == 1 or "frozen 1" in events.read_text().splitlines()
