"""eBPF can trace the event go:runtime.mmap."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none


def measure(bench: Bench) -> Figures:
    """Whether a Go binary has static trace points, and whether it has the function."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    binary = go.binary("tickers")
    symbols = go.tool("tool", "nm", str(binary)).stdout
    return {
        "static_trace_points": b".note.stapsdt" in binary.read_bytes(),
        "symbol_runtime_mmap": any(
            line.split()[-1] == "runtime.mmap" for line in symbols.splitlines() if line.strip()
        ),
    }


def judge(figures: Figures) -> Judgement:
    """A trace point of that name needs a note in the binary."""
    if every(figures, lambda row: bool(row["static_trace_points"])):
        return holds("the binary has static trace points")
    if none(figures, lambda row: not row["symbol_runtime_mmap"]):
        return does_not_hold(
            "a Go binary has no static trace points (.note.stapsdt); what can be probed is the"
            " function runtime.mmap (uprobe) and the system call (tracepoint)"
        )
    return holds_in_part("there is neither a trace point nor the function everywhere")


CLAIM = Claim(
    Statement(
        id="C082",
        chapter="4.1",
        statement="eBPF traces the event go:runtime.mmap to see the leak.",
        method="the section .note.stapsdt and the symbol runtime.mmap in a built program",
        rule=(
            "holds when the binary has static trace points; does not hold when it has only the "
            "function"
        ),
        truth=(
            "Go emits no USDT probes. A uprobe on a function works: its arguments are in registers "
            "(size in BX), and a return probe breaks stacks that move."
        ),
        instead=(
            "bpftrace -e 'uprobe:BINARY:runtime.mmap { ... }', or the tracepoint "
            "syscalls:sys_enter_mmap. For a leak of goroutines neither tells anything (C083)."
        ),
    ),
    measure,
    judge,
)
