"""17,000 mmap calls without munmap prove a goroutine leak."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_GOROUTINES = 20_000


def measure(bench: Bench) -> Figures:
    """Mmap and munmap of a program that leaks 20,000 goroutines and of one that leaks ten."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    program = str(go.binary("tickers"))
    leaking = go.run("syscalls", program, str(_GOROUTINES)).figures()
    healthy = go.run("syscalls", program, "10").figures()
    return {
        "mmap_per_thousand_goroutines": round(
            1000 * (leaking["mmap"] - healthy["mmap"]) / _GOROUTINES, 2
        ),
        "mmap_calls_leaking": leaking["mmap"],
        "mmap_calls_healthy": healthy["mmap"],
        "munmap_calls_leaking": leaking["munmap"],
        "munmap_calls_healthy": healthy["munmap"],
    }


def judge(figures: Figures) -> Judgement:
    """A proof when leaks make many calls and the healthy program gives back with munmap."""
    many = every(figures, lambda row: number(row, "mmap_per_thousand_goroutines") > 500)
    telling = every(figures, lambda row: number(row, "munmap_calls_healthy")
                    > 2 * number(row, "munmap_calls_leaking") + 5)  # fmt: skip
    if many and telling:
        return holds("each leak maps memory, and only leaking programs never unmap")
    if many or telling:
        return holds_in_part("one of the two signs tells them apart")
    return does_not_hold(
        f"{_GOROUTINES:,} leaked goroutines make"
        f" {per_version(figures, 'mmap_per_thousand_goroutines')} mmap calls per thousand; munmap"
        f" is called {per_version(figures, 'munmap_calls_healthy')} times by the healthy program"
    )


CLAIM = Claim(
    Statement(
        id="C083",
        chapter="4.1",
        statement="17,000 mmap calls and not one munmap prove that goroutines leak.",
        method=(
            "system calls of all threads (ptrace) of a program that leaks 20,000 goroutines and "
            "of one that leaks ten"
        ),
        rule=(
            "holds when leaks map memory one by one and healthy programs unmap it; in part when "
            "one of these"
        ),
        truth=(
            "The heap, stacks included, grows in steps of 4 MiB and more inside of reserved "
            "arenas, and Go never unmaps it: memory goes back by madvise(MADV_DONTNEED). No "
            "munmap is the normal case."
        ),
        instead=(
            "Compare two goroutine profiles taken some minutes apart: they name the line where the "
            "leaked ones wait."
        ),
    ),
    measure,
    judge,
)
