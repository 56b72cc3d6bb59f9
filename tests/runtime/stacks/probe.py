"""Builds and runs programs/stackprobe, and tells the model the frames of its functions."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.runtime.stacks.frame_sizes import frame_sizes

from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.stacks.layout import Layout, layout_of
from goom.runtime.stacks.population import Group
from goom.runtime.stacks.stack import Calls, Stack

FOLDER = Path(__file__).with_name("programs") / "stackprobe"
VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
RECURSIONS = (
    "f0", "f24", "f64", "f72", "f80", "f88", "f96", "f104", "f200", "f1000", "f4040", "f4048",
    "f4056", "f4064", "f4072", "f4080", "f7400", "f8192", "f20000", "f70000", "ping",
)  # fmt: skip


@dataclass(frozen=True)
class Probe:
    """One build of the program."""

    version: str
    binary: Path
    frames: dict[str, int]
    layout: Layout

    def run(self, *arguments: str | int, **environment: str) -> Any:
        """Its answer."""
        done = self.start(*arguments, **environment)
        assert done.returncode == 0, done.stderr[:2000]
        return json.loads(done.stdout)

    def start(self, *arguments: str | int, **environment: str) -> subprocess.CompletedProcess[str]:
        """What it printed and how it ended."""
        return subprocess.run(
            [str(self.binary), *map(str, arguments)],
            env={**os.environ, "GOGC": "off", **environment},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def of(self, *functions: str, checks: bool = True) -> tuple[Calls, ...]:
        """One call of each, innermost last; the first that exists of ``a|b``."""
        return tuple(Calls(self.frames[self._existing(name)], checks=checks) for name in functions)

    def recursion(self, place: str) -> tuple[Calls, ...]:
        """The calls that a PLACE of the program makes."""
        name, depth = place.split(":")
        calls = int(depth) + 1
        if name == "ping":
            return (self.of("main.ping", "main.pong") * calls)[:calls]
        return (Calls(self.frames[f"main.{name}"], calls),)

    def waiter(self, place: str) -> Stack:
        """The stack of a goroutine of ``park`` that has gone down and not yet begun to wait."""
        begun = self.of("main.crowd.gowrap1|main.crowd.func1", "main.waiter")
        return Stack(self.layout).call(
            *begun, *self.recursion(place), *self.of("main.waiter.func1")
        )

    def waits(self) -> tuple[Calls, ...]:
        """What waiting on a channel adds."""
        return (
            *self.of("runtime.chanrecv1", checks=False),
            *self.of("runtime.chanrecv", "runtime.gopark"),
        )

    def group(self, argument: str) -> Group:
        """A group of ``mix``, from its argument."""
        count, place, rest = argument.split("/")
        begun = self.of("main.generation.gowrap1|main.generation.func1", "main.goAndWait")
        waits = (*self.recursion(rest), *self.of("main.goAndWait.func1"), *self.waits())
        return Group(argument, int(count), (*begun, *self.recursion(place)), (*begun, *waits))

    def _existing(self, names: str) -> str:
        return next(name for name in names.split("|") if name in self.frames)


@cache
def probe(version: str) -> Probe:
    """Build it once in a run of the tests."""
    binary = build(FOLDER, obtain(version))
    return Probe(version, binary, frame_sizes(binary), layout_of(version))
