"""How much of the charge the ledger leaves unexplained, and what it costs, over recorded bundles.

    python benchmarks/ledger.py x.goom … | a folder of bundles

For each bundle: the moment that ``goom ledger`` shows, the unexplained part, what of it the kernel
charged ahead in batches for each CPU, the median over the history, and CPU for ledger and history.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from goom.case.ledger import Ledger, LedgerHistory
from goom.case.units import bytes_text, percent_text
from goom.signals.go_memory import go_memory
from goom.signals.ledger.history import ledger_history
from goom.signals.ledger.ledger import ledger
from goom.signals.regions import regions
from goom.sources.load import LoadOptions, load

MOST_FRACTION = 0.03
MEDIAN_FRACTION = 0.01


@dataclass(frozen=True, slots=True)
class Measured:
    """One bundle."""

    found: Ledger
    history: LedgerHistory | None
    cpu_seconds: float

    @property
    def unexplained_fraction(self) -> float:
        """Of the charge, whatever its sign."""
        return abs(self.found.bytes_of("unexplained")) / max(self.found.charge_bytes, 1)

    @property
    def ahead_bytes(self) -> int:
        """Charged and in no counter."""
        rest = next(line for line in self.found.lines if line.key == "unexplained")
        return sum(part.bytes for part in rest.detail if "charged ahead" in part.label)

    @property
    def history_fraction(self) -> float:
        """The median over the history's moments."""
        if self.history is None:
            return float("nan")
        whole = np.sum(list(self.history.layers.values()), axis=0)
        rest = self.history.layers.get("unexplained", np.zeros(len(whole)))
        return float(np.median(np.abs(rest) / np.maximum(whole, 1)))


def measure(path: Path) -> Measured | None:
    """Load a bundle and attribute its bytes; None when nothing states the whole."""
    seen = load([str(path)], LoadOptions())
    began = time.process_time()
    profiles = seen.profiles if seen.profiles.all else None
    memory = go_memory(seen.subject, seen.memstats, seen.metrics, seen.gctrace, profiles)
    mapped = regions(seen.mappings) if seen.mappings.all else None
    found = ledger(seen, memory, mapped)
    history = ledger_history(seen, memory, mapped)
    spent = time.process_time() - began
    if found is None:
        return None
    assert sum(line.bytes for line in found.lines) == found.charge_bytes
    return Measured(found, history, spent)


def bundles(targets: list[str]) -> list[Path]:
    paths = [Path(target) for target in targets]
    inside = [one for path in paths if path.is_dir() for one in sorted(path.rglob("*.goom"))]
    return [path for path in paths if not path.is_dir()] + inside


def row(name: str, one: Measured) -> str:
    return (
        f"{name:42} {bytes_text(one.found.charge_bytes):>10}"
        f" {percent_text(one.unexplained_fraction):>8} {bytes_text(one.ahead_bytes):>10}"
        f" {percent_text(one.history_fraction):>8} {one.cpu_seconds * 1e3:6.0f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="+", metavar="BUNDLE|FOLDER")
    measured = []
    print(f"{'':42} {'charge':>10} {'unexpl.':>8} {'ahead':>10} {'history':>8} {'CPU':>9}")
    for path in bundles(parser.parse_args().targets):
        one = measure(path)
        if one is None:
            print(f"{path.name:42} no figure of the whole")
            continue
        measured.append(one.unexplained_fraction)
        print(row(path.name, one))
    if not measured:
        print("no bundle was found")
        return 1
    most, median = max(measured), float(np.median(measured))
    print(
        f"{len(measured)} bundles, sums exact; unexplained: median {percent_text(median)} "
        f"(bar {percent_text(MEDIAN_FRACTION)}), most {percent_text(most)} "
        f"(bar {percent_text(MOST_FRACTION)})"
    )
    return 0 if most <= MOST_FRACTION and median <= MEDIAN_FRACTION else 1


if __name__ == "__main__":
    sys.exit(main())
