"""What is often said of Go's pacer, and what is true: the corrections of the pacer's lesson."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A belief, what is true instead, and where that can be seen."""

    claim_ids: tuple[str, ...]
    often_said: str
    true: str
    evidence: str


SAID = (
    Said(
        ("C001",),
        "Go 1.22 has a new, adaptive pacer.",
        "The arithmetic of 1.21 and 1.22 is the same. 1.21 changed how cons/mark is estimated and "
        "how much is kept free under a limit; 1.22 made the scavenger work for the limit at all.",
        "runtime/mgcpacer.go and mgcscavenge.go of 1.21.13 and 1.22.10",
    ),
    Said(
        ("C067",),
        "The next collection is due when the heap has doubled.",
        "Goal = marked + (marked + stacks + globals) × GOGC/100, at least 4 MiB × GOGC/100. It "
        "begins before: between 70 % and 95 % of the way there.",
        "runtime/mgcpacer.go commit, trigger",
    ),
    Said(
        ("C014",),
        "A lower GOGC collects less often and starts faster.",
        "It is the other way round: a lower GOGC collects more often. Try 25 and 400.",
        "runtime/mgcpacer.go commit; the runs of this page",
    ),
    Said(
        ("C015", "C068"),
        "GOMEMLIMIT is a hard limit.",
        "It lowers the goal. What is reachable stays: with 220 MiB reachable, a limit of 160 MiB "
        "is passed, and the collector runs all the time until the CPU limiter stops it from taking "
        "more than half.",
        "runtime/mgcpacer.go memoryLimitHeapGoal, mgclimit.go",
    ),
    Said(
        ("C070", "C071"),
        "With GOMEMLIMIT, GOGC is no longer in force.",
        "Both goals are computed, and the smaller wins. Below the limit GOGC decides as before.",
        "runtime/mgcpacer.go heapGoalInternal",
    ),
    Said(
        ("C074", "C075"),
        "Mark assist is a pause.",
        "It is work that a goroutine does before it gets the memory it asked for. Others run on.",
        "runtime/mgcmark.go gcAssistAlloc",
    ),
)
