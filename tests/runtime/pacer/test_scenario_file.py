"""Scenario files of the pacer: what they say, and what is refused with what to do about it."""

from __future__ import annotations

import pytest

from goom.case.errors import BadInput
from goom.runtime.pacer.scenario import Course, Scenario, Settings, constant
from goom.runtime.pacer.scenario_file import read

MIB = 1 << 20
WHOLE = """
name = "checkout"
go = "1.22"
for = "1m"
allocation_bytes_per_second = "200M"
mutator_procs = 2
reachable_bytes = [["0s", "20M"], ["10s", "120M"]]
scannable_fraction = 0.6
non_heap_bytes = {step = [["0s", "6M"], ["30s", "40M"]]}
stuck_fraction = 0.25

[settings]
gogc = [50, "off"]
memory_limit = ["none", "256M"]
procs = 8
"""
SHORT = 'for = "10s"\nallocation_bytes_per_second = "1M"\nreachable_bytes = "1M"\n'


def test_a_file_says_the_program_and_the_settings() -> None:
    asked = read(WHOLE)
    scenario = asked.scenario
    assert (scenario.name, scenario.axis, scenario.length) == ("checkout", "seconds", 60.0)
    assert scenario.allocation_bytes_per_second.at(9) == 200 * MIB
    assert scenario.reachable_bytes.at(5) == 70 * MIB
    assert [scenario.non_heap_bytes.at(at) for at in (29.9, 30)] == [6 * MIB, 40 * MIB]
    assert scenario.stuck_fraction == 0.25
    assert (asked.version, asked.procs) == ("1.22", 8)
    assert asked.gogc == (50, -1)
    assert asked.memory_limits == (None, 256 * MIB)


def test_work_instead_of_time_makes_bytes_the_progress() -> None:
    asked = read(
        'work = "2G"\nallocation_bytes_per_second = "1M"\n'
        'reachable_bytes = [["0", "1M"], ["1G", "9M"]]'
    )
    assert asked.scenario.axis == "allocated_bytes"
    assert asked.scenario.reachable_bytes.at(512 * MIB) == 5 * MIB
    assert asked.gogc == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("for = ", "is not TOML"),
        ("[" * 5000, "is not TOML"),
        ('for = "10s"', "does not say allocation_bytes_per_second"),
        (SHORT + 'work = "1G"', "either for"),
        (SHORT + 'colour = "red"', "'colour', which means nothing here"),
        (SHORT + "[settings]\ngogc = [1.5]", "neither a number nor off"),
        (SHORT + "[settings]\ngogc = [true]", "neither a number nor off"),
        (SHORT + '[settings]\nmemory_limit = "12Q"', "is not a size"),
        (SHORT + "[settings]\nprocs = 1.5", "is not a whole number"),
        (SHORT + "[settings]\ngogc = [1,2,3,4,5,6,7,8,9,10,11,12,13]", "more than 12"),
        (SHORT + "go = 1.22", "is not text"),
        (SHORT + "mutator_procs = 0", "must be above zero"),
        (SHORT + "mutator_procs = true", "is not a number"),
        (SHORT + "stuck_fraction = 2", "is a share"),
        (SHORT + "globals_scan_bytes = -1", "must not be negative"),
        (SHORT.replace('"10s"', '"soon"'), "is not a duration"),
        (SHORT.replace('"10s"', '"0s"'), "no end or no beginning"),
        (SHORT.replace('reachable_bytes = "1M"', "reachable_bytes = [[0]]"), "not [where, how"),
        (SHORT.replace('reachable_bytes = "1M"', "reachable_bytes = []"), "1 to 10000 points"),
        (SHORT.replace('reachable_bytes = "1M"', "reachable_bytes = [[1,1],[1,2]]"), "follow"),
        (SHORT.replace('reachable_bytes = "1M"', "reachable_bytes = [[0,nan]]"), "not finite"),
        ("settings = 5\n" + SHORT, "settings is not a table"),
    ],
)
def test_what_a_file_cannot_say_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert said in refused.value.message


def test_a_course_stands_still_outside_of_its_points() -> None:
    line = Course(((10, 1.0), (20, 3.0)))
    assert [line.at(place) for place in (0, 10, 15, 20, 99)] == [1, 1, 2, 3, 3]
    steps = Course(((10, 1.0), (20, 3.0)), "step")
    assert [steps.at(place) for place in (0, 10, 19.9, 20, 99)] == [1, 1, 1, 3, 3]
    assert line.slope_after(10) == pytest.approx(0.2)
    assert steps.slope_after(10) == 0


def test_a_scenario_without_allocation_is_refused() -> None:
    with pytest.raises(BadInput, match="above zero"):
        Scenario(length=1, allocation_bytes_per_second=constant(0), reachable_bytes=constant(1))


@pytest.mark.parametrize(
    "wrong", [{"gogc": -2}, {"procs": 0}, {"procs": 5000}, {"memory_limit_bytes": -1}]
)
def test_settings_that_go_would_not_take_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)  # type: ignore[arg-type]
