"""All that the page about write barriers shows, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.marking.barrier import BARRIERS, Barrier
from goom.runtime.marking.cost import Cost
from goom.runtime.marking.story import StoryRun, play


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
class Checked:
    """One exhaustive search.

    ``removed`` is the part that was taken away from the barrier ("" for a whole one), ``graphs``
    are those that it starts from, ``states`` the distinct ones met, ``runs`` all ways from a start
    to the end of marking (operations chosen and interleaving), None when operations are unbounded.
    ``shortest`` is the number of steps of the shortest run that loses an object, None when no run
    does; ``states`` and ``runs`` then count only the way to it.
    """

    barrier: str
    removed: str
    bound: str
    graphs: int
    states: int
    runs: int | None
    shortest: int | None


@dataclass(frozen=True, slots=True)
class BarriersLesson:
    """The rules, one story under each barrier, what goes wrong without one, and what each costs."""

    rules: tuple[Rule, ...]
    story: tuple[StoryRun, ...]  # in the order of the rules
    counterexample: StoryRun | None  # the shortest run without a barrier that loses an object
    checks: tuple[Checked, ...]
    costs: tuple[Cost, ...]


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


def story(barriers: tuple[Barrier, ...] = BARRIERS) -> tuple[StoryRun, ...]:
    """The same story under each."""
    return tuple(map(play, barriers))


def lesson(
    checks: tuple[Checked, ...] = (),
    costs: tuple[Cost, ...] = (),
    counterexample: StoryRun | None = None,
) -> BarriersLesson:
    """The lesson with the results of the searches and runs that were made for it."""
    return BarriersLesson(rules(), story(), counterexample, checks, costs)
