"""The goal from one look at runtime/metrics is the runtime's own goal, to the byte."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.runtime.pacer.mgcpacer import (
    REGIMES,
    HeapGoal,
    gc_percent_heap_goal_bytes,
    heap_goal,
    heap_minimum_bytes,
)
from goom.runtime.pacer.versions import Pacer, pacer_of

pytestmark = pytest.mark.real_go

PROGRAM = Path(__file__).parent / "programs" / "goal_snapshots"


@dataclass(frozen=True)
class Snapshot:
    """One line of the program: its settings, and what runtime/metrics said at once."""

    percent: int
    limit: int
    quiet: bool
    figures: dict[str, int]

    def predicted(self, pacer: Pacer) -> HeapGoal:
        seen = self.figures
        mapped = seen["total"] - seen["released"]
        limit_goal = pacer.memory_limit_heap_goal_bytes(
            mapped - seen["free"] - seen["objects"],
            max(mapped - self.limit, 0),
            self.limit,
            seen["marked"],
        )
        roots = seen["stacks"] + seen["globals"]
        gogc_goal = gc_percent_heap_goal_bytes(seen["marked"], roots, self.percent)
        return heap_goal(gogc_goal, heap_minimum_bytes(self.percent), limit_goal)


def snapshots(version: str) -> Iterator[Snapshot]:
    binary = build(PROGRAM, obtain(version))
    ran = subprocess.run([binary], capture_output=True, check=True, timeout=120)
    for line in ran.stdout.splitlines():
        yield Snapshot(**json.loads(line))


@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_every_goal_of_many_settings_is_exact(version: str) -> None:
    pacer = pacer_of(version)
    looks = [look for look in snapshots(version) if look.quiet]
    told = [(look.predicted(pacer), look) for look in looks]
    assert len(looks) > 350
    assert [one for one in told if one[0].goal_bytes != one[1].figures["goal"]] == []
    regimes = [REGIMES[goal.regime] for goal, _ in told]
    assert min(map(regimes.count, ("gogc", "heap_minimum", "memory_limit"))) > 20
