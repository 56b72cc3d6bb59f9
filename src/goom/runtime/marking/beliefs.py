"""What one hears about write barriers, and what is true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A statement one hears, the claims it belongs to, what is true, and where one can see it."""

    claim_ids: tuple[str, ...]
    often_said: str
    true: str
    evidence: str


MESSAGE = (
    "Without a write barrier the collector frees what the program still uses. Go has one barrier, "
    "and nothing to choose."
)
SAID = (
    Said(
        ("C061",),
        "Go uses the hybrid barrier since 1.21.",
        "Since 1.8, and it is the only one that is compiled in. Its comment shades the new pointer "
        "only while the stack is grey; the code shades both, always.",
        "runtime/mbarrier.go; runtime/mwbbuf.go (wbBufFlush1)",
    ),
    Said(
        ("C062",),
        "The barrier looks whether the object is marked, and if not marks it with all it leads to.",
        "It puts the old and the new pointer into a buffer of the P, 512 long, and looks at "
        "nothing. When the buffer is full, or before marking may end, what is in it turns grey: "
        "one flush for 256 pointer writes. Nothing is followed there.",
        "runtime/asm_amd64.s (gcWriteBarrier); runtime/mwbbuf.go (wbBufFlush1)",
    ),
    Said(
        ("C063",),
        "The barrier works only while the collector marks.",
        "Yes: setGCPhase switches it on for mark and mark termination. At other times a pointer "
        "write costs one look at that switch.",
        "runtime/mgc.go (setGCPhase)",
    ),
    Said(
        ("C064",),
        "Dijkstra, Yuasa or hybrid: choosing changes pauses, throughput and memory.",
        "There is nothing to choose. In units of work: Dijkstra and Yuasa read every slot of every "
        "stack in a pause, the hybrid none; a pointer write runs the barrier once under each; what "
        "floats hangs on the program far more than on the barrier.",
        "the table of costs; goom claims C064",
    ),
)
