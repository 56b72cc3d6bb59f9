"""Learning a program from a run's log: what a forward run wrote gives back its scenario."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.runtime.pacer.forward_log import log_of

from goom.case.errors import BadInput
from goom.formats.gctrace import parse
from goom.runtime.pacer.calibration import Known, calibrated
from goom.runtime.pacer.calibration_memory import MemoryReadings, overheads
from goom.runtime.pacer.forward import run
from goom.runtime.pacer.scenario import Course, Scenario, Settings, constant

MIB = float(1 << 20)
WORK = 6000 * MIB


@pytest.fixture(scope="module")
def program() -> Scenario:
    return Scenario(
        axis="allocated_bytes",
        length=WORK,
        allocation_bytes_per_second=constant(400 * MIB),
        mutator_procs=constant(2.0),
        reachable_bytes=Course(((0, 0), (300 * MIB, 60 * MIB), (WORK, 120 * MIB))),
        scannable_fraction=constant(0.4),
        stack_scan_bytes=constant(2 * MIB),
        globals_scan_bytes=1 * MIB,
        mark_bytes_per_second=constant(700 * MIB),
        allocation_while_marking_fraction=0.8,
    )


def learned(program: Scenario, procs: int) -> Scenario:
    made = run(program, Settings(gogc=100, procs=procs))
    seen = float(made.column("allocated")[-1])
    found = calibrated(parse(log_of(made)), Known(allocated_bytes=seen, mutator_procs=2.0))
    return replace(found, length=WORK)


@pytest.mark.parametrize("procs", [2, 4])
def test_a_log_gives_back_the_program_that_wrote_it(program: Scenario, procs: int) -> None:
    found = learned(program, procs)
    assert found.allocation_bytes_per_second.at(0) == pytest.approx(400 * MIB, rel=0.02)
    assert found.mark_bytes_per_second.at(0) == pytest.approx(700 * MIB, rel=0.02)
    assert found.allocation_while_marking_fraction == pytest.approx(0.8, rel=0.05)
    assert found.cached_bytes == 0
    for place in np.linspace(500 * MIB, 5500 * MIB, 7):
        reachable = program.reachable_bytes.at(float(place))
        assert found.reachable_bytes.at(float(place)) == pytest.approx(reachable, rel=0.02)
        assert found.scannable_fraction.at(float(place)) == pytest.approx(0.4, rel=0.02)
    assert found.stack_scan_bytes.at(WORK) == pytest.approx(3 * MIB, rel=0.01)


@pytest.mark.parametrize("asked", [Settings(gogc=25), Settings(gogc=50), Settings(gogc=400)])
def test_what_is_learned_at_one_setting_predicts_another(
    program: Scenario, asked: Settings
) -> None:
    truth, guess = run(program, asked), run(learned(program, 4), asked)
    assert len(guess.cycles) == pytest.approx(len(truth.cycles), rel=0.02, abs=1)
    assert guess.peak_heap_bytes == pytest.approx(truth.peak_heap_bytes, rel=0.03)


def test_a_log_without_the_pacers_lines_is_refused(program: Scenario) -> None:
    log = log_of(run(program, Settings()))
    plain = b"".join(line for line in log.splitlines(True) if not line.startswith(b"pacer"))
    with pytest.raises(BadInput, match="too few cycles with pacer lines"):
        calibrated(parse(plain), Known(allocated_bytes=WORK, mutator_procs=2.0))


def test_readings_tell_overheads_from_objects() -> None:
    """A saw-tooth: 100 MiB of objects at the end of a cycle, 40 marked, half of the rest stuck."""
    cycle = np.repeat(np.arange(10.0), 10)
    part = np.tile(np.linspace(0, 1, 10), 10)
    objects = (40 + 60 * part) * MIB
    in_use = np.maximum(71.4 * MIB, objects * 1.02)  # 40.8 + (102 - 40.8) / 2
    mapped = in_use + 20 * MIB + 7 * MIB
    found = overheads(
        MemoryReadings(
            cycle=cycle,
            heap_marked=np.full(100, 40 * MIB),
            objects=objects,
            unused=in_use - objects,
            free=np.full(100, 20 * MIB),
            released=np.full(100, 5 * MIB),
            total=mapped + 5 * MIB,
        )
    )
    assert found.non_heap_bytes == pytest.approx(7 * MIB)
    assert found.span_waste_fraction == pytest.approx(0.02, rel=0.01)
    assert found.stuck_fraction == pytest.approx(0.5, rel=0.01)
