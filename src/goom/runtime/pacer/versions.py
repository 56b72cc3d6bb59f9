"""Which Go version paces how: from a version to its pacer.

1.20 was not at hand and is taken for 1.19; every other version was read and, from 1.21, measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from goom.case.errors import BadInput
from goom.runtime.pacer import mgcpacer_1_19, mgcpacer_1_21
from goom.runtime.pacer.mgcpacer import memory_limit_heap_goal_bytes


class ConsMarkEstimate(Protocol):
    """The pacer's estimate of cons/mark; ``next`` gives the one after another cycle."""

    @property
    def cons_mark(self) -> float:
        """The estimate that the runway is made of."""
        ...

    def next(self, current: float) -> Self:
        """The estimate after a cycle that measured ``current``."""
        ...


@dataclass(frozen=True, slots=True)
class Pacer:
    """What differs between versions; the rest is in mgcpacer.py and mgcpacer_cycle.py.

    ``triggered_is_trigger``: up to 1.20 a cycle counts as begun at its trigger, since then at the
    heap that was live when the world stopped (startCycle).
    """

    source: str
    headroom_bytes: Callable[[int], int]
    headroom_percent: int  # the same over columns: this much of what is left, 1 MiB at least
    first_estimate: ConsMarkEstimate
    triggered_is_trigger: bool

    def memory_limit_heap_goal_bytes(
        self, non_heap_bytes: int, overage_bytes: int, limit_bytes: int, heap_marked_bytes: int
    ) -> int:
        """The goal of GOMEMLIMIT (memoryLimitHeapGoal) from the memory as it is now.

        In the names of runtime/metrics, ``mapped`` = /memory/classes/total less heap/released:
        ``non_heap`` = mapped less heap/free and heap/objects, ``overage`` = mapped less the limit,
        0 at least.
        """
        left = limit_bytes - (non_heap_bytes + overage_bytes)
        headroom = self.headroom_bytes(left)
        return memory_limit_heap_goal_bytes(left, headroom, heap_marked_bytes)


GO_1_19 = Pacer(
    source="1.19.8",
    headroom_bytes=mgcpacer_1_19.headroom_bytes,
    headroom_percent=0,
    first_estimate=mgcpacer_1_19.ConsMark(),
    triggered_is_trigger=True,
)
GO_1_21 = Pacer(
    source="1.21.13 to 1.27.3",
    headroom_bytes=mgcpacer_1_21.headroom_bytes,
    headroom_percent=mgcpacer_1_21.MEMORY_LIMIT_HEAP_GOAL_HEADROOM_PERCENT,
    first_estimate=mgcpacer_1_21.ConsMark(),
    triggered_is_trigger=False,
)
_OLDEST = (1, 19)  # the first with a memory limit; 1.18 and before pace by other equations
_SINCE = ((GO_1_21, (1, 21)), (GO_1_19, _OLDEST))


def pacer_of(version: str | None) -> Pacer:
    """The pacer of ``1.22.10``, ``go1.22`` or ``1.27rc1``; of the newest when None or ``newest``.

    Raises BadInput for what is no version, and for versions before 1.19.
    """
    if version is None or version == "newest":
        return GO_1_21
    release = re.match(r"(?:go)?(\d{1,3})\.(\d{1,3})(?!\d)", version)
    if release is None:
        raise BadInput(f"{version!r} is not a Go version.", "Say it like 1.22.10, 1.22 or newest.")
    number = (int(release[1]), int(release[2]))
    for pacer, since in _SINCE:
        if number >= since:
            return pacer
    raise BadInput(
        f"Go {version} paces by equations from before the memory limit.",
        "The model knows 1.19 and later.",
    )
