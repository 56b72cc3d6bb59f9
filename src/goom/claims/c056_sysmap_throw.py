"""sysMap throws "sysMap: misaligned address"."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number

_MESSAGE = "sysMap: misaligned address"
_KNOWN = b"runtime: cannot map pages in arena address space"


def measure(bench: Bench) -> Figures:
    """The message in the source and in a built program; and one that is there."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    program = go.binary("objects").read_bytes()
    return {
        "in_source": len(go.source.find(_MESSAGE, "runtime")),
        "in_binary": program.count(_MESSAGE.encode()),
        "known_message_in_binary": program.count(_KNOWN),
    }


def judge(figures: Figures) -> Judgement:
    """A message that can be thrown is in the binary."""
    if every(figures, lambda row: number(row, "in_binary") > 0):
        return holds("the message is in the binary")
    searched = every(figures, lambda row: number(row, "known_message_in_binary") > 0)
    if searched and none(figures, lambda row: row["in_binary"] != 0 or row["in_source"] != 0):
        return does_not_hold(f"no version has the message; what it has is {_KNOWN.decode()!r}")
    return holds_in_part("some versions have the message")


CLAIM = Claim(
    Statement(
        id="C056",
        chapter="2.5",
        statement='runtime.sysMap checks alignment and throws "sysMap: misaligned address".',
        method="the message in the source of the runtime and in a built program",
        rule="holds when a built program contains the message",
        truth=(
            'The throws of mem_linux.go are "runtime: cannot map pages in arena address space", '
            '"runtime: out of memory" and "unaligned sysUnused". The first two come when the '
            "kernel refuses a mapping."
        ),
    ),
    measure,
    judge,
)
