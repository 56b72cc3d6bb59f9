"""``goom xray PID --goroutines`` and ``--heap FILE``: who waits where, and who holds the memory."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from goom.case.document import plain
from goom.case.errors import BadInput, GoomError
from goom.case.units import bytes_text, seconds_text
from goom.case.xray_depth import HeapBuckets, XrayTimers
from goom.cli import terminal
from goom.formats import goroutine_table, goroutine_writer, heap_buckets, pprof_writer
from goom.formats.pc_frames import PcFrames
from goom.formats.stack_steps import Steps
from goom.renderers import xray_goroutines_text
from goom.renderers.xray_goroutines_text import GoroutineScreen
from goom.signals.xray_groups import xray_groups
from goom.sources.xray.goroutines import read_goroutines
from goom.sources.xray.heap import read_heap
from goom.sources.xray.names import pc_frames
from goom.sources.xray.target import Target
from goom.sources.xray.timers import read_timers

SCHEMA = "goom.xray.goroutines/1"
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthWanted:
    """What was asked for; a path is "" when it was not."""

    goroutines: bool
    heap: str
    dump: str
    as_json: bool


def show(target: Target, wanted: DepthWanted) -> None:
    """Read, write the files, print."""
    names = pc_frames(target)
    if wanted.goroutines or wanted.dump:
        with _progress("reading goroutines and their stacks"):
            _goroutines(target, names, wanted)
    if wanted.heap:
        with _progress("reading the heap profile"):
            _heap(target, names, wanted.heap)


def _goroutines(target: Target, names: PcFrames, wanted: DepthWanted) -> None:
    version = target.build.go_version
    table = read_goroutines(target, Steps(names))
    dump = goroutine_table.to_dump(table, names, version)
    if wanted.dump:
        _write(wanted.dump, goroutine_writer.write(dump))
        print(f"{wanted.dump}: {len(dump.ids):,} goroutines", file=sys.stderr)
    if not wanted.goroutines:
        return
    timers, why = _timers(target, names)
    told = GoroutineScreen(
        target=target.about,
        groups=xray_groups(table, dump),
        system_goroutines=int(table.is_system.sum()),
        unread=table.unread,
        timers=timers,
        timers_why=why,
        took_seconds=table.took_seconds,
        read_bytes=target.memory.read_bytes,
        calls=target.memory.calls,
    )
    if wanted.as_json:
        text = json.dumps({"schema": SCHEMA, **_plain(told)}, indent=2) + "\n"
    else:
        width, _ = terminal.size()
        text = xray_goroutines_text.render(told, width=width, color=terminal.colors())
    sys.stdout.write(text)


def _plain(told: GoroutineScreen) -> dict[str, object]:
    document = plain(told)
    assert isinstance(document, dict)
    return document


def _timers(target: Target, names: PcFrames) -> tuple[XrayTimers | None, str]:
    try:
        return read_timers(target, names), ""
    except BadInput as error:
        return None, error.message


def _heap(target: Target, names: PcFrames, path: str) -> None:
    buckets = read_heap(target)
    profile = heap_buckets.to_profile(buckets, names, target.build.go_version)
    _write(path, pprof_writer.write(profile))
    objects, size = (int(profile.values[:, column].sum()) for column in (2, 3))
    held = f"{len(buckets):,} stacks hold {bytes_text(size)} in {objects:,} objects"
    print(
        f"{path}: {held}, as of the last finished collection.\n"
        f"  {_cost(target, buckets)}. See it:  go tool pprof -top {path}",
        file=sys.stderr,
    )
    if buckets.doubt:
        print(f"goom: a part of it is missing: {buckets.doubt}", file=sys.stderr)


def _cost(target: Target, buckets: HeapBuckets) -> str:
    return (
        f"read in {seconds_text(buckets.took_seconds)} by {target.memory.calls:,} system calls; "
        "the process was not stopped"
    )


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise GoomError(
            f"cannot write {path}: {error.strerror}.", "Name a file in a folder that is yours."
        ) from None


@contextmanager
def _progress(what: str) -> Iterator[None]:
    """Say what is being waited for, when it takes more than a second and somebody watches."""

    def say() -> None:
        print(f"goom: {what} …", file=sys.stderr, flush=True)

    timer = threading.Timer(_PATIENCE_SECONDS, say)
    timer.daemon = True
    if terminal.is_live(sys.stderr):
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
