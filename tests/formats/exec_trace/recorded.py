"""Records execution traces with real Go, and asks its own reader what is in them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from goom.formats.exec_trace.batches import (
    EVENTS,
    HEADER_BYTES,
    NO_THREAD,
    Batch,
    generations,
    version_of,
)
from goom.formats.exec_trace.context import NONE, SYSCALL, Threads, context
from goom.formats.exec_trace.decode import Events, decode
from goom.formats.exec_trace.events import EXPERIMENTAL, Event, argument_table, wire_name
from goom.formats.exec_trace.exec_trace import windows
from goom.golang.build import build, go_environment
from goom.golang.cache import cache_folder
from goom.golang.toolchain import obtain

PROGRAM = Path(__file__).parent / "programs" / "traced"
SERVED = PROGRAM.with_name("served")  # answers HTTP requests
KINDS = ("assist", "handlers", "syscalls", "stubborn", "switches", "profiled")

# What Go's reader calls the events of the wire format (event.go, …Type2Kind).
_KIND = {
    "RangeBegin": "STWBegin GCBegin GCSweepBegin GCMarkAssistBegin",
    "RangeActive": "GCActive GCSweepActive GCMarkAssistActive",
    "RangeEnd": "STWEnd GCEnd GCSweepEnd GCMarkAssistEnd",
    "Metric": "ProcsChange HeapAlloc HeapGoal",
    "Label": "GoLabel",
    "TaskBegin": "UserTaskBegin",
    "TaskEnd": "UserTaskEnd",
    "RegionBegin": "UserRegionBegin",
    "RegionEnd": "UserRegionEnd",
    "Log": "UserLog",
    "StackSample": "CPUSample",
}
KIND_OF = {wire: kind for kind, names in _KIND.items() for wire in names.split()}
KIND_OF |= {wire_name(number): "Experimental" for number in EXPERIMENTAL}
_THREE_OF_ONE = ("GoSwitch", "GoSwitchDestroy")  # unblock, block or destroy, start
_LINE = re.compile(r"M=(-?\d+) P=(-?\d+) G=(-?\d+) (\w+) Time=(-?\d+)")
_WIRE = re.compile(r"\s*([A-Za-z]+)(?: |$)")


@cache
def recorded(version: str, kind: str, rounds: int = 1) -> Path:
    """A trace of the program of this version of Go, recorded once in this run of the tests."""
    folder = cache_folder("traces")
    path = folder / f"{version}-{kind}-{rounds}.trace"
    if kind == "served":
        command = [str(build(SERVED, obtain(version))), "trace", str(path), str(0.3 * rounds)]
    else:
        command = [str(build(PROGRAM, obtain(version))), kind, str(path), str(rounds)]
    subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return path


def parsed_lines(version: str, path: Path) -> list[str]:
    """What ``go tool trace`` of that version prints of the parsed events."""
    return _tool(version, path, "1" if _takes_numbers(version) else "parsed")


def wire_counts(version: str, path: Path) -> Counter[str]:
    """Events by name as ``go tool trace`` prints the wire format, those of threads only."""
    lines = _tool(version, path, "2" if _takes_numbers(version) else "wire")
    names = Counter(found[1] for line in lines if (found := _WIRE.match(line)))
    known = {wire_name(number) for number in (*range(9, 49), *EXPERIMENTAL)} | {"CPUSample"}
    return Counter({name: count for name, count in names.items() if name in known})


def _takes_numbers(version: str) -> bool:
    return version.startswith(("1.22", "1.23"))


def _tool(version: str, path: Path, mode: str) -> list[str]:
    toolchain = obtain(version)
    answer = subprocess.run(
        [toolchain.go, "tool", "trace", f"-d={mode}", path],
        capture_output=True,
        text=True,
        check=True,
        env=go_environment(toolchain),
        timeout=120,
    )
    return answer.stdout.splitlines()


def kinds_of(lines: list[str]) -> Counter[str]:
    """Parsed events by kind."""
    return Counter(found[4] for line in lines if (found := _LINE.match(line)))


def kinds_expected(version: str, counts: Mapping[str, int], generations: int) -> Counter[str]:
    """The kinds that Go's reader must make of these events of the wire format."""
    last = 0 if version.startswith(("1.22", "1.23", "1.24")) else 1  # a Sync ends the trace too
    kinds: Counter[str] = Counter({"Sync": generations + last})
    for name, count in counts.items():
        times = 3 if name in _THREE_OF_ONE else 1
        kinds[KIND_OF.get(name, "StateTransition")] += count * times
    return kinds


def contexts_of(lines: list[str]) -> Counter[tuple[int, int, int, str]]:
    """How often each thread, P and goroutine had an event of each kind, by Go's reader."""
    found = (_LINE.match(line) for line in lines)
    return Counter(
        (int(one[1]), int(one[2]), int(one[3]), one[4])
        for one in found
        if one and one[4] not in ("Sync", "StackSample")
    )


def contexts_read(path: Path) -> Counter[tuple[int, int, int, str]]:
    """The same by goom's: a switch counts as the three events that Go makes of it."""
    threads, found = Threads(), Counter[tuple[int, int, int, str]]()
    with path.open("rb") as file:
        version = version_of(file.read(HEADER_BYTES))

        def decoded(batches: list[Batch]) -> Events:
            parts = []
            for batch in batches:
                file.seek(batch.offset)
                parts.append(file.read(batch.size))
            whose = [threads.of(batch.thread) for batch in batches]
            return decode(batches, b"".join(parts), whose, argument_table(version))

        for nth, generation in enumerate(generations(file, version)):
            for events in windows(generation.of(EVENTS), decoded):
                found.update(_named(events, threads, later=nth > 0))
    return found


def _shown(thread: int) -> int:
    return NONE if thread == NO_THREAD else thread


def _named(events: Events, threads: Threads, *, later: bool) -> Counter[tuple[int, int, int, str]]:
    around = context(events, threads)
    found = Counter[tuple[int, int, int, str]]()
    rows = zip(
        (_shown(threads.ids[one]) for one in events.thread.tolist()),
        around.proc.tolist(),
        around.goroutine.tolist(),
        events.type.tolist(),
        events.first.tolist(),
        events.second.tolist(),
        events.third.tolist(),
        strict=True,
    )
    for thread, proc, running, number, first, second, third in rows:
        name = wire_name(number)
        kind = KIND_OF.get(name, "StateTransition")
        owner, goroutine = thread, running
        if name in ("GoStatus", "GoStatusStack") and third == SYSCALL:
            owner = second  # told by another thread: Go shows the one it is about,
            goroutine = first if later and owner != thread else running  # if it knows it already
        found[owner, proc, goroutine, kind] += 1
        if number in (Event.GO_SWITCH, Event.GO_SWITCH_DESTROY):
            found[thread, proc, goroutine, kind] += 1
            found[thread, proc, NONE, kind] += 1
    return found
