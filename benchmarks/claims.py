"""The whole claims ledger, three times over: how long it takes, and whether verdicts come again.

    python benchmarks/claims.py [--rounds 3] [--warm] [--go 1.21.13,1.22.10,newest] [--keep FOLDER]

The first round has an empty cache, as on a fresh machine: toolchains are fetched, everything is
built. The other rounds find what it left. Bars: each round at most 20 minutes, nothing that cannot
be run, every verdict the same in all rounds and as recorded. The peer is the recorded run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from goom.claims.bench.record import RECORD, read_record

BAR_SECONDS = 20 * 60
SLOWEST = 12
Document = dict[str, Any]


def main(words: list[str]) -> int:
    """Run the rounds, print what each took and what differs; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warm", action="store_true", help="use the cache that is there")
    parser.add_argument("--go", default="1.21.13,1.22.10,newest")
    parser.add_argument("--keep", type=Path, help="where each round's JSON goes")
    parsed = parser.parse_args(words)
    record = read_record(RECORD)
    print(f"recorded: {record.seconds / 60:.1f} min on {record.cpus} CPUs")
    with tempfile.TemporaryDirectory(prefix="goom-claims-") as scratch:
        cache = os.environ.get("XDG_CACHE_HOME", "") if parsed.warm else scratch
        rounds = [one_round(number, parsed, cache) for number in range(parsed.rounds)]
    slowest(rounds[-1])
    held = [seconds <= BAR_SECONDS and not told["failed"] for seconds, told in rounds]
    return 0 if same_verdicts(rounds, record.truths()) and all(held) else 1


def one_round(number: int, parsed: argparse.Namespace, cache: str) -> tuple[float, Document]:
    """One whole run; its wall seconds and what it printed."""
    environment = os.environ | ({"XDG_CACHE_HOME": cache} if cache else {})
    began = time.monotonic()
    command = [sys.executable, "-m", "goom", "claims", "--json", "--go", parsed.go]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.monotonic() - began
    told: Document = json.loads(done.stdout)
    word = "held" if seconds <= BAR_SECONDS else "MISSED"
    print(
        f"round {number + 1}: {seconds / 60:5.1f} min on {told['cpus']} CPUs"
        f"  {len(told['claims'])} claims, {len(told['failed'])} could not be run"
        f"  bar {BAR_SECONDS / 60:.0f} min {word}",
        flush=True,
    )
    if parsed.keep:
        parsed.keep.mkdir(parents=True, exist_ok=True)
        (parsed.keep / f"round-{number + 1}.json").write_text(done.stdout, encoding="utf-8")
    return seconds, told


def same_verdicts(rounds: list[tuple[float, Document]], recorded: dict[str, str]) -> bool:
    """Name every claim that said different things; whether there was none."""
    said: dict[str, list[str]] = defaultdict(list)
    for _, told in rounds:
        for one in told["claims"]:
            said[one["id"]].append(one["verdict"])
        for one in told["failed"]:
            said[one["id"]].append(f"could not be run: {one['message']}")
    bad = {
        name: verdicts
        for name, verdicts in sorted(said.items())
        if set(verdicts) != {recorded.get(name)} or len(verdicts) != len(rounds)
    }
    for name, verdicts in bad.items():
        print(f"  {name}  recorded {recorded.get(name)!r}, now {verdicts}")
    print(f"{len(said) - len(bad)} of {len(said)} verdicts the same in all rounds and as recorded")
    return not bad


def slowest(last: tuple[float, Document]) -> None:
    """Where the time of the last round went."""
    claims = sorted(last[1]["claims"], key=lambda one: -one["seconds"])[:SLOWEST]
    print("slowest: " + ", ".join(f"{one['id']} {one['seconds']:.0f} s" for one in claims))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
