"""eBPF looks at real Go programs: what they hold, what grows, when they collect; and the budget."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.sources.ebpf_subjects import CGO_PROGRAM, PIE, STRIPPED, running

from goom.case.ebpf import BUDGET, EbpfLook
from goom.case.ebpf_found import StillMapped
from goom.signals.ebpf.collector import collector
from goom.signals.ebpf.growth import growers
from goom.signals.ebpf.mappings import GO_HEAP, MMAP, account, kind_of
from goom.sources.ebpf import bpftrace
from goom.sources.ebpf.looks import EbpfOptions, Looking, take

pytestmark = [pytest.mark.ebpf, pytest.mark.real_go]

KINDS = {"plain": (), "stripped": STRIPPED, "pie": PIE, "stripped pie": (*STRIPPED, *PIE)}


def look_at(pid: int, what: str, seconds: float = 0.6, budget: float = 0.2) -> EbpfLook:
    options = EbpfOptions(what=(what,), seconds=seconds, budget_fraction=budget)
    return take(pid, options)[0]


def leaking(found: StillMapped) -> dict[str, int]:
    """Bytes that a function of the program mapped itself and that are still mapped.

    Under the same functions the runtime maps arenas: syscall.Mmap keeps a map of its areas.
    """
    sums: dict[str, int] = {}
    for row in found.rows:
        if row.kind != MMAP:
            continue
        for frame in row.stack:
            if frame.function.startswith("main.") and row.still_mapped_bytes:
                sums[frame.function] = sums.get(frame.function, 0) + row.still_mapped_bytes
    return sums


@pytest.mark.parametrize(
    ("version", "kind"),
    [("1.21.13", "stripped"), ("1.22.10", "plain"), ("1.27.3", "stripped pie")],
)
def test_the_stack_of_a_leaked_mapping_is_found(version: str, kind: str) -> None:
    with running(version, "mmap", KINDS[kind]) as subject:
        before = subject.ask()["maps"]
        look = look_at(subject.pid, "mmap")
        after = subject.ask()["maps"]
    found = leaking(account(look))
    assert 0 < found["main.leakPage"] <= (after - before) * (256 << 10)
    # One area is in use at the moment that the look ends, at most.
    assert found.get("main.usePage", 0) <= 96 << 10
    rows = [row for row in account(look).rows if row.kind != GO_HEAP]  # an arena has 64 MiB
    assert rows[0].kind == MMAP
    # The runtime fetches memory for its own tables in pieces of 256 KiB as well.
    mapped = [kind_of(look.stack(one), one.figure("flags")) for one in look.events("mmap")
              if one.figure("size") == 256 << 10].count(MMAP)  # fmt: skip
    assert found["main.leakPage"] == mapped * (256 << 10)


@pytest.mark.parametrize(("version", "kind"), [("1.22.10", "plain"), ("1.27.3", "stripped pie")])
def test_the_go_function_behind_a_leak_in_c_is_found(version: str, kind: str) -> None:
    with running(version, "", KINDS[kind], program=CGO_PROGRAM) as subject:
        look = look_at(subject.pid, "mmap")
    found = account(look)
    rows = [row for row in found.rows if row.kind == "c" and row.still_mapped_bytes]
    # malloc reserves 128 MiB, of which nothing is resident, for a thread that is new to it.
    ours = [row for row in rows if any(one.function.startswith("main.") for one in row.stack)]
    largest = max(ours, key=lambda row: row.still_mapped_bytes)
    assert "main.keepLarge" in [frame.function for frame in largest.stack]
    assert largest.still_mapped_bytes >= largest.calls * 300_000


@pytest.mark.parametrize(
    ("version", "kind"), [("1.21.13", "pie"), ("1.22.10", "stripped"), ("1.27.3", "plain")]
)
def test_the_function_in_which_stacks_grow_is_found(version: str, kind: str) -> None:
    with running(version, "stacks", KINDS[kind]) as subject:
        look = look_at(subject.pid, "stacks")
    found = growers(look)
    first = found.rows[0]
    assert first.frame.function == "main.descend"
    assert first.frame.file.endswith("ebpf_subject/main.go")
    assert first.largest_bytes == 32 << 10
    assert {size for size, _ in first.sizes} <= {4 << 10, 8 << 10, 16 << 10, 32 << 10}
    frames = [frame.function for row in found.rows for frame in row.stack]
    assert "main.deep" in frames
    # Each goroutine grows in the same steps: the counts of two sizes differ by one under way.
    counts = dict(first.sizes)
    assert abs(counts[16 << 10] - counts[32 << 10]) <= 1


@pytest.mark.parametrize(("version", "kind"), [("1.21.13", "stripped"), ("1.27.3", "stripped pie")])
def test_a_program_that_grows_stacks_all_the_time_is_let_go_at_once(
    version: str, kind: str
) -> None:
    with running(version, "fast", KINDS[kind]) as subject:
        began = time.monotonic()
        look = look_at(subject.pid, "stacks", seconds=20.0, budget=0.01)
        took = time.monotonic() - began
    assert look.stopped == BUDGET
    # It was let go: that takes a second or two with all that is put in place, else 20 and more.
    assert took < 10
    assert look.seconds < 1.0
    # 10 ms may be spent at once: 286 hits of 35 µs, and 1 % of the time that it took.
    assert 285 <= len(look) < 286 + 286 * look.seconds + 50
    # The kernel takes half a second to take the probe away (12,000 hits) on a machine that has no
    # CPU to spare; 600,000 if it did not stop.
    assert look.cost.hits < 100_000
    assert growers(look).rows[0].frame.function == "main.descend"


@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_every_collection_is_seen_once(version: str) -> None:
    """Counted from inside of the window: the look is asked for its cycles between two answers."""
    with running(version, "gc", STRIPPED) as subject:
        looking = Looking(subject.pid, EbpfOptions(what=("gc",), seconds=30.0, budget_fraction=1.0))
        looking.start()
        while not looking.is_attached:
            time.sleep(0.02)
        started = time.time()
        before = subject.ask()["gc"]
        between, after = time.time(), before
        asked = ended = between
        while after - before < 10 and not looking.is_over:  # a busy machine takes long for them
            time.sleep(0.5)
            asked = time.time()
            after = subject.ask()["gc"]
            ended = time.time()
        looking.stop()
        phases, assists = looking.looks()
    found = collector(phases, assists)
    began = phases.began_at_seconds
    seen = [one.termination_seconds + began for one in found.cycles]
    least = sum(between <= at <= asked for at in seen)  # later ones may come after the answer
    most = sum(started <= at <= ended for at in seen)
    assert least <= after - before <= most
    assert after - before >= 10
    whole = [one for one in found.cycles if one.marking == one.marking]
    assert all(0 < one.marking < 1 for one in whole[1:])
    assert len(found.pauses) >= 2 * (len(found.cycles) - 1)


def test_nothing_stays_behind_when_goom_is_killed_in_the_middle() -> None:
    able = bpftrace.ability()
    with running("1.22.10", "stacks", STRIPPED) as subject:
        code = (
            "import sys; from goom.sources.ebpf.looks import *;"
            f"take({subject.pid}, EbpfOptions(what=('stacks',), seconds=2.0))"
        )
        goom = subprocess.Popen([sys.executable, "-c", code])
        time.sleep(1.5)
        goom.kill()
        goom.wait()
        deadline = time.monotonic() + 30
        while _tracers(subject.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not _tracers(subject.pid)
        assert subject.ask()["grown"] > 0
    for name in ("uprobe_events", "kprobe_events"):
        place = able.tracing / name
        assert not place.exists() or "_bcc_" not in place.read_text()


def test_a_process_that_ends_ends_the_look() -> None:
    with running("1.22.10", "mmap") as subject:
        looking = Looking(subject.pid, EbpfOptions(what=("mmap",), seconds=60.0))
        looking.start()
        while not looking.is_attached:
            time.sleep(0.02)
        time.sleep(0.3)
        subject.process.kill()
        subject.process.wait()
        (look,) = looking.looks()
    assert look.stopped == "process ended"
    assert "main.leakPage" in leaking(account(look))


def _tracers(pid: int) -> list[str]:
    """Every bpftrace that looks at a process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"bpftrace") and str(pid).encode() in words:
            found.append(folder.name)
    return found
