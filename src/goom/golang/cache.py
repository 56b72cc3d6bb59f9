"""Where goom keeps toolchains and built programs, and how two runs share them safely."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from goom.case.errors import GoomError

Progress = Callable[[str], None]  # told in a sentence what is being waited for


def cache_folder(name: str) -> Path:
    """``$XDG_CACHE_HOME/goom/NAME`` (``~/.cache`` when unset), made when it is not there."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(base).expanduser() / "goom" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GoomError(
            f"cannot make the cache folder {folder}: {error.strerror}.",
            "Set XDG_CACHE_HOME to a folder that you may write to.",
        ) from error
    return folder


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; a second holder waits. The kernel frees it if we die."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def silent(_sentence: str) -> None:
    """Progress that nobody watches."""
