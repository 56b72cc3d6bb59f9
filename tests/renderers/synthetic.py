"""A rich case made by hand: a cache that leaks for 24 s until the kernel kills it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from goom.case.hotspot import Hotspot
from goom.case.ledger import LEDGER_KEYS, Ledger, LedgerHistory, LedgerLine
from goom.case.model import Case
from goom.case.units import MIB
from goom.case.verdict import Blame, Finding, NotChecked, Reason, Remedy, Rival, Verdict
from goom.signals.flame import flame_graphs
from goom.signals.timeline import timeline
from tests.renderers.synthetic_facts import (
    CACHE,
    LIFE_SECONDS,
    LIMIT,
    PUT,
    STARTED,
    evidence,
    marked_bytes,
    subject,
)  # fmt: skip


def ledger() -> Ledger:
    mib = {
        "heap_live": 97.2, "heap_garbage": 8.9, "span_waste": 5.6, "heap_free": 1.5,
        "stacks": 0.4, "runtime_metadata": 3.3, "outside_go": 1.9, "files_mapped": 4.9,
        "page_cache": 2.0, "kernel": 1.2,
    }  # fmt: skip
    parts = {
        "heap_live": (LedgerLine("heap_live", "under cache.(*Cache).Put", int(90.4 * MIB)),),
        "span_waste": (LedgerLine("span_waste", "in size class 96", int(3.1 * MIB)),),
    }
    lines = [
        LedgerLine(
            key,
            key.replace("_", " "),
            int(size * MIB),
            int(1.8 * MIB) if key == "heap_live" else 0,
            parts.get(key, ()),
            "heap profile",
        )
        for key, size in mib.items()
    ]
    rest = LIMIT - sum(line.bytes for line in lines)
    lines.append(LedgerLine("unexplained", "unexplained", rest))
    return Ledger(
        at_seconds=STARTED + LIFE_SECONDS - 0.2,
        charge_bytes=LIMIT,
        charge_name="memory.usage_in_bytes",
        lines=tuple(lines),
        notes=("live bytes are a sample of one in 512 KiB: 97.2 ± 1.8 MiB",),
    )


def history() -> LedgerHistory:
    at = np.linspace(0.5, LIFE_SECONDS - 0.1, 60)
    marked = marked_bytes(at)
    layers = {key: np.full_like(at, MIB) for key in LEDGER_KEYS}
    layers["heap_live"] = marked
    layers["heap_garbage"] = marked * 0.25 * ((at * 1.7) % 1.0)
    layers["span_waste"] = marked * 0.05
    return LedgerHistory(time_seconds=STARTED + at, layers=layers)


def verdict() -> Verdict:
    rival = (
        Rival("goroutine_leak", 0.04, (), (
            Reason("14 goroutines from start to end", 3.1, "goroutine profiles"),
            Reason("stacks hold 0.4 MiB", 1.2, "MemStats"))),
        Rival("limit_missing", 0.02,
            (Reason("no GOMEMLIMIT is set", 0.5, "environment"),),
            (Reason("what survives alone passes the limit: no GOMEMLIMIT could have held it",
                3.9, "gctrace"),)),
        Rival("off_heap", 0.01, (), (Reason("outside Go: 2.1 MiB, flat", 4.0, "smaps"),)),
        Rival("healthy", 0.0, (), (Reason("the kernel killed it", 8.0, "cgroup"),)),
    )  # fmt: skip
    return Verdict(
        cause="heap_leak",
        scenario="over_hours",
        confidence=0.93,
        summary="What survives each collection grows by 3.9 MiB/s and does not level off"
        " (41 collections).",
        blame=(
            Blame(PUT, CACHE, 48, 0.93, "allocates 90.4 MiB of the growth"),
            Blame("encoding/json.Marshal", "/usr/local/go/src/encoding/json/encode.go", 161, 0.04,
                  "allocates 3.9 MiB of the growth"),
        ),
        rivals=rival,
        speaks_for=(
            Reason("marked heap rises by 3.9 MiB/s over 41 cycles (R² 0.99)", 3.4, "gctrace"),
            Reason("93 % of the growth is under one function", 1.1, "heap profiles"),
        ),
        speaks_against=(Reason("only 24 s were seen", 0.3, "the clock"),),
        missing=("MemStats: no /debug/vars was there",),
        tell_apart="a second heap profile a minute apart: goom capture --for 60s PID",
    )  # fmt: skip


def leak() -> Case:
    """The whole case, without the signals that are made for drawing."""
    known = subject()
    return Case(
        subject=known,
        evidence=evidence(known),
        verdict=verdict(),
        ledger=ledger(),
        ledger_history=history(),
        hotspots=(
            Hotspot(
                measure="inuse_space",
                function=PUT,
                file=CACHE,
                line=48,
                value=90.4 * MIB,
                share_fraction=0.93,
                error_fraction=0.02,
                pattern="slice_growth",
                remedy="give the slice its capacity when it is made",
                winnable_fraction=0.3,
                winnable_why="doubling copies each element once more",
            ),
            Hotspot(
                measure="alloc_space",
                function="encoding/json.Marshal",
                file="/usr/local/go/src/encoding/json/encode.go",
                line=161,
                value=506 * MIB,
                share_fraction=0.63,
            ),
        ),
        findings=(
            Finding(
                code="forced_cycle",
                title="One collection was forced",
                detail="Cycle 18 was asked for by runtime.GC or debug.FreeOSMemory.",
                source="gctrace line 37",
            ),
        ),
        remedies=(
            Remedy(
                code="more_memory",
                when="now",
                title="Nothing in GOGC or GOMEMLIMIT saves this one",
                action="Restart before it fills, or raise the limit to gain time.",
                effect="24 MiB more buy 6 s.",
                cost="memory",
                undo="set the limit back",
            ),
            Remedy(
                code="bound_cache",
                when="code",
                title="Bound the cache at internal/cache/cache.go:48",
                action="Give it a size and throw out what was used longest ago.",
                effect="The marked heap stays at the bound.",
                safety="entries that are thrown out must be loaded again",
                order=10,
            ),
        ),
        not_checked=(NotChecked("off_heap", ("MappingLooks",), "goom capture PID reads smaps"),),
    )


def drawn(case: Case | None = None) -> Case:
    """The case with the signals that are made for drawing."""
    seen = case or leak()
    made = (timeline(seen.evidence), flame_graphs(seen.evidence.profiles))
    return replace(seen, signals={type(table): table for table in made})
