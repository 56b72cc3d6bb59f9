"""allocSpan fails, then sysMap fails, then the process is OOMKilled."""

from __future__ import annotations

import signal

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
from goom.claims.bench.reading import every, number, text
from goom.claims.bench.running import Setting

_CGROUP = Setting(memory_limit_bytes=64 << 20)
_ADDRESSES = Setting(address_space_bytes=1 << 30)


def measure(bench: Bench) -> Figures:
    """The same program, killed by a cgroup's limit, and refused address space."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    killed = go.run("steady", "200", "1", setting=_CGROUP)
    refused = go.run("steady", "2000", "1", setting=_ADDRESSES)
    fatal = [line for line in refused.stderr.splitlines() if "out of memory" in line
             or "fatal error" in line]  # fmt: skip
    return {
        "killed_by_the_kernel": killed.oom_kills > 0 and killed.status == -signal.SIGKILL,
        "go_messages_when_killed": killed.stderr.count("runtime:"),
        "status_when_refused": refused.status,
        "go_says_when_refused": fatal[0] if fatal else "",
    }


def judge(figures: Figures) -> Judgement:
    """One chain when the killed process has failed in Go before."""
    silent = every(
        figures,
        lambda row: bool(row["killed_by_the_kernel"]) and row["go_messages_when_killed"] == 0,
    )
    separate = every(
        figures,
        lambda row: number(row, "status_when_refused") > 0 and bool(row["go_says_when_refused"]),
    )
    if silent and separate:
        said = text(next(iter(figures.values())), "go_says_when_refused")
        return does_not_hold(
            "these are two ends: at the cgroup's limit SIGKILL without a word from Go; refused"
            f" mappings end in Go's own exit status 2 ({said})"
        )
    if silent or separate:
        return holds_in_part("only one of the two ends was seen")
    if every(figures, lambda row: number(row, "go_messages_when_killed") > 0):
        return holds("Go fails before the kernel kills")
    return cannot_measure("neither of the two ends was seen")


CLAIM = Claim(
    Statement(
        id="C099",
        chapter="4.3",
        statement=(
            "Page fragmentation makes allocSpan fail, then sysMap, and that is the OOMKilled."
        ),
        method=(
            "a program that keeps 200 MiB in a real memory cgroup of 64 MiB; one that keeps 2 "
            "GB with 1 GiB of address space (ulimit -v)"
        ),
        rule=(
            "does not hold when the killed process says nothing and the refused one ends by "
            "itself; holds when Go reports a failure in what the kernel kills"
        ),
        truth=(
            "mmap does not fail at the limit of a cgroup; touching a page does, and "
            'the kernel kills (137). When mmap does fail, Go prints "out of memory" and exits '
            "with status 2 (malloc.go, mem_linux.go)."
        ),
    ),
    measure,
    judge,
)
