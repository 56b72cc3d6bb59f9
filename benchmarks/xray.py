"""What X-ray costs: attaching, a sample, and the throughput of the program that is looked at.

    python benchmarks/xray.py [--go 1.21.13,1.22.10,1.27.3] [--rounds 6] [--seconds 3]

Attaching and sampling are timed in a warm Python, on programs that are stripped and not. Torn are
samples of a program that allocates on more goroutines than there are CPUs. The throughput of a
program that allocates on every P is measured in windows that take turns: nobody looks, X-ray looks
ten times a second, and /debug/vars is fetched ten times a second, which stops the world each time.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.sources.xray_subjects import running  # noqa: E402

from goom.golang.build import BuildOptions, build  # noqa: E402 - the root is on the path now
from goom.golang.toolchain import obtain  # noqa: E402
from goom.sources.xray.attach import attach  # noqa: E402
from goom.sources.xray.state import Sampler  # noqa: E402

STRIPPED = ("-ldflags=-s -w",)
ATTACH_SECONDS, SAMPLE_SECONDS, TORN_FRACTION, RATIO = 0.05, 100e-6, 0.01, 0.99
PERIOD_SECONDS = 0.1


def looking(version: str) -> bool:
    """Attaching and sampling one version; whether its bars are held."""
    held = True
    for flags in ((), STRIPPED):
        with running(version, flags) as subject:
            took = sorted(_attached(subject.pid) for _ in range(20))
            target = attach(subject.pid)
            sampler = Sampler(target)
            samples = sorted(sampler.sample().took_seconds for _ in range(2000))
            target.close()
        held &= took[10] <= ATTACH_SECONDS and samples[1000] <= SAMPLE_SECONDS
        print(
            f"{version} {'stripped' if flags else 'unstripped':10}  attach median "
            f"{took[10] * 1e3:.1f} ms, worst {took[-1] * 1e3:.1f} ms; sample median "
            f"{samples[1000] * 1e6:.0f} us, 99th {samples[1980] * 1e6:.0f} us"
        )
    return held & _torn(version)


def _attached(pid: int) -> float:
    began = time.perf_counter()
    attach(pid).close()
    return time.perf_counter() - began


def _torn(version: str) -> bool:
    with running(version, STRIPPED, mode="churn") as subject:
        target = attach(subject.pid)
        sampler = Sampler(target)
        flagged = again = 0
        for _ in range(1000):
            sample = sampler.sample()
            flagged += bool(sample.torn)
            again += sample.attempts > 1
            time.sleep(0.001)
        target.close()
    print(f"{version} allocating  {flagged} of 1000 samples torn, {again} were taken again")
    return flagged <= 1000 * TORN_FRACTION


class Program:
    """The program that is looked at."""

    def __init__(self, version: str) -> None:
        folder = Path(__file__).parent / "xray_vars"
        binary = build(folder, obtain(version), BuildOptions(flags=STRIPPED))
        self._process = subprocess.Popen(
            [binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._url = f"http://{self._process.stdout.readline().strip()}/debug/vars"
        self._sampler = Sampler(attach(self._process.pid))

    def rate(self, look: Callable[[], object], seconds: float) -> float:
        """What it gets done in a second while somebody looks."""
        first, began = self._done(), time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            look()
            time.sleep(max(PERIOD_SECONDS - (time.perf_counter() - now), 0))
        return (self._done() - first) / (time.perf_counter() - began)

    def nobody(self) -> None:
        """No look."""

    def xray(self) -> None:
        """One sample from outside."""
        self._sampler.sample()

    def vars(self) -> None:
        """One answer of the program itself."""
        urllib.request.urlopen(self._url, timeout=5).read()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _done(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def throughput(version: str, rounds: int, seconds: float) -> bool:
    """Ratios to nobody's looking, windows in turn; whether X-ray's holds the bar."""
    program = Program(version)
    ratios: dict[str, list[float]] = {"X-ray": [], "/debug/vars": []}
    try:
        program.rate(program.nobody, 2.0)
        for _ in range(rounds):
            before = program.rate(program.nobody, seconds)
            xray = program.rate(program.xray, seconds)
            between = program.rate(program.nobody, seconds)
            answered = program.rate(program.vars, seconds)
            after = program.rate(program.nobody, seconds)
            ratios["X-ray"].append(2 * xray / (before + between))
            ratios["/debug/vars"].append(2 * answered / (between + after))
    finally:
        program.close()
    for name, found in ratios.items():
        print(
            f"{version} throughput, {name} at 10 a second: median {statistics.median(found):.4f} "
            f"({min(found):.4f} to {max(found):.4f} in {len(found)} windows)"
        )
    return statistics.median(ratios["X-ray"]) >= RATIO


def main() -> int:
    """Every figure beside its bar; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--go", default="1.21.13,1.22.10,1.27.3")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3.0)
    parsed = parser.parse_args()
    versions = parsed.go.split(",")
    looked = [looking(version) for version in versions]
    held = all(looked) & throughput(versions[-1], parsed.rounds, parsed.seconds)
    print(f"bars (50 ms, 100 us, 1 in 100, {RATIO}): {'held' if held else 'missed'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
