"""What the ledger takes for granted of the kernel, asked of the kernel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from goom.formats import cgroup, smaps
from tests.sources.waits import until

MEMORY = Path("/sys/fs/cgroup/memory")
FILES = ("memory.usage_in_bytes", "memory.kmem.usage_in_bytes", "memory.stat")
# The import takes memory: nothing may grow once it has said that it is ready.
GROW = "import time\nb = bytearray(64 << 20)\nprint('ready', flush=True)\ntime.sleep(60)"
pytestmark = [
    pytest.mark.real_cgroup,
    pytest.mark.slow,
    pytest.mark.skipif(not (MEMORY / "memory.stat").exists(), reason="no memory cgroup of v1"),
]


@pytest.fixture
def stopped() -> Iterator[tuple[Path, int]]:
    """A process in a cgroup of its own, stopped."""
    folder = MEMORY / f"goom-test-{os.getpid()}"
    folder.mkdir()
    # the shell moves itself first, so that everything is charged to the group
    command = f'echo $$ > {folder}/cgroup.procs; exec {sys.executable} -c "{GROW}"'
    child = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGSTOP)
        until(lambda: _state(child.pid) == "T")  # on a busy machine it runs on for a while
        yield folder, child.pid
    finally:
        child.kill()
        child.wait()
        _remove(folder)


def test_anonymous_memory_of_cgroup_and_mappings_is_equal(stopped: tuple[Path, int]) -> None:
    folder, pid = stopped
    mapped = _mapped_bytes(pid)
    figures = _gathered(folder, lambda seen: seen["anon_bytes"] == mapped)
    assert figures["anon_bytes"] == mapped


def test_what_no_counter_names_is_the_kernels_batches(stopped: tuple[Path, int]) -> None:
    """Given back, they are gone from the charge to the last byte, and nothing else is."""
    folder, pid = stopped
    mapped, most = _mapped_bytes(pid), (os.cpu_count() or 1) * 64 * 4096
    before = _gathered(folder, lambda seen: 0 <= _apart(seen) <= most)
    assert 0 <= _apart(before) <= most
    (folder / "memory.force_empty").write_text("0")
    after = _gathered(folder, lambda seen: not _apart(seen) and seen["anon_bytes"] == mapped)
    assert _apart(after) == 0
    assert after["anon_bytes"] == mapped


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _mapped_bytes(pid: int) -> float:
    return float(smaps.parse(Path(f"/proc/{pid}/smaps").read_bytes()).anonymous_bytes.sum())


def _gathered(folder: Path, done: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """The figures once they are so, else the last ones. The kernel gathers memory.stat every two
    seconds, or later: its worker waits for a CPU that is awake and free.
    """
    figures = _figures(folder)
    for _ in range(200):
        if done(figures):
            break
        time.sleep(0.1)
        figures = _figures(folder)
    return figures


def _figures(folder: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name in FILES:
        figures |= cgroup.parse_file(name, (folder / name).read_bytes())
    return figures


def _apart(figures: dict[str, float]) -> float:
    named = figures["anon_bytes"] + figures["file_bytes"] + figures["kernel_bytes"]
    return figures["usage_bytes"] - named


def _remove(folder: Path) -> None:
    for _ in range(100):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.05)
        else:
            return
