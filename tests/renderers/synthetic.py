"""A rich case made by hand: a cache that leaks for 24 s until the kernel kills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from math import nan
from typing import Any

import numpy as np

from goom.case.evidence import Evidence, NotRead, Profiles
from goom.case.gctrace import GCCycles, GCTrace, PacerLines, Scavenges
from goom.case.hotspot import Hotspot
from goom.case.ledger import LEDGER_KEYS, Ledger, LedgerHistory, LedgerLine
from goom.case.model import Case
from goom.case.profile import Profile
from goom.case.series import CgroupSeries, ProcessSeries
from goom.case.subject import Ending, Subject
from goom.case.units import MIB
from goom.case.verdict import Blame, Finding, NotChecked, Reason, Remedy, Rival, Verdict
from goom.signals.flame import flame_graphs
from goom.signals.timeline import timeline

STARTED = 1_790_000_000.0
LIFE_SECONDS = 24.1
LIMIT = 128 * MIB
PUT = "example.com/catalogweb/internal/cache.(*Cache).Put"
CACHE = "/build/catalogweb/internal/cache/cache.go"

Stack = Sequence[tuple[str, str, int]]

SERVE: Stack = (
    ("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go", 2009),
    ("net/http.serverHandler.ServeHTTP", "/usr/local/go/src/net/http/server.go", 2938),
    ("example.com/catalogweb/internal/web.(*Server).handleItem", "/build/catalogweb/web.go", 71),
)
STACKS: tuple[Stack, ...] = (
    (*SERVE, ("example.com/catalogweb/internal/catalog.Load", "/build/catalogweb/load.go", 30),
     (PUT, CACHE, 48), ("bytes.growSlice", "/usr/local/go/src/bytes/buffer.go", 250)),
    (*SERVE, ("encoding/json.Marshal", "/usr/local/go/src/encoding/json/encode.go", 161),
     ("encoding/json.(*encodeState).marshal", "/usr/local/go/src/encoding/json/encode.go", 295)),
    (*SERVE, ("fmt.Sprintf", "/usr/local/go/src/fmt/print.go", 239)),
    (("runtime.main", "/usr/local/go/src/runtime/proc.go", 271),
     ("main.main", "/build/catalogweb/main.go", 25),
     ("runtime/pprof.StartCPUProfile", "/usr/local/go/src/runtime/pprof/pprof.go", 789)),
)  # fmt: skip


def profile(
    kind: str,
    at_seconds: float,
    types: Sequence[tuple[str, str]],
    stacks: Sequence[Stack],
    values: Sequence[Sequence[int]],
) -> Profile:
    """A profile of root-first stacks, one location by frame."""
    frames = list(dict.fromkeys(frame for stack in stacks for frame in stack))
    functions = list(dict.fromkeys((name, file) for name, file, _ in frames))
    return Profile(
        kind=kind,
        taken_at_seconds=at_seconds,
        sample_types=tuple(types),
        values=np.array(values, dtype=np.int64).reshape(len(stacks), len(types)),
        stack_offsets=np.cumsum([0, *(len(stack) for stack in stacks)]).astype(np.int64),
        stack_locations=np.array(
            [frames.index(frame) for stack in stacks for frame in reversed(stack)], dtype=np.int32
        ),
        location_offsets=np.arange(len(frames) + 1, dtype=np.int64),
        line_functions=np.array([functions.index(frame[:2]) for frame in frames], dtype=np.int32),
        line_numbers=np.array([frame[2] for frame in frames], dtype=np.int64),
        functions=tuple(name for name, _ in functions),
        files=tuple(file for _, file in functions),
        block_bytes=np.zeros(len(stacks), dtype=np.int64),
        labels={},
        period=524288,
        origin=f"pprof/{kind}.pb.gz",
    )


def heap_profile(at_seconds: float, live_mib: float) -> Profile:
    live = [int(live_mib * MIB * share) for share in (0.93, 0.04, 0.01, 0.02)]
    made = [int(at_seconds - STARTED) * MIB * rate for rate in (5, 22, 8, 0)]
    rows = [
        (max(alloc, size) // 480, max(alloc, size), size // 480, size)
        for alloc, size in zip(made, live, strict=True)
    ]
    types = (
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    )
    return profile("heap", at_seconds, types, STACKS, rows)


def goroutine_profile(at_seconds: float) -> Profile:
    stacks = (
        (*SERVE[:1], ("net.(*conn).Read", "/usr/local/go/src/net/net.go", 179)),
        STACKS[3],
        (("runtime.gopark", "/usr/local/go/src/runtime/proc.go", 398),),
    )
    return profile("goroutine", at_seconds, (("goroutine", "count"),), stacks, ((11,), (1,), (2,)))


def marked_bytes(seconds: np.ndarray) -> np.ndarray:
    return (2.2 + 3.9 * seconds) * MIB


def trace(count: int = 41) -> GCTrace:
    at = LIFE_SECONDS * (np.arange(1, count + 1) / (count + 1)) ** 1.6
    marked = np.floor(marked_bytes(at) / MIB) * MIB
    goal = np.maximum(2 * np.concatenate(([2 * MIB], marked[:-1])), 4 * MIB)
    end = np.minimum(goal * 1.02, marked + 30 * MIB)
    ones = np.ones(count)
    wave = 1 + 0.4 * np.sin(np.arange(count))
    cycles = GCCycles(
        line=np.arange(3, 3 + 2 * count, 2),
        process=np.zeros(count, dtype=np.int64),
        number=np.arange(1, count + 1),
        at_seconds=at,
        gc_cpu_fraction=np.clip(0.03 * ones + 0.01 * np.sin(at), 0, 1).round(2),
        sweep_termination_seconds=2.1e-5 * wave,
        mark_seconds=marked / MIB * 9e-5 * wave,
        mark_termination_seconds=1.8e-5 * wave,
        sweep_termination_cpu_seconds=4.2e-5 * wave,
        assist_cpu_seconds=marked / MIB * 2e-5 * wave,
        background_cpu_seconds=marked / MIB * 9e-5 * wave,
        idle_cpu_seconds=marked / MIB * 4e-5,
        mark_termination_cpu_seconds=3.6e-5 * wave,
        heap_start_bytes=end * 0.96,
        heap_end_bytes=end,
        heap_marked_bytes=marked,
        goal_bytes=goal,
        stacks_bytes=0.3 * MIB * ones,
        globals_bytes=0.2 * MIB * ones,
        procs=np.full(count, 2),
        forced=np.arange(count) == 17,
        leak_check=np.zeros(count, dtype=np.bool_),
    )
    return GCTrace(
        cycles=cycles,
        scavenges=Scavenges(**_empty(Scavenges)),
        pacer=PacerLines(**_empty(PacerLines)),
        started_at_seconds=STARTED,
        lines_read=2 * count + 4,
        malformed_count=1,
        malformed_lines=((85, "cut off in the middle"),),
        origin="stderr/trace-000000.log",
    )


def _empty(table: type[Any]) -> dict[str, Any]:
    return {field.name: np.zeros(0) for field in fields(table)}


def evidence(subject: Subject) -> Evidence:
    seconds = np.arange(0.1, LIFE_SECONDS, 0.1)
    tooth = (seconds * 1.7) % 1.0
    heap = np.minimum(marked_bytes(seconds) * (1 + 0.25 * tooth), LIMIT - 9 * MIB)
    rss = heap + 8 * MIB
    process = ProcessSeries(
        STARTED + seconds,
        {
            "rss_bytes": rss,
            "rss_anon_bytes": rss - 5 * MIB,
            "rss_file_bytes": np.full_like(rss, 5 * MIB),
            "threads": np.full_like(rss, 9),
            "user_seconds": seconds * 0.9,
            "system_seconds": seconds * 0.1,
        },
    )
    cgroup = CgroupSeries(
        STARTED + seconds,
        {
            "usage_bytes": np.minimum(rss + 1 * MIB, LIMIT),
            "limit_bytes": np.full_like(rss, LIMIT),
            "oom_kills": np.where(seconds > LIFE_SECONDS - 0.15, 1.0, 0.0),
        },
    )
    looks = (2.0, 9.0, 16.0, 23.8)
    return Evidence(
        subject=subject,
        profiles=Profiles(
            (
                *(heap_profile(STARTED + at, 2 + 3.9 * at) for at in looks),
                *(goroutine_profile(STARTED + at) for at in looks),
            )
        ),
        gctrace=trace(),
        process=process,
        cgroup=cgroup,
        not_read=(NotRead("smaps_rollup", "the process was gone", "goom capture reads it live"),),
        sources=("catalogweb.goom",),
    )


def subject() -> Subject:
    return Subject(
        name="catalogweb",
        pid=4711,
        command=("./catalogweb", "-addr", "127.0.0.1:0"),
        go_version="1.22.10",
        main_packages=("example.com/catalogweb",),
        gomaxprocs=2,
        gogc_percent=100,
        memory_limit_bytes=LIMIT,
        cgroup_version=1,
        started_at_seconds=STARTED,
        observed_from_seconds=STARTED + 0.1,
        observed_to_seconds=STARTED + LIFE_SECONDS,
        environment={"GODEBUG": "gctrace=1,scavtrace=1"},
        ending=Ending(
            at_seconds=STARTED + LIFE_SECONDS, signal=9, oom_killed=True, oom_kill_count=1
        ),
    )


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
            Blame(PUT, CACHE, 48, 0.93, "what grew: 90.4 MiB in 212 thousand objects"),
            Blame("encoding/json.Marshal", "/usr/local/go/src/encoding/json/encode.go", 161, 0.04,
                  "what grew"),
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
                title="More memory buys little",
                action="Nothing in GOGC or GOMEMLIMIT saves this one",
                effect="more memory buys 6 s for each 24 MiB",
                cost="memory",
                undo="set the limit back",
            ),
            Remedy(
                code="bound_cache",
                when="code",
                title="Bound the cache",
                action="Bound the cache at internal/cache/cache.go:48",
                effect="the marked heap stays at the bound",
                safety="entries that are thrown out must be loaded again",
                order=10,
            ),
        ),
        not_checked=(NotChecked("off_heap", ("MappingLooks",), "goom capture PID reads smaps"),),
    )


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "\x1b[2J\x1b[31mred\x9b2J\x07",
    '=cmd|" /C calc"!A0',
    "</script><script>alert(1)</script>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) http://evil.example",
    "`code` | cell | @team <!-- x --> &lt;",
    "rtl \u202e\u2066 zero\u200bwidth \u2028 line",
    "two\nlines\r\ttab",
    "lone \udc80 surrogate",
    "w" * 3000,
)


def hostile() -> Case:
    """The same case with every name replaced by something that would like to be more."""
    case = leak()
    blame = tuple(Blame(name, name, 7, 0.1, name) for name in HOSTILE)
    spots = tuple(replace(case.hotspots[0], function=name, file=name) for name in HOSTILE)
    stacks = tuple(((name, name, 1),) for name in HOSTILE)
    types = (("inuse_space", "bytes"), ("alloc_space", "bytes"))
    heap = profile("heap", STARTED + 5, types, stacks, [(MIB, 2 * MIB)] * len(stacks))
    everything = " ".join(HOSTILE)
    reasons = tuple(Reason(name, 1.0, name) for name in HOSTILE)
    return replace(
        case,
        subject=replace(case.subject, name=everything, command=HOSTILE),
        evidence=replace(
            case.evidence,
            profiles=Profiles((heap,)),
            not_read=tuple(NotRead(name, name, name) for name in HOSTILE),
            sources=HOSTILE,
        ),
        verdict=replace(
            case.verdict,
            summary=everything,
            blame=blame,
            speaks_for=reasons,
            speaks_against=reasons,
            missing=HOSTILE,
            tell_apart=everything,
            rivals=tuple(Rival("off_heap", nan, reasons, reasons) for _ in range(3)),
        ),
        hotspots=spots,
        findings=tuple(Finding(code=n, title=n, detail=n, source=n) for n in HOSTILE),
        remedies=tuple(Remedy(code=n, when="now", title=n, action=n, effect=n) for n in HOSTILE),
        not_checked=tuple(NotChecked(name, (name,), name) for name in HOSTILE),
        ledger=replace(
            case.ledger,
            notes=HOSTILE,
            lines=tuple(LedgerLine("unexplained", name, MIB, 0, (), name) for name in HOSTILE),
        )
        if case.ledger
        else None,
    )


def healthy() -> Case:
    case = leak()
    flat = replace(
        case.subject, ending=Ending(at_seconds=STARTED + 60, exit_code=0, stopped_by_goom=True)
    )
    return replace(
        case,
        subject=flat,
        verdict=Verdict(
            cause="healthy",
            scenario="steady",
            confidence=0.97,
            summary="What survives each collection stays between 14.1 and 14.9 MiB over"
            " 412 collections; the highest usage was 41.2 of 128.0 MiB.",
            rivals=(
                Rival("heap_leak", 0.02, (), (Reason("the marked heap is flat", 4.0, "gctrace"),)),
            ),
        ),
        remedies=(),
    )


def cannot_tell() -> Case:
    case = leak()
    bare = Subject(name="heap.pb.gz")
    return replace(
        case,
        subject=bare,
        evidence=Evidence(subject=bare, sources=("heap.pb.gz",)),
        ledger=None,
        ledger_history=None,
        hotspots=(),
        remedies=(),
        verdict=Verdict(
            cause="cannot_tell",
            summary="One heap profile shows what is live, not whether it grows.",
            rivals=(
                Rival("heap_leak", 0.4, (Reason("one function holds 93 %", 0.5, "heap"),), ()),
                Rival("healthy", 0.3, (), ()),
            ),
            missing=("a second heap profile, a minute later", "a GC trace"),
            tell_apart="goom capture --for 60s PID takes both",
        ),
    )


def drawn(case: Case | None = None) -> Case:
    """The case with the signals that are made for drawing."""
    seen = case or leak()
    made = (timeline(seen.evidence), flame_graphs(seen.evidence.profiles))
    return replace(seen, signals={type(table): table for table in made})
