"""Go 1.22 has a NUMA-aware allocator."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number

_WORDS = r"(?i)\b(numa\w*|mbind|set_mempolicy|get_mempolicy|move_pages|getcpu|sys_getcpu)\b"
_FOLDERS = ("runtime", "internal/runtime", "runtime/internal")
_NAMES = (b"mbind", b"set_mempolicy", b"/sys/devices/system/node")


def measure(bench: Bench) -> Figures:
    """Any word of NUMA in the runtime's source, any such name in a built program."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    program = go.binary("objects").read_bytes()
    return {
        "mentions_in_source": len(go.source.find(_WORDS, *_FOLDERS, code_only=True)),
        "names_in_binary": sum(program.count(name) for name in _NAMES),
        "mentions_of_mmap": len(go.source.find(r"\bmmap\(", "runtime", code_only=True)),
    }


def judge(figures: Figures) -> Judgement:
    """Code for it in 1.22 and later: holds. No word of it: no such allocator."""
    searched = every(figures, lambda row: number(row, "mentions_of_mmap") > 0)
    silent = every(
        figures, lambda row: row["mentions_in_source"] == 0 and row["names_in_binary"] == 0
    )
    if searched and silent:
        return does_not_hold("no version's runtime asks for a node, binds memory, or reads nodes")
    if every(figures, lambda row: number(row, "mentions_in_source") > 0):
        return holds("the runtime has code for nodes")
    return holds_in_part("some versions have code for nodes")


CLAIM = Claim(
    Statement(
        id="C051",
        chapter="2.4",
        statement=(
            "The allocator of 1.22 knows NUMA nodes (getcpu, /sys/devices/system/node) and "
            "prefers the local one."
        ),
        method=(
            "words of NUMA in the runtime's source without comments, and names of such calls "
            "and files in a built program"
        ),
        rule=(
            "holds when the runtime has code for nodes; does not hold when neither source nor "
            "binary has a word of it"
        ),
        truth=(
            "Go leaves placement to the kernel, which gives a page to the node of the CPU that "
            "first writes to it; a span that moves between Ps stays where it is."
        ),
    ),
    measure,
    judge,
)
