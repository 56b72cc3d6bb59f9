"""Facts made by hand: what is seen of a cache that leaks for 24 s until the kernel kills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from goom.case.evidence import Evidence, NotRead, Profiles
from goom.case.gctrace import GCCycles, GCTrace, PacerLines, Scavenges
from goom.case.profile import Profile
from goom.case.series import CgroupSeries, ProcessSeries
from goom.case.subject import Ending, Subject
from goom.case.units import MIB

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
    frames: dict[tuple[str, str, int], int] = {}
    functions: dict[tuple[str, str], int] = {}
    for frame in (frame for stack in stacks for frame in stack):
        frames.setdefault(frame, len(frames))
        functions.setdefault(frame[:2], len(functions))
    return Profile(
        kind=kind,
        taken_at_seconds=at_seconds,
        sample_types=tuple(types),
        values=np.array(values, dtype=np.int64).reshape(len(stacks), len(types)),
        stack_offsets=np.cumsum([0, *(len(stack) for stack in stacks)]).astype(np.int64),
        stack_locations=np.array(
            [frames[frame] for stack in stacks for frame in reversed(stack)], dtype=np.int32
        ),
        location_offsets=np.arange(len(frames) + 1, dtype=np.int64),
        line_functions=np.array([functions[frame[:2]] for frame in frames], dtype=np.int32),
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
