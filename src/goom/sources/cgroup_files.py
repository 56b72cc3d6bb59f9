"""What both versions of cgroups share: files read again and again, folders made and removed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from typing import ClassVar

_OURS = re.compile(r"goom-(\d+)-\d+")
_PATIENCE_SECONDS = 5.0
_THAWS = (("freezer.state", "THAWED"), ("cgroup.freeze", "0"))


class OpenFile:
    """A small kernel file that stays open; reading it is one system call."""

    def __init__(self, path: Path) -> None:
        try:
            self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self.descriptor = -1

    def read(self) -> bytes:
        """What the kernel says now; empty when it cannot be read (any more)."""
        if self.descriptor < 0:
            return b""
        with contextlib.suppress(OSError):
            return os.pread(self.descriptor, 1 << 14, 0)
        return b""

    def close(self) -> None:
        """Give the file back."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    @classmethod
    def once(cls, path: Path) -> bytes:
        """Open, read, close."""
        file = cls(path)
        try:
            return file.read()
        finally:
            file.close()


class CgroupFolder:
    """What is the same in both versions: a folder, the files that a bundle keeps, its processes."""

    folder: Path
    kept: ClassVar[tuple[str, ...]]

    def raw_files(self) -> dict[str, bytes]:
        """The files that a bundle keeps."""
        return {name: OpenFile.once(self.folder / name) for name in self.kept}

    def pids(self) -> tuple[int, ...]:
        """The processes in it."""
        return tuple(int(pid) for pid in OpenFile.once(self.folder / "cgroup.procs").split())


class OwnedFolder(CgroupFolder):
    """A cgroup that goom made for one child."""

    def entrance(self) -> int:
        """``cgroup.procs``, opened for the child to write itself into."""
        return os.open(self.folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)

    def remove(self) -> bool:
        """Kill what is left in it and take it away."""
        return leave_no_one(self.folder)


def number(text: bytes) -> int | None:
    """A file of one number; None for ``max``, for nothing and for anything else."""
    stripped = text.strip()
    return int(stripped) if stripped.isdigit() else None


def table(text: bytes) -> dict[bytes, int]:
    """A file of ``key number`` lines."""
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def make_folder(parent: Path) -> Path:
    """A new cgroup folder that names its maker, so that the next goom can tidy up after a crash."""
    _tidy(parent)
    for attempt in range(1000):
        folder = parent / f"goom-{os.getpid()}-{attempt}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            return folder
    raise FileExistsError(f"{parent} is full of cgroups that goom left")


def leave_no_one(folder: Path) -> bool:
    """Kill every process in the cgroup and remove it; whether there was one to kill.

    Another user's stays in it, and so does the cgroup: the next goom takes it away.
    """
    killed = refused = False
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while folder.is_dir() and not refused:
        for pid in OpenFile.once(folder / "cgroup.procs").split():
            try:
                os.kill(int(pid), signal.SIGKILL)
                killed = True
            except ProcessLookupError:
                pass
            except PermissionError:
                refused = True
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)  # the kernel still takes the last process apart
    return killed


def _tidy(parent: Path) -> None:
    for folder in parent.glob("goom-*"):
        maker = _OURS.fullmatch(folder.name)
        if maker and not Path("/proc", maker[1]).exists():
            _thaw(folder)  # goom and its warden may have been killed at once
            with contextlib.suppress(OSError):  # somebody still lives in it
                folder.rmdir()


def _thaw(folder: Path) -> None:
    for name, word in _THAWS:
        with contextlib.suppress(OSError):
            if (folder / name).exists():
                (folder / name).write_text(word)
