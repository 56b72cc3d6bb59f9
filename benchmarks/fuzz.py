"""Fuzz every parser for a while; a crash is saved into the corpus that the tests replay.

    python benchmarks/fuzz.py [--minutes 10] [--target gctrace] [--seed 1]

With atheris installed coverage guides it; otherwise known inputs are changed at random.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.fuzz.mutation import mutated  # noqa: E402 - the project's root is on the path now
from tests.fuzz.targets import Target, corpus, corpus_folder, keep, names, target  # noqa: E402

_SLOW_SECONDS = 5.0  # of CPU, for at most 100 kB: something is not linear
_WITH_ATHERIS = """
import sys
sys.path.insert(0, {root!r})
import atheris
with atheris.instrument_imports(include=["goom"]):
    from tests.fuzz.targets import keep, target
    one_input = target({name!r})
def one(data):
    try:
        one_input(data)
    except Exception:
        keep({name!r}, data)
        raise
atheris.Setup(sys.argv, one)
atheris.Fuzz()
"""


def with_mutations(name: str, seconds: float, seed: int) -> tuple[int, int]:
    """How many inputs were tried, and in how many ways they crashed or took too long."""
    one_input, seeds, chance = target(name), corpus(name) or (b"",), random.Random(seed)
    tried, ways = 0, set[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = mutated(seeds, chance)
        tried += 1
        way = _trouble(one_input, data)
        place = way.partition(": ")[0]
        if way and place not in ways:
            ways.add(place)
            print(f"{way}\nkept as {keep(name, data)}", flush=True)
    return tried, len(ways)


def _trouble(one_input: Target, data: bytes) -> str:
    """Where an input crashes, or that it is slow; "" when it does no harm."""
    began = time.process_time()
    try:
        one_input(data)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {place.filename}:{place.lineno}: {error}"
    return "slow" if time.process_time() - began > _SLOW_SECONDS else ""


def with_atheris(name: str, seconds: float, seed: int) -> int:
    """How many crashes coverage-guided fuzzing found: it stops at the first."""
    script = _WITH_ATHERIS.format(root=str(ROOT), name=name)
    # what atheris itself keeps of each input adds up over minutes; the parsers bound their own
    options = [f"-max_total_time={int(seconds)}", "-rss_limit_mb=8192"]
    options += [f"-seed={seed}", "-max_len=100000"]
    with tempfile.TemporaryDirectory() as found:  # what only widens coverage is not kept
        folders = [found, str(corpus_folder(name))]
        command = [sys.executable, "-c", script, *options, f"-artifact_prefix={found}/", *folders]
        return int(subprocess.run(command, check=False).returncode != 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="for each target")
    parser.add_argument("--target", choices=names(), action="append")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    guided = importlib.util.find_spec("atheris") is not None
    total = 0
    for name in options.target or names():
        if guided:
            crashes = with_atheris(name, options.minutes * 60, options.seed)
            print(f"{name:<16} atheris, {options.minutes:g} min: {crashes} crashes", flush=True)
        else:
            tried, crashes = with_mutations(name, options.minutes * 60, options.seed)
            print(f"{name:<16} {tried} inputs, {crashes} crashes", flush=True)
        total += crashes
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
