"""Since Go 1.21 a hybrid write barrier (Dijkstra and Yuasa) is the default."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every

_FILE = "runtime/mbarrier.go"


def measure(bench: Bench) -> Figures:
    """What the runtime says of its barrier, and what the buffer is given."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    comment = " ".join(go.source.text(_FILE).split("package runtime")[-1][:4000].split())
    flush = go.source.function("runtime/mwbbuf.go", "get2")
    return {
        "says_yuasa_and_dijkstra": "Yuasa" in comment and "Dijkstra" in comment,
        "both_pointers_are_buffered": "next" in flush and "2 *" in flush.replace("2*", "2 *"),
        "barriers_compiled_in": len(
            go.source.find(r"^TEXT gcWriteBarrier<>", "runtime/asm_amd64.s")
        ),
        "switches_in_environment": len(
            go.source.find(r'"(writebarrier|gcbarrier|barrier)"', "runtime/runtime1.go")
        ),
    }


def judge(figures: Figures) -> Judgement:
    """Hybrid in all versions alike: right about the barrier, wrong about the date."""
    hybrid = every(
        figures,
        lambda row: bool(row["says_yuasa_and_dijkstra"] and row["both_pointers_are_buffered"]),
    )
    oldest = next(iter(figures))
    one = every(figures, lambda row: row["barriers_compiled_in"] == 1
                and row["switches_in_environment"] == 0)  # fmt: skip
    if not hybrid:
        return does_not_hold("some versions have another barrier")
    if not one:
        return holds("the barrier is hybrid, and there are others to choose from")
    return holds_in_part(
        f"the barrier is that in every version measured, {oldest} like the newest, and there is no"
        " other to choose"
    )


CLAIM = Claim(
    Statement(
        id="C061",
        chapter="3.1",
        statement=(
            "Go 1.21 and later use a hybrid write barrier by default, Dijkstra's with Yuasa's."
        ),
        method=(
            "the comment that heads mbarrier.go, the buffer's get2 (mwbbuf.go), and settings of "
            "the environment that would choose another"
        ),
        rule=(
            "holds when it is hybrid and others can be chosen; in part when it is the only one, "
            "in every version alike"
        ),
        truth=(
            "Hybrid since Go 1.8: shade the pointer that is overwritten and, while the stack is "
            "not scanned, the one that is written. Go shades both always, through a buffer "
            "since 1.10 (mbarrier.go, mwbbuf.go)."
        ),
    ),
    measure,
    judge,
)
