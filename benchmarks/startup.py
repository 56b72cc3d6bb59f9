"""CPU of start-up and of one diagnosis, against an interpreter that does nothing.

    python benchmarks/startup.py [BUNDLE]

Bars: both helps under 150 ms, a lab bundle under 1 s; CPU of the process and its children, the
median of several runs, so that a busy machine does not decide.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

RUNS = 9
GOOM = (sys.executable, "-m", "goom")
HELP_BAR_SECONDS, DIAGNOSIS_BAR_SECONDS = 0.150, 1.0


def main(bundles: list[str]) -> int:
    """Print one line a command; 1 when a bar is missed."""
    peer = cpu_seconds(sys.executable, "-c", "pass")
    print(f"{'python -c pass':<52} {peer * 1e3:7.0f} ms CPU")
    held = [
        report("goom --help", HELP_BAR_SECONDS, peer, *GOOM, "--help"),
        report("goom diagnose --help", HELP_BAR_SECONDS, peer, *GOOM, "diagnose", "--help"),
    ]
    held += [
        report(
            f"goom diagnose {Path(name).name}", DIAGNOSIS_BAR_SECONDS, peer, *GOOM, "diagnose", name
        )
        for name in bundles
    ]
    return 0 if all(held) else 1


def report(title: str, bar_seconds: float, peer_seconds: float, *command: str) -> bool:
    """Measure one command and say whether it stays under its bar."""
    spent = cpu_seconds(*command)
    ratio = spent / peer_seconds
    word = "held" if spent < bar_seconds else "MISSED"
    print(f"{title:<52} {spent * 1e3:7.0f} ms CPU  {ratio:5.1f} x  bar {bar_seconds:g} s {word}")
    return spent < bar_seconds


def cpu_seconds(*command: str) -> float:
    """The median user and system time of a command over several runs."""
    return statistics.median(_once(command) for _ in range(RUNS))


def _once(command: tuple[str, ...]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):  # 1: a cause was found
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
