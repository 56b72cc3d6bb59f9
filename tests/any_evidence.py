"""Any evidence that the loaders can hand over: odd, empty, torn, hostile; for property tests."""

from __future__ import annotations

from math import inf, nan

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from goom.case.binary import BinaryCalls
from goom.case.ebpf import CALLS, KINDS, EbpfLooks
from goom.case.evidence import Evidence, GoroutineDumps, MappingLooks, Profiles
from goom.case.gctrace import GCTrace
from goom.case.profile import Frame, GoroutineDump, Profile
from goom.case.series import (
    CgroupSeries,
    Mappings,
    MemStatsSeries,
    MetricsSeries,
    ProcessSeries,
)
from goom.case.subject import Ending, Subject
from goom.case.surroundings import NumaLooks, NumaMaps, Surroundings, SurroundingsLooks
from goom.formats import gctrace
from tests.any_surroundings import SURROUNDINGS, numa_maps
from tests.ebpf_looks import look

Floats = NDArray[np.float64]

_PROCESS = (
    "rss_bytes", "rss_anon_bytes", "rss_file_bytes", "rss_shmem_bytes", "vm_size_bytes",
    "page_table_bytes", "swap_bytes", "threads", "user_seconds", "system_seconds",
)  # fmt: skip
_CGROUP = (
    "usage_bytes", "limit_bytes", "peak_bytes", "anon_bytes", "file_bytes", "mapped_file_bytes",
    "shmem_bytes", "kernel_bytes", "slab_bytes", "swap_bytes", "limit_hits", "oom_kills",
)  # fmt: skip
_MEMSTATS = (
    "HeapAlloc", "HeapInuse", "HeapIdle", "HeapReleased", "HeapSys", "StackInuse", "StackSys",
    "MSpanInuse", "GCSys", "OtherSys", "BuckHashSys", "Sys", "TotalAlloc", "NextGC", "NumGC",
    "NumGoroutine", "Mallocs", "Frees", "LastGC",
)  # fmt: skip
_METRICS = ("go_goroutines", "go_gc_gomemlimit_bytes", "process_resident_memory_bytes", "up")
_FRAMES = (
    Frame("runtime.main", "/go/src/runtime/proc.go", 271),
    Frame("main.main", "/src/app/main.go", 20),
    Frame("main.(*Cache).Put", "/src/app/cache.go", 48),
    Frame("main.load.func1", "", 0),
    Frame("runtime.gopark", "/go/src/runtime/proc.go", 402),
    Frame("runtime.chansend1", "/go/src/runtime/chan.go", 145),
    Frame("internal/poll.(*FD).Accept", "/go/src/internal/poll/fd_unix.go", 600),
    Frame("syscall.Mmap", "/go/src/syscall/syscall_unix.go", 200),
    Frame("runtime.doInit1", "/go/src/runtime/proc.go", 7176),
    Frame("github.com/x/y/v2.Do", "/root/go/pkg/mod/github.com/x/y/v2@v2.0.1/y.go", 5),
    Frame("", "", 0),
    Frame("\x1b[2J<script>", "a\nb", -3),
)
_TYPES = {
    "heap": ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects"),
    "allocs": ("alloc_space", "alloc_objects"),
    "goroutine": ("goroutine",),
    "goroutineleak": ("goroutineleak",),
    "cpu": ("samples", "cpu"),
    "threadcreate": ("threadcreate",),
}

_epoch = st.one_of(
    st.floats(1.7e9, 1.7e9 + 60), st.sampled_from([1.7e9, 0.0, -5.0, 9.2e9]), st.just(nan)
)
_whole = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0**20, 2.0**27, 2.0**62, 2.0**63]),
    st.integers(0, 2**31).map(float),
)
_cell = st.one_of(_whole, st.just(nan), st.sampled_from([-1.0, 1e300]))
_wild_cell = st.one_of(_cell, st.sampled_from([inf, -inf]))


def _column(size: int, cell: st.SearchStrategy[float]) -> st.SearchStrategy[Floats]:
    rising = st.tuples(_whole, st.floats(0, 1e8)).map(lambda ab: ab[0] + ab[1] * np.arange(size))
    odd = st.lists(cell, min_size=size, max_size=size).map(lambda row: np.array(row, float))
    empty = st.just(np.full(size, nan))
    return st.one_of(rising, rising, odd, empty)


def _times(size: int) -> st.SearchStrategy[Floats]:
    known = st.lists(
        st.one_of(st.floats(1.7e9, 1.7e9 + 60), st.sampled_from([-1e300, 0.0, 1e300])),
        min_size=size,
        max_size=size,
        unique=True,
    )
    return known.map(lambda row: np.array(sorted(row), float))


@st.composite
def _series(
    draw: st.DrawFn, names: tuple[str, ...], wild: bool = False
) -> tuple[Floats, dict[str, Floats]]:
    size = draw(st.sampled_from([0, 1, 2, 3, 9, 40]))
    time = draw(_times(size))
    chosen = draw(st.lists(st.sampled_from(names), unique=True))
    if draw(st.booleans()):
        chosen = list(names)
    cell = _wild_cell if wild else _cell
    return time, {name: draw(_column(size, cell)) for name in chosen}


@st.composite
def _memstats(draw: st.DrawFn) -> MemStatsSeries:
    time, columns = draw(_series(_MEMSTATS))
    if len(time) and draw(st.booleans()):
        time = np.append(time[:-1], nan)  # a look of unknown time comes last
    columns = {name: np.clip(column, 0, 2.0**64 - 2048) for name, column in columns.items()}
    sizes = draw(st.sampled_from([{}, {8: (5, 3), 32768: (10**18, 1)}]))
    return MemStatsSeries(time, columns, by_size=sizes, pauses_seconds=(0.1,) if sizes else ())


@st.composite
def _profile(draw: st.DrawFn) -> Profile:
    kind = draw(st.sampled_from(sorted(_TYPES)))
    types = _TYPES[kind]
    frames = draw(st.lists(st.sampled_from(_FRAMES), unique=True, max_size=len(_FRAMES)))
    count = draw(st.integers(0, 5)) if frames else draw(st.integers(0, 1))
    places = st.lists(st.integers(0, len(frames) - 1), max_size=8) if frames else st.just([])
    stacks = [draw(places) for _ in range(count)]
    value = st.one_of(st.integers(0, 2**30), st.sampled_from([0, -1, 2**63 - 1, -(2**63)]))
    rows = [[draw(value) for _ in types] for _ in range(count)]
    return Profile(
        kind=kind,
        taken_at_seconds=draw(_epoch),
        sample_types=tuple((name, "bytes" if "space" in name else "count") for name in types),
        values=np.array(rows, dtype=np.int64).reshape(count, len(types)),
        stack_offsets=np.cumsum([0, *map(len, stacks)], dtype=np.int64),
        stack_locations=np.array([one for stack in stacks for one in stack], dtype=np.int32),
        location_offsets=np.arange(len(frames) + 1, dtype=np.int64),
        line_functions=np.arange(len(frames), dtype=np.int32),
        line_numbers=np.array([frame.line for frame in frames], dtype=np.int64),
        functions=tuple(frame.function for frame in frames),
        files=tuple(frame.file for frame in frames),
        block_bytes=np.array(
            [draw(st.sampled_from([0, 8, 2**20, -(2**63)])) for _ in range(count)], dtype=np.int64
        ),
        labels={},
        period=draw(st.sampled_from([0, 512 * 1024, -1])),
        origin="heap.pb.gz",
    )


@st.composite
def _dump(draw: st.DrawFn) -> GoroutineDump:
    stacks = tuple(
        tuple(stack)
        for stack in draw(
            st.lists(st.lists(st.sampled_from(_FRAMES), max_size=6), min_size=1, max_size=4)
        )
    )
    groups = draw(st.integers(1, 6))
    pick = st.sampled_from(["", "chan receive", "select", "IO wait", "running"])
    counts = [draw(st.integers(1, 10**6)) for _ in range(groups)]
    return GoroutineDump(
        taken_at_seconds=draw(_epoch),
        ids=np.zeros(groups, np.int64),
        counts=np.array(counts, np.int64),
        states=tuple(draw(pick) for _ in range(groups)),
        wait_minutes=np.array([draw(st.integers(0, 90)) for _ in range(groups)], np.int64),
        leaked=np.array([draw(st.booleans()) for _ in range(groups)], bool),
        locked_to_thread=np.zeros(groups, bool),
        stack_ids=np.array([draw(st.integers(0, len(stacks) - 1)) for _ in range(groups)], "i4"),
        stacks=stacks,
        created_by=tuple(draw(st.sampled_from(_FRAMES)) for _ in range(groups)),
        elided_frames=np.zeros(groups, np.int64),
    )


@st.composite
def _mappings(draw: st.DrawFn) -> Mappings:
    count = draw(st.integers(0, 5))
    names = ("", "[heap]", "[stack]", "[anon: Go: heap]", "/app", "/lib/libc.so.6")
    starts = np.sort(np.array([draw(st.integers(0, 2**47)) for _ in range(count)], np.uint64))
    sizes = [np.array([draw(_whole) for _ in range(count)]) for _ in range(6)]
    return Mappings(
        taken_at_seconds=draw(_epoch),
        start=starts,
        end=starts + np.uint64(4096),
        permissions=tuple(draw(st.sampled_from(["rw-p", "r-xp", "---p"])) for _ in range(count)),
        names=tuple(draw(st.sampled_from(names)) for _ in range(count)),
        rss_bytes=sizes[0],
        pss_bytes=sizes[1],
        anonymous_bytes=sizes[2],
        private_dirty_bytes=sizes[3],
        anon_huge_bytes=sizes[4],
        swap_bytes=sizes[5],
    )


@st.composite
def _trace(draw: st.DrawFn) -> GCTrace:
    """A log of one or two processes, times that may go back, with and without a goal."""
    lines, at, kept = [], 0.0, draw(st.integers(0, 100))
    for number in range(1, draw(st.integers(0, 30)) + 1):
        at += draw(st.sampled_from([0.0, 0.1, 2.0, -0.3]))
        kept = max(0, kept + draw(st.integers(-2, 5)))
        high = kept + draw(st.integers(0, 60))
        goal = draw(st.sampled_from([4, high, 2 * kept, (1 << 43) - 1]))
        first = draw(st.sampled_from([number, number, number, 1]))
        lines.append(
            f"gc {first} @{max(at, 0):.3f}s 1%: 0.05+{draw(st.sampled_from([0, 3.5]))}+0.05 ms "
            f"clock, 0.1+0/{draw(st.sampled_from([0, 40]))}/0+0.1 ms cpu, "
            f"{high}->{high}->{kept} MB, {goal} MB goal, 0 MB stacks, 0 MB globals, 2 P\n"
        )
    tail = draw(st.sampled_from(["", "fatal error: runtime: out of memory\n", "scav 1 KiB work"]))
    started = draw(_epoch)
    return gctrace.parse(("".join(lines) + tail).encode(), started_at_seconds=started)


def _maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), strategy)


_ENDINGS = st.builds(
    Ending,
    at_seconds=_epoch,
    exit_code=st.sampled_from([None, 0, 2]),
    signal=st.sampled_from([None, 9, 15, 200]),
    oom_killed=st.booleans(),
    limit_enforced_by_goom=st.booleans(),
    go_out_of_memory=st.booleans(),
    stopped_by_goom=st.booleans(),
)
_SUBJECTS = st.builds(
    Subject,
    name=st.sampled_from(["subject", "app", "", "x" * 500, "\x1b[31m"]),
    pid=st.sampled_from([None, 0, 4242]),
    go_version=st.sampled_from([None, "1.22.10", "1.27.3", "devel", ""]),
    main_packages=st.sampled_from([(), ("example.com/shop",), ("main",)]),
    gomaxprocs=st.sampled_from([None, 0, 1, 4, 10**6]),
    gogc_percent=st.sampled_from([None, -1, 0, 100, 10**9]),
    gomemlimit_bytes=st.sampled_from([None, 0, 2**26, 2**63 - 1]),
    memory_limit_bytes=st.sampled_from([None, 0, 1, 2**27, 2**63 - 1]),
    cgroup_version=st.sampled_from([None, 1, 2]),
    started_at_seconds=_epoch,
    observed_from_seconds=_epoch,
    observed_to_seconds=_epoch,
    ending=_maybe(_ENDINGS),
)
_BINARIES = st.builds(
    BinaryCalls,
    st.dictionaries(
        st.sampled_from(["sync.(*Pool).Put", "syscall.Mmap", "runtime.mapassign_fast64", "x"]),
        st.lists(st.sampled_from(_FRAMES), max_size=3).map(tuple),
    ),
)


_CALLS = st.tuples(
    st.sampled_from(sorted(CALLS)),
    st.floats(0, 10),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=6).map(tuple),
    st.integers(-1, 4),
)
_EBPF = st.lists(
    st.builds(look, st.sampled_from(KINDS), st.lists(_CALLS, max_size=8)), max_size=3
).map(lambda looks: EbpfLooks(tuple(looks)))


def _moment(look: Profile | GoroutineDump | Mappings | Surroundings | NumaMaps) -> float:
    return inf if np.isnan(look.taken_at_seconds) else look.taken_at_seconds


def _looks(strategy: st.SearchStrategy, most: int) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most).map(lambda some: tuple(sorted(some, key=_moment)))


def evidence() -> st.SearchStrategy[Evidence]:
    """Any subset of the kinds, each as odd as its loader lets it be."""
    return st.builds(
        Evidence,
        subject=_SUBJECTS,
        profiles=_looks(_profile(), 6).map(Profiles),
        goroutine_dumps=_looks(_dump(), 3).map(GoroutineDumps),
        mappings=_looks(_mappings(), 2).map(MappingLooks),
        surroundings=_looks(SURROUNDINGS, 2).map(SurroundingsLooks),
        numa=_looks(numa_maps(), 1).map(NumaLooks),
        gctrace=_maybe(_trace()),
        memstats=_maybe(_memstats()),
        process=_maybe(_series(_PROCESS).map(lambda parts: ProcessSeries(*parts))),
        cgroup=_maybe(_series(_CGROUP).map(lambda parts: CgroupSeries(*parts))),
        metrics=_maybe(_series(_METRICS, wild=True).map(lambda parts: MetricsSeries(*parts))),
        binary=_maybe(_BINARIES),
        ebpf=_EBPF,
    )
