"""A small Go process on paper: heap, goroutines and limit over time, turned into real evidence.

Each moment states what survives, what is allocated and what else holds memory; the gctrace, the
MemStats, /proc, the cgroup and the profiles follow from it by the pacer's own rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from goom.case.evidence import Evidence, GoroutineDumps, Profiles
from goom.case.profile import Frame, Profile
from goom.case.series import CgroupSeries, MemStatsSeries, ProcessSeries
from goom.case.subject import Ending, Subject
from goom.case.units import MIB
from goom.case.verdict import Verdict
from goom.diagnose import diagnose
from goom.formats import gctrace

START = 1_700_000_000.0
_STEP = 0.05
_LOOK_EVERY = 20  # steps between two looks at the endpoint
Curve = Callable[[float], float]


@dataclass(frozen=True, kw_only=True)
class Held:
    """A place that holds heap: its share of what survives, and the size of its objects."""

    stack: tuple[Frame, ...]
    share: float = 1.0
    block_bytes: int = 1024


@dataclass(frozen=True, kw_only=True)
class World:
    """Curves over seconds since the start. ``limit_bytes`` kills when it is reached."""

    seconds: float = 30.0
    survives_bytes: Curve = lambda _: 20 * MIB
    allocates_per_second: Curve = lambda _: 20 * MIB
    outside_bytes: Curve = lambda _: 4 * MIB
    stacks_bytes: Curve = lambda _: 0.5 * MIB
    waste_bytes: Curve = lambda _: 1 * MIB
    goroutines: Curve = lambda _: 12
    waiting_stack: tuple[Frame, ...] = ()
    main_stack: tuple[Frame, ...] = (
        Frame("runtime.gopark", "proc.go", 402),
        Frame("internal/poll.(*FD).Accept", "fd.go", 1),
        Frame("main.main", "/src/app/main.go", 20),
        Frame("runtime.main", "proc.go", 271),
    )
    held: Sequence[Held] = ()
    gogc: int = 100
    gomemlimit_bytes: int | None = None
    limit_bytes: int = 128 * MIB
    mark_cpu_per_mib: float = 0.0006
    work_cores: float = 0.3
    dies: bool = field(init=False, default=False)


def verdict(world: World) -> Verdict:
    """What goom says of it."""
    return diagnose(evidence(world)).verdict


def evidence(world: World) -> Evidence:
    """Run the world and look at it as the recorder would."""
    run = _Run(world)
    run.to_the_end()
    end = START + run.now
    ending = Ending(at_seconds=end, signal=9 if run.killed else 15, oom_killed=run.killed)
    subject = Subject(
        name="app",
        go_version="1.22.10",
        gomaxprocs=2,
        gogc_percent=world.gogc,
        gomemlimit_bytes=world.gomemlimit_bytes,
        memory_limit_bytes=world.limit_bytes,
        started_at_seconds=START,
        ending=replace(ending, stopped_by_goom=not run.killed),
    )
    return Evidence(
        subject=subject,
        profiles=Profiles(tuple(run.profiles)),
        goroutine_dumps=GoroutineDumps(()),
        gctrace=gctrace.parse("".join(run.log).encode(), started_at_seconds=START),
        memstats=run.memstats(),
        process=run.process(),
        cgroup=run.cgroup(),
    )


class _Run:
    def __init__(self, world: World) -> None:
        self.world = world
        self.now = 0.0
        self.killed = False
        self.garbage = 0.0
        self.marked = 0.0
        self.goal = 4.0 * MIB * world.gogc / 100
        self.cpu = 0.0
        self.cycle = 0
        self.log: list[str] = []
        self.rows: list[tuple[float, ...]] = []
        self.looks: list[tuple[float, ...]] = []
        self.profiles: list[Profile] = []

    def to_the_end(self) -> None:
        step = 0
        while self.now < self.world.seconds and not self.killed:
            self._step()
            if step % _LOOK_EVERY == 0 or self.killed:
                self._look()
            step += 1

    def _step(self) -> None:
        world, now = self.world, self.now
        survives = world.survives_bytes(now)
        self.garbage += world.allocates_per_second(now) * _STEP
        self.cpu += world.work_cores * _STEP
        live = survives + self.garbage
        if live >= self.goal:
            self._collect(survives, live)
            live = survives
        used = live + world.waste_bytes(now) + world.outside_bytes(now) + world.stacks_bytes(now)
        used += 6 * MIB
        self.killed = used >= world.limit_bytes
        used = min(used, float(world.limit_bytes))
        self.rows.append((now, used, used - 2 * MIB, self.cpu, live))
        self.now += _STEP

    def _collect(self, survives: float, live: float) -> None:
        world = self.world
        self.cycle += 1
        cost = 0.0005 + world.mark_cpu_per_mib * survives / MIB
        self.cpu += cost
        rest = world.outside_bytes(self.now) * 0 + world.stacks_bytes(self.now) + 6 * MIB
        old, goal = self.goal, max(survives * (1 + world.gogc / 100), 4 * MIB * world.gogc / 100)
        if world.gomemlimit_bytes is not None:
            goal = max(min(goal, 0.97 * (world.gomemlimit_bytes - rest)), survives)
        self.goal, self.marked, self.garbage = goal, survives, 0.0
        sizes = "->".join(str(int(size / MIB)) for size in (live, live, survives))
        self.log.append(
            f"gc {self.cycle} @{self.now:.3f}s 1%: 0.05+{cost * 500:.1f}+0.05 ms clock, "
            f"0.1+0/{cost * 1000:.1f}/0+0.1 ms cpu, {sizes} MB, {int(old / MIB)} MB goal, "
            "0 MB stacks, 0 MB globals, 2 P\n"
        )

    def _look(self) -> None:
        world, now = self.world, self.now
        live = self.rows[-1][4]
        self.looks.append(
            (now, live, live + world.waste_bytes(now), world.stacks_bytes(now), self.cycle)
        )
        self.profiles.append(self._heap(now))
        self.profiles.append(self._goroutine_profile(now))

    def _heap(self, now: float) -> Profile:
        world = self.world
        survives = min(world.survives_bytes(now), self.marked or 1.0)
        rows = []
        for held in world.held:
            space = held.share * survives
            made = 3 * space + world.allocates_per_second(now) * now
            rows.append(
                (held.stack, (space, space / held.block_bytes, made, made / 512), held.block_bytes)
            )
        types = ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")
        return profile("heap", now, types, rows)

    def _goroutine_profile(self, now: float) -> Profile:
        world = self.world
        waiting = world.goroutines(now)
        stack = world.waiting_stack or (
            Frame("runtime.gopark", "proc.go", 402),
            Frame("internal/poll.runtime_pollWait", "netpoll.go", 345),
            Frame("net/http.(*conn).serve", "server.go", 2000),
        )
        rows = [(world.main_stack, (1.0,), 0), (stack, (max(waiting - 1, 0.0),), 0)]
        return profile("goroutine", now, ("goroutine",), rows)

    def _columns(self) -> tuple[np.ndarray, ...]:
        return tuple(np.array(self.rows, dtype=np.float64).T)

    def memstats(self) -> MemStatsSeries:
        now, alloc, inuse, stacks, cycles = np.array(self.looks, dtype=np.float64).T
        zero = np.zeros(len(now))
        columns = {
            "HeapAlloc": alloc,
            "HeapInuse": inuse,
            "HeapIdle": zero,
            "HeapReleased": zero,
            "StackInuse": stacks,
            "NumGC": cycles,
            "GCSys": zero + 4 * MIB,
        }
        return MemStatsSeries(START + now, columns)

    def process(self) -> ProcessSeries:
        now, _, rss, cpu, _ = self._columns()
        columns = {"rss_bytes": rss, "rss_anon_bytes": rss, "user_seconds": cpu}
        return ProcessSeries(START + now, {**columns, "system_seconds": np.zeros(len(now))})

    def cgroup(self) -> CgroupSeries:
        now, used, *_ = self._columns()
        limit = np.full(len(now), float(self.world.limit_bytes))
        return CgroupSeries(START + now, {"usage_bytes": used, "limit_bytes": limit})


def profile(
    kind: str,
    now: float,
    types: tuple[str, ...],
    rows: Sequence[tuple[tuple[Frame, ...], tuple[float, ...], int]],
) -> Profile:
    """A profile of plain stacks, one line to a location."""
    frames = list(dict.fromkeys(frame for stack, _, _ in rows for frame in stack))
    place = {frame: index for index, frame in enumerate(frames)}
    stacks = [[place[frame] for frame in stack] for stack, _, _ in rows]
    return Profile(
        kind=kind,
        taken_at_seconds=START + now,
        sample_types=tuple((name, "bytes" if "space" in name else "count") for name in types),
        values=np.array([values for _, values, _ in rows], dtype=np.int64).reshape(-1, len(types)),
        stack_offsets=np.cumsum([0, *map(len, stacks)], dtype=np.int64),
        stack_locations=np.array([one for stack in stacks for one in stack], dtype=np.int32),
        location_offsets=np.arange(len(frames) + 1, dtype=np.int64),
        line_functions=np.arange(len(frames), dtype=np.int32),
        line_numbers=np.array([frame.line for frame in frames], dtype=np.int64),
        functions=tuple(frame.function for frame in frames),
        files=tuple(frame.file for frame in frames),
        block_bytes=np.array([block for _, _, block in rows], dtype=np.int64),
        labels={},
    )


SERVED = (
    Frame("net/http.HandlerFunc.ServeHTTP", "server.go", 2136),
    Frame("net/http.(*conn).serve", "server.go", 2009),
)


def handler(function: str, line: int = 40) -> tuple[Frame, ...]:
    """The stack of something that a request allocated in one of the user's functions."""
    return (Frame(function, "/src/app/app.go", line), *SERVED)
