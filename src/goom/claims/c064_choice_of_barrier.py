"""Dijkstra, Yuasa or hybrid: the choice changes pauses, throughput and memory."""

from __future__ import annotations

import re
from statistics import quantiles

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.errors import GoomError
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of
from goom.claims.bench.reading import every, none, number, per_version
from goom.runtime.marking.barrier import DIJKSTRA, GO, YUASA
from goom.runtime.marking.compare import run
from goom.runtime.marking.workloads import WORKLOADS

_FEW, _MANY = ("10", "10"), ("4000", "200")  # goroutines, and how many calls deep each is
_CYCLES = "3"
_TRIES = 5
_PAUSES = "24"


def measure(bench: Bench) -> Figures:
    """What can be chosen, what the barrier costs, whether stacks make the pause longer."""
    modelled = _modelled()
    return bench.each(lambda go: {**_measure(go), **modelled})


def _measure(go: Go) -> Row:
    switches = go.source.find(
        r"(?i)barrier", "runtime/runtime1.go", "internal/goexperiment/flags.go", code_only=True
    )
    bodies = go.source.find(r"^TEXT\s+\S*gcWriteBarrier<>", "runtime/asm_amd64.s")
    if not bodies:  # what was not found is no evidence
        raise GoomError(f"runtime/asm_amd64.s of Go {go.version} has no gcWriteBarrier.")
    return {
        "switches_that_choose": len([hit for hit in switches if _is_switch(hit.text)]),
        "barriers_in_the_runtime": len(bodies),
        **_slower(go, "pointer"),
        **_slower(go, "word"),
        **_pauses(go),
    }


def _is_switch(line: str) -> bool:
    """A GODEBUG key in dbgvars, or a field of the experiments' flags."""
    return bool(re.search(r'name: "\w*barrier', line, re.I) or re.search(r"^\w+\s+bool$", line))


def _slower(go: Go, kind: str) -> Row:
    """A write while marking to one before it, cycle by cycle."""
    cycles = _cycles(go, kind)
    marking = tuple(float(one["marking_nanoseconds"]) for one in cycles)
    quiet = tuple(float(one["quiet_nanoseconds"]) for one in cycles)
    ratio = ratio_of(marking, quiet)
    name = f"{kind}_write_marking_to_quiet"
    return {f"{name}_ratio": round(ratio.median, 2), f"{name}_high_ratio": round(ratio.high, 2)}


def _cycles(go: Go, kind: str) -> list[dict[str, float]]:
    """Those with writes in their marking: on a busy machine a mark phase may pass without one."""
    found: list[dict[str, float]] = []
    for _ in range(_TRIES):
        ran = go.run_again("pointerwrites", "costs", kind, "spread", _CYCLES)
        found += [one for one in ran.figures()["cycles"] if one["marking_bursts"] > 0]
        if len(found) >= int(_CYCLES):
            return found
    raise GoomError("hardly a write fell into the marking of a cycle: the machine is too busy.")


def _pauses(go: Go) -> Row:
    """The shorter pauses: what others do on the machine only makes them longer."""
    few, many = (go.run_again("pointerwrites", "pauses", *how, _PAUSES).figures()
                 for how in (_FEW, _MANY))  # fmt: skip
    short = [quantiles(one["pause_microseconds"], n=4)[0] for one in (few, many)]
    return {
        "stacks_many_to_few_ratio": round(many["stack_scan_bytes"] / few["stack_scan_bytes"]),
        "pause_many_to_few_stacks_ratio": round(short[1] / short[0], 2),
    }


def _modelled() -> Row:
    """The words that each barrier reads in pauses, of one program: 200 stacks of 32 slots."""
    crowd = next(one for one in WORKLOADS if one.name == "goroutines")
    row: dict[str, float] = {}
    for barrier in (DIJKSTRA, YUASA, GO):
        cost, name = run(crowd, barrier), f"model_{barrier.name}"
        row[f"{name}_words_in_pauses"] = cost.stopped_slots + cost.stopped_fields
        row[f"{name}_kept_to_needed_ratio"] = round(cost.amplification, 2)
    return row


def judge(figures: Figures) -> Judgement:
    """Without anything to choose no choice changes anything."""
    cost = per_version(figures, "pointer_write_marking_to_quiet_ratio", "{:.1f}")
    pause = per_version(figures, "pause_many_to_few_stacks_ratio", "{:.1f}")
    stacks = per_version(figures, "stacks_many_to_few_ratio", "{:.0f}")
    if none(figures, _can_choose):
        return does_not_hold(
            "one barrier is compiled in and nothing switches it. While marking it makes a pointer "
            f"write {cost} times as dear; {stacks} times the stacks make the pause {pause} times "
            "as long, where insertion or a snapshot would read them all in it"
        )
    if every(figures, _can_choose):
        return holds("every version has barriers to choose from")
    return holds_in_part("some versions have barriers to choose from")


def _can_choose(row: Row) -> bool:
    return number(row, "switches_that_choose") > 0 or number(row, "barriers_in_the_runtime") > 1


CLAIM = Claim(
    Statement(
        id="C064",
        chapter="3.1",
        statement=(
            "Dijkstra, Yuasa or hybrid barrier: the choice gives pauses of 12.7, 8.3 or 6.1 ms, "
            "and changes throughput and memory."
        ),
        method=(
            "switches for a barrier in GODEBUG's table and among the experiments, barriers in "
            "asm_amd64.s; CPU time of a pointer write in and out of marking, the same for plain "
            "words; the shorter pauses with 10 shallow and with 4,000 deep goroutines that run; "
            "the same program under each barrier in the marking model"
        ),
        rule=(
            "holds when every version can choose; in part when some can; does not hold when none "
            "can"
        ),
        truth=(
            "There is one barrier (asm_amd64.s, gcWriteBarrier) and no switch. The pauses in the "
            "statement are no constants: insertion and a snapshot read every stack in a pause, "
            "which grows with them; the hybrid reads none (mgcmark.go, markroot). What floats "
            "hangs on the program more than on the barrier."
        ),
    ),
    measure,
    judge,
    alone=True,
)
