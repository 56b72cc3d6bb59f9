"""The warden: a small process that freezes a cgroup at steps up to its limit, and thaws it again.

Goom starts it beside a program that it may hold (``warden.py``). It is apart for two reasons. When
a machine has no CPU to spare, goom with its threads is late, and this here, with nothing else to do
and ahead of everybody where the kernel lets it, is not. And a frozen program must go on whatever
becomes of goom: the warden thaws it when it has waited long enough, or when goom is gone.
Should the warden itself be killed, goom thaws (``warden.py``).

It imports next to nothing, and nothing of goom.
"""

import json
import os
import select
import sys
import time
from contextlib import suppress

_NEAR_SHARE, _FAR_SHARE = 0.9, 0.8  # of the first step: look often; the next rise is a new one
_NEAR_MS, _FAR_MS = 4, 50
_LEAST_PAUSE_SECONDS = 0.001  # a heap that goes up and down about a step must not keep us busy
_HELD_SHARE, _HELD_FREE_SECONDS = 0.01, 0.3  # of the time: how long the program may be held in all
_WORTH_SECONDS = 0.01  # less is not enough for a look


def main(words: list[str]) -> None:
    """Watch until goom closes its end."""
    told = json.loads(words[0])
    _be_first()
    began, held, passed = time.monotonic(), 0.0, 0
    wake = select.poll()
    wake.register(told["goom"], select.POLLIN)
    if told["event"] >= 0:
        wake.register(told["event"], select.POLLIN)
    wait = _FAR_MS
    while True:
        for descriptor, what in wake.poll(wait):
            if descriptor == told["goom"] and what & (select.POLLHUP | select.POLLERR):
                return
            with suppress(BlockingIOError):
                os.read(descriptor, 8)
        used = _used(told)
        steps = told["steps"]
        wait = _NEAR_MS if used > _NEAR_SHARE * steps[0] else _FAR_MS
        if used < _FAR_SHARE * steps[0]:
            passed = 0
        above = sum(used >= step for step in steps)
        if above > passed:
            passed = above
            left = _HELD_SHARE * (time.monotonic() - began) + _HELD_FREE_SECONDS - held
            if left > _WORTH_SECONDS:
                held += _hold(told, min(left, told["longest_seconds"]))
        time.sleep(_LEAST_PAUSE_SECONDS)


def _be_first() -> None:
    """Ahead of everybody, and not whom the kernel kills for memory: there is none to be had here,
    and who would thaw?
    """
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    with suppress(OSError):
        _write("/proc/self/oom_score_adj", "-1000")


def _used(told: dict) -> int:  # type: ignore[type-arg]
    """The charge that the kernel cannot get back by dropping page cache."""
    try:
        used = int(_read(told["usage"]))
        if used < told["steps"][0]:
            return used
        stat = dict(line.split() for line in _read(told["stat"]).decode("ascii").splitlines())
    except (OSError, ValueError):
        return 0
    cache, shared, mapped = (int(stat.get(name, 0)) for name in told["cache"])
    return used - max(0, cache - shared - mapped)


def _hold(told: dict, longest_seconds: float) -> float:  # type: ignore[type-arg]
    """Freeze, say so, wait for the answer but not for long, thaw; how long it was."""
    began = time.monotonic()
    answer = select.poll()
    answer.register(told["goom"], select.POLLIN)
    try:
        _write(told["switch"], told["on"])
        while answer.poll(0) and os.read(told["goom"], 8):
            pass  # answers that came too late are none to this
        os.write(told["goom"], b".")
        if answer.poll(int(longest_seconds * 1000)):
            os.read(told["goom"], 8)
    except OSError:  # the cgroup is gone, or goom
        pass
    finally:
        with suppress(OSError):
            _write(told["switch"], told["off"])
    return time.monotonic() - began


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib takes long to import
        return file.read(1 << 14)


def _write(path: str, word: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(word)


if __name__ == "__main__":
    main(sys.argv[1:])
