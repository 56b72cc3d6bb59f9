"""Collections as eBPF saw them: when each phase began and how long it took, pauses, assists.

All figures are differences between entries of functions (runtime/mgc.go, proc.go): Go's functions
have no return probes. An assist's length has no such pair and is not told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import isnan, nan

from goom.case.ebpf import EbpfLook, EbpfLooks
from goom.case.ebpf_found import SeenCollector, SeenCycle
from goom.rooms import signal


@signal
def seen_collector(looks: EbpfLooks) -> SeenCollector | None:
    """From the newest look at the phases and the newest at assists."""
    phases, assists = looks.of("gc"), looks.of("assists")
    return collector(phases[-1], assists[-1] if assists else None) if phases else None


def collector(phases: EbpfLook, assists: EbpfLook | None) -> SeenCollector:
    """Put the entries together."""
    stacks: Counter[int] = Counter()
    for event in assists.events("gcAssistAlloc") if assists else ():
        stacks[event.stack] += 1
    return SeenCollector(
        cycles=_cycles(phases),
        pauses=_pauses(phases),
        start_calls=phases.count("gcStart"),
        done_calls=phases.count("gcMarkDone"),
        seconds=phases.seconds,
        stopped=phases.stopped,
        assists=stacks.total(),
        assist_seconds=assists.seconds if assists else nan,
        assists_stopped=assists.stopped if assists else "",
        assisting=tuple(
            (assists.stacks[stack], count)
            for stack, count in stacks.most_common(10)
            if assists and stack >= 0
        ),
    )


def _cycles(look: EbpfLook) -> tuple[SeenCycle, ...]:
    found: list[SeenCycle] = []
    start = mark = termination = nan
    for event in look.events():
        at = event.at_seconds
        if event.call == "gcStart" and isnan(mark):  # none is under way
            start = at
        elif event.call == "startCycle":
            mark = at
        elif event.call == "gcMarkTermination":
            termination = at
            found.append(SeenCycle(
                start_seconds=start, mark_seconds=mark, termination_seconds=at, end_seconds=nan,
            ))  # fmt: skip
            start = mark = nan
        elif event.call == "startTheWorld" and not isnan(termination):
            found[-1] = replace(found[-1], end_seconds=at)
            termination = nan
    return tuple(found)


def _pauses(look: EbpfLook) -> tuple[tuple[float, float], ...]:
    """From the entry of stopTheWorldWithSema to that of startTheWorldWithSema after it."""
    found: list[tuple[float, float]] = []
    stopped = nan
    for event in look.events("stopTheWorld", "startTheWorld"):
        if event.call == "stopTheWorld":
            stopped = event.at_seconds
        elif not isnan(stopped):
            found.append((stopped, event.at_seconds - stopped))
            stopped = nan
    return tuple(found)
