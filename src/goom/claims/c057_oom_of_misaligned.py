"""The OOM killer takes misaligned mappings for dirty pages that cannot be reclaimed."""

from __future__ import annotations

from goom.case.claim import (
    Figures,
    Judgement,
    Statement,
    cannot_measure,
    does_not_hold,
    holds,
    holds_in_part,
)
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every
from goom.claims.bench.running import Setting

_LIMIT = Setting(memory_limit_bytes=64 << 20)


def measure(bench: Bench) -> Figures:
    """In a cgroup of 64 MiB: much mapped and little written, then much written."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    little = go.run("mappings", "touch", "512", "32", setting=_LIMIT)
    much = go.run("mappings", "touch", "512", "128", setting=_LIMIT)
    return {
        "misaligned_addresses": go.run("mappings", "aligned").figures()["misaligned"],
        "killed_with_32_mib_written": little.killed,
        "killed_with_128_mib_written": much.killed,
        "charged_with_32_mib_written_bytes": little.peak_bytes,
    }


def judge(figures: Figures) -> Judgement:
    """The kill follows what was written; misaligned mappings do not occur."""
    by_charge = every(
        figures,
        lambda row: (
            bool(row["killed_with_128_mib_written"]) and not row["killed_with_32_mib_written"]
        ),
    )
    aligned = every(figures, lambda row: row["misaligned_addresses"] == 0)
    if by_charge and aligned:
        return does_not_hold(
            "there are no misaligned mappings, and of 512 MiB mapped under a limit of 64 MiB the"
            " kernel lets live who writes to 32 MiB and kills who writes to 128"
        )
    if by_charge:
        return holds_in_part("misaligned mappings occur, but the kill follows what is written")
    if aligned:
        return cannot_measure("the limit does not kill here who writes more than it allows")
    return holds("the kill does not follow what is written")


CLAIM = Claim(
    Statement(
        id="C057",
        chapter="2.5",
        statement=(
            "Under memory.limit_in_bytes misaligned mappings count as dirty pages that cannot "
            "be reclaimed."
        ),
        method="a real memory cgroup of 64 MiB: 512 MiB mapped, 32 or 128 MiB of them written",
        rule=(
            "does not hold when no mapping is misaligned and the kill depends on what is "
            "written alone; holds when mappings are misaligned and it does not"
        ),
        truth=(
            "The kernel charges a page to the cgroup of whoever first touches it, whatever "
            "mapping it is in, and kills when what is charged cannot be brought below the limit "
            "(memory.stat, memory.oom_control)."
        ),
    ),
    measure,
    judge,
)
