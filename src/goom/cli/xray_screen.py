"""Shows what X-ray finds: once as a screen, or again and again as lines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.case.xray import Xray, XrayCost
from goom.cli import terminal, xray_depth_screen
from goom.cli.xray_depth_screen import DepthWanted
from goom.cli.xray_spans_screen import show_spans
from goom.renderers import xray_text
from goom.signals.xray_pacer import xray_pacer
from goom.sources import procfs
from goom.sources.subject_finder import find_subject
from goom.sources.xray.attach import attach
from goom.sources.xray.state import Sampler
from goom.sources.xray.target import Target

SCHEMA = "goom.xray/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for; ``every_seconds`` None is one look."""

    pid: str
    every_seconds: float | None
    for_seconds: float | None
    as_json: bool
    spans: bool = False
    goroutines: bool = False
    heap: str = ""
    dump: str = ""

    @property
    def is_deep(self) -> bool:
        """Whether goroutines or the heap profile were asked for, in place of the figures."""
        return self.goroutines or bool(self.heap or self.dump)


def show(wanted: Wanted) -> int:
    """Attach and print until enough has been seen, or the process ends."""
    if not (wanted.pid.isascii() and wanted.pid.isdecimal()):
        raise BadInput(f"{wanted.pid!r} is not a process number.", "Find it:  pgrep -a NAME")
    if wanted.for_seconds is not None and wanted.every_seconds is None:
        raise BadInput("--for says how long to look again and again.", "Add:  --every 1s")
    if wanted.is_deep and wanted.every_seconds is not None:
        raise BadInput("goroutines and the heap profile are read once.", "Leave out --every.")
    target = _attached(int(wanted.pid))
    try:
        if wanted.is_deep:
            xray_depth_screen.show(target, _deep(wanted))
            return 0
        look = _spans(target, wanted) if wanted.spans else _figures(target, wanted)
        for _ in _moments(target, wanted):
            look()
    finally:
        target.close()
    return 0


def _deep(wanted: Wanted) -> DepthWanted:
    return DepthWanted(
        goroutines=wanted.goroutines, heap=wanted.heap, dump=wanted.dump, as_json=wanted.as_json
    )


def _attached(pid: int) -> Target:
    """The process, or the Go program that it has started (behind a shell, or ``go run``)."""
    try:
        return attach(pid)
    except BadInput:
        found = find_subject(pid, procfs.family(pid)) if procfs.is_alive(pid) else None
        if found is None or not found.is_go or found.pid == pid:
            raise
        return attach(found.pid)


def _figures(target: Target, wanted: Wanted) -> Callable[[], None]:
    sampler = Sampler(target)
    return lambda: _print(_look(target, sampler), wanted)


def _spans(target: Target, wanted: Wanted) -> Callable[[], None]:
    again = wanted.every_seconds is not None
    return lambda: show_spans(target, every=again, as_machine=wanted.as_json)


def _moments(target: Target, wanted: Wanted) -> Iterator[None]:
    """When to look: once, or again and again at even times."""
    yield
    if wanted.every_seconds is None:
        return
    began, count = time.monotonic(), 0
    with suppress(KeyboardInterrupt):  # the usual way to stop looking
        while procfs.is_alive(target.pid):
            count += 1
            at = count * wanted.every_seconds
            if wanted.for_seconds is not None and at > wanted.for_seconds:
                return
            time.sleep(max(began + at - time.monotonic(), 0))
            if procfs.is_alive(target.pid):
                yield
    print(f"goom: looked at process {target.pid} {count} times", file=sys.stderr)


def _look(target: Target, sampler: Sampler) -> Xray:
    sample = sampler.sample()
    return Xray(
        target=target.about,
        sample=sample,
        pacer=xray_pacer(sample, target.about.go_version),
        cost=XrayCost(
            read_bytes=target.memory.read_bytes,
            calls=target.memory.calls,
            attach_seconds=target.about.attach_seconds,
            sample_seconds=sample.took_seconds,
        ),
    )


def _print(told: Xray, wanted: Wanted) -> None:
    width, _ = terminal.size()
    if wanted.as_json:
        text = as_json(told, indent=None if wanted.every_seconds else 2)
    elif wanted.every_seconds:
        text = f"{time.strftime('%H:%M:%S')}  {xray_text.one_line(told, width - 10)}\n"
    else:
        text = xray_text.render(told, width=width, color=terminal.colors())
    sys.stdout.write(text)
    sys.stdout.flush()


def as_json(told: Xray, indent: int | None = 2) -> str:
    """One look as ``goom.xray/1``; the sums that the fields imply are beside them."""
    document = plain(told)
    assert isinstance(document, dict)
    memory = told.sample.memory
    document["memory_sums"] = {
        "heap_alloc_bytes": memory.heap_alloc_bytes,
        "heap_objects": memory.heap_objects,
        "heap_idle_bytes": memory.heap_idle_bytes,
        "heap_sys_bytes": memory.heap_sys_bytes,
        "stack_sys_bytes": memory.stack_sys_bytes,
        "sys_bytes": memory.sys_bytes,
    }
    return json.dumps({"schema": SCHEMA, **document}, indent=indent) + "\n"
