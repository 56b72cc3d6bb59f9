"""Without MAP_HUGETLB mmap may return an address that is not page-aligned."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number

_MAPPINGS = 2000


def measure(bench: Bench) -> Figures:
    """2,000 mappings of odd lengths, none with a flag or a hint."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {"misaligned_addresses": go.run("mappings", "aligned").figures()["misaligned"]}


def judge(figures: Figures) -> Judgement:
    """One misaligned address would do."""
    if every(figures, lambda row: row["misaligned_addresses"] == 0):
        return does_not_hold(f"0 of {_MAPPINGS:,} addresses were not a multiple of 4096")
    worst = max(number(row, "misaligned_addresses") for row in figures.values())
    return holds(f"{worst:.0f} of {_MAPPINGS:,} addresses were not a multiple of 4096")


CLAIM = Claim(
    Statement(
        id="C055",
        chapter="2.5",
        statement=(
            "In a container mmap without MAP_HUGETLB may return an address that is no multiple "
            "of 4 KB."
        ),
        method="the addresses of 2,000 anonymous mappings of odd lengths",
        rule="holds when one address is not a multiple of 4096; does not hold when none is",
        truth=(
            "mmap returns whole pages, always, in a container or not. The runtime aligns its "
            "arenas further, to 64 MiB (malloc.go, sysReserveAligned)."
        ),
    ),
    measure,
    judge,
)
