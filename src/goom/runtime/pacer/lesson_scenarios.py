"""The four programs of the pacer's lesson, and the settings that it puts each under."""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.units import MIB
from goom.runtime.pacer.scenario import Course, Scenario, constant

PROCS = 4
SECONDS = 30.0
GOGC_CHOICES = (25, 50, 100, 200, 400, -1)
MEMORY_LIMIT_CHOICES = (None, 160 * MIB, 256 * MIB, 512 * MIB)


@dataclass(frozen=True, slots=True)
class ScenarioShown:
    """A scenario of the page: ``sentence`` says what the program does."""

    key: str
    title: str
    sentence: str


STEADY = ScenarioShown(
    "steady",
    "A steady service",
    "It fills a cache of 100 MiB, then allocates 100 MiB a second and keeps as much as it drops.",
)
RAMP = ScenarioShown(
    "ramp",
    "A leak",
    "It allocates 100 MiB a second and never lets go of a tenth of it.",
)
SURGE = ScenarioShown(
    "surge",
    "A surge of traffic",
    "For five seconds it allocates three times as much and holds 240 MiB instead of 60 MiB.",
)
TIGHT = ScenarioShown(
    "tight",
    "A large cache near the limit",
    "It keeps 220 MiB, and nothing that the collector does makes that less.",
)
SCENARIOS = (STEADY, RAMP, SURGE, TIGHT)


def scenario_of(shown: ScenarioShown) -> Scenario:
    """The scenario behind its title: two busy goroutines of four Ps, half of the heap scannable."""
    rate, reachable = _COURSES[shown.key]
    return Scenario(
        name=shown.key,
        length=SECONDS,
        allocation_bytes_per_second=rate,
        mutator_procs=constant(2.0),
        reachable_bytes=reachable,
        scannable_fraction=constant(0.5),
        non_heap_bytes=constant(6.0 * MIB),
        mark_bytes_per_second=constant(300.0 * MIB),
    )


def _mib(shape: str, *points: tuple[float, float]) -> Course:
    scaled = tuple((at, size * MIB) for at, size in points)
    return Course(scaled, "step" if shape == "step" else "linear")


_EVEN = constant(100.0 * MIB)
_COURSES = {
    "steady": (_EVEN, _mib("linear", (0, 0), (1, 100))),
    "ramp": (_EVEN, _mib("linear", (0, 0), (0.5, 40), (30, 335))),
    "surge": (
        _mib("step", (0, 100), (10, 300), (15, 100)),
        _mib("linear", (0, 0), (0.6, 60), (10, 60), (10.6, 240), (15, 240), (15.2, 60)),
    ),
    "tight": (_EVEN, _mib("linear", (0, 0), (2.2, 220))),
}
