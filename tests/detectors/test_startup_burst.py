"""startup_burst: sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

from tests.detectors.world import Held, World, handler, verdict

from goom.case.profile import Frame
from goom.case.units import MIB

ON_MAIN = (
    Frame("main.load", "/src/app/load.go", 12),
    Frame("main.main", "/src/app/main.go", 9),
    Frame("runtime.main", "proc.go", 271),
)
LOADING = (Held(stack=ON_MAIN, block_bytes=256),)


def test_dying_while_main_still_loads_is_a_burst_at_the_start() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: 25 * t * MIB,
            held=LOADING,
            main_stack=ON_MAIN,
            work_cores=1.0,
        )
    )
    assert said.cause == "startup_burst"
    assert said.scenario == "at_start"
    assert said.blame[0].function == "main.load"


def test_a_load_by_others_is_said_to_be_theirs() -> None:
    waits = (
        Frame("runtime.gopark", "proc.go", 402),
        Frame("sync.(*WaitGroup).Wait", "waitgroup.go", 116),
        Frame("main.loadAll", "/src/app/load.go", 30),
        *ON_MAIN[1:],
    )
    said = verdict(
        World(
            survives_bytes=lambda t: 25 * t * MIB,
            held=(Held(stack=handler("main.decode"), block_bytes=256),),
            main_stack=waits,
            work_cores=1.0,
        )
    )
    assert said.cause == "startup_burst"
    texts = [one.text for one in said.speaks_for]
    assert any(text.endswith("it was not at its post yet") for text in texts)


def test_a_peak_at_the_start_that_nearly_reached_the_limit_is_told_when_it_survived() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: (min(t, 4) * 23 if t < 5 else 25) * MIB,
            held=LOADING,
            gogc=20,
            seconds=40,
        )
    )
    assert said.cause == "startup_burst"


def test_a_start_that_stays_well_under_the_limit_is_healthy() -> None:
    said = verdict(World(survives_bytes=lambda t: min(t * 10, 30) * MIB, held=LOADING, seconds=40))
    assert said.cause == "healthy"


def test_a_slow_leak_of_the_requests_served_is_no_start() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: (8 + 4 * t) * MIB,
            held=(Held(stack=handler("main.(*cache).put")),),
        )
    )
    assert said.cause == "heap_leak"


def test_half_a_minute_on_the_main_goroutine_alone_may_be_a_load_or_a_leak() -> None:
    """Whoever reads a large file for so long cannot be told from a loop in main that keeps all."""
    grows = World(survives_bytes=lambda t: 4 * t * MIB, held=LOADING, seconds=50)
    at_work, at_its_post = verdict(replace(grows, main_stack=ON_MAIN)), verdict(grows)
    assert (at_work.cause, at_its_post.cause) == ("heap_leak", "heap_leak")
    assert at_work.confidence < at_its_post.confidence - 0.15
    first, instead = at_work.rivals[0], {one.cause: one for one in at_its_post.rivals}
    assert first.cause == "startup_burst"
    assert "the rise is not start-up work" not in {one.text for one in first.speaks_against}
    assert first.confidence > 10 * instead["startup_burst"].confidence
    assert "startup_burst" in at_work.tell_apart
