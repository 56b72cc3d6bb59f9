"""All that the page about write barriers shows, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.marking.barrier import BARRIERS, NONE
from goom.runtime.marking.beliefs import MESSAGE, SAID, Said
from goom.runtime.marking.bound import Bound
from goom.runtime.marking.checks import Checked
from goom.runtime.marking.cost import Cost
from goom.runtime.marking.counterexample import counterexample
from goom.runtime.marking.scenario import Script
from goom.runtime.marking.story import StoryRun, play, usual

_SMALLEST = Bound(objects=2, fields=1, stacks=1, slots=2, globals=0, operations=None)


@dataclass(frozen=True, slots=True)
class Rule:
    """A barrier as one reads it: ``code`` are the lines that run in place of a pointer write."""

    name: str
    title: str
    where: str  # who uses it
    code: tuple[str, ...]
    stacks: str
    price: str


@dataclass(frozen=True, slots=True)
class BarriersLesson:
    """The rules, one story under each barrier, what goes wrong without one, and what each costs."""

    go_version: str
    message: str
    rules: tuple[Rule, ...]
    story: tuple[StoryRun, ...]  # in the order of the rules
    counterexample: StoryRun | None  # the shortest run without a barrier that loses an object
    checks: tuple[Checked, ...]
    costs: tuple[Cost, ...]
    said: tuple[Said, ...] = SAID


_STACKS = {
    "none": "Each stack is read once, while its goroutine stands still.",
    "dijkstra": "Each stack is read once while its goroutine stands still; those that ran since "
    "are read again at the end, with the world stopped.",
    "yuasa": "All stacks are read at the start, with the world stopped.",
    "hybrid": "Each stack is read once, while its goroutine alone stands still.",
    "go": "Each stack is read once, while its goroutine alone stands still.",
}
_RULES = (
    ("none", "No barrier", "nobody", ("*slot = ptr",), "Loses objects that are in use."),
    ("dijkstra", "Insertion (Dijkstra)", "Go 1.5 to 1.7", ("shade(ptr)", "*slot = ptr"),
     "The pause grows with what is on the stacks."),
    ("yuasa", "Deletion (Yuasa)", "other collectors", ("shade(*slot)", "*slot = ptr"),
     "The pause grows with what is on the stacks; what dies while marking stays a cycle longer."),
    ("hybrid", "Hybrid, as Go's comment has it", "the comment in runtime/mbarrier.go",
     ("shade(*slot)", "if this stack is grey:", "    shade(ptr)", "*slot = ptr"),
     "No stack is read in a pause; what dies while marking stays a cycle longer."),
    ("go", "Hybrid, as Go runs it", "Go since 1.8, with the buffer since 1.10",
     ("buffer(*slot, ptr)", "*slot = ptr", "", "when the buffer is full (512), and at the end:",
      "    shade all that is in it"),
     "Twice the shades; in exchange a write costs two stores into a buffer."),
)  # fmt: skip


def rules() -> tuple[Rule, ...]:
    """The five barriers in the order in which they are told."""
    return tuple(
        Rule(name, title, where, code, _STACKS[name], price)
        for name, title, where, code, price in _RULES
    )


def lesson(
    script: Script | None = None,
    checks: tuple[Checked, ...] = (),
    costs: tuple[Cost, ...] = (),
    go_version: str = "since 1.8",
) -> BarriersLesson:
    """The lesson with the searches and runs that were made for it; the usual story without one."""
    return BarriersLesson(
        go_version=go_version,
        message=MESSAGE,
        rules=rules(),
        story=tuple(play(script or usual(), barrier) for barrier in BARRIERS),
        counterexample=counterexample(NONE, _SMALLEST),
        checks=checks,
        costs=costs,
    )
