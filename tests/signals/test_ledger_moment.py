"""Looks of different instants brought to one moment."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from goom.case.evidence import Evidence, MappingLooks
from goom.case.series import CgroupSeries, MemStatsSeries
from goom.case.subject import Ending, Subject
from goom.case.units import MIB
from goom.signals.ledger.history import ledger_history
from goom.signals.ledger.moment import BRINK, LAST, PEAK, Moment, moment_of
from tests.signals.ledger_evidence import check_sums, ledger_of, mapped, tables

SMAPS = """\
c000000000-c010000000 rw-p 00000000 00:00 0
Rss: {0} kB
Anonymous: {0} kB
7ffceb978000-7ffceb999000 rw-p 00000000 00:00 0 [stack]
Rss: 16 kB
Anonymous: 16 kB
"""


def growing(
    *, killed: bool = True, go_until: float = 9.8, shifted_seconds: float = 0.0
) -> Evidence:
    """10 MiB a second for ten seconds; looks at the mappings each second, 0.1 s of dying."""
    time = np.arange(1000.0, 1010.0, 0.05)
    anon = (time - 1000.0) * 10 * MIB + 16384
    time, anon = np.append(time, [1010.0, 1010.05]), np.append(anon, [30 * MIB, 0.0])
    cgroup = CgroupSeries(
        time,
        {
            "usage_bytes": anon + MIB,
            "anon_bytes": anon,
            "file_bytes": np.zeros(len(time)),
            "mapped_file_bytes": np.zeros(len(time)),
            "kernel_bytes": np.full(len(time), 1.0 * MIB),
        },
    )
    stamps = [1001.0 + second for second in range(9)] + [1009.8]
    looks = [
        dataclasses.replace(
            mapped(SMAPS.format(int((at - 1000.0) * 10 * 1024))),
            taken_at_seconds=at + shifted_seconds,
        )
        for at in stamps
    ]
    seen = np.array([at + 0.01 for at in stamps if at <= 1000.0 + go_until])
    inuse = (seen - 1000.0) * 10 * MIB
    memstats = MemStatsSeries(seen, {"HeapAlloc": inuse, "HeapInuse": inuse})
    ending = Ending(at_seconds=1010.1, oom_killed=True, oom_kill_count=1) if killed else None
    return Evidence(
        subject=Subject(started_at_seconds=1000.0, ending=ending, cgroup_version=2),
        cgroup=cgroup,
        memstats=memstats,
        mappings=MappingLooks(tuple(looks)),
    )


def at(evidence: Evidence, moment: str | float) -> Moment:
    return moment_of(evidence, *tables(evidence), moment)


def test_the_brink_is_before_the_dying() -> None:
    found = ledger_of(growing(), BRINK)
    assert found.at_seconds == 1009.8
    assert found.charge_bytes == pytest.approx(99 * MIB, rel=0.01)
    check_sums(found)


def test_a_kill_is_looked_at_just_before_it_and_a_running_program_at_its_peak() -> None:
    assert at(growing(), "auto").at_seconds == 1009.8
    assert at(growing(killed=False), "auto").at_seconds == 1009.8
    assert at(growing(), PEAK).at_seconds == at(growing(), LAST).at_seconds == 1009.8


def test_mappings_that_end_where_the_process_died_are_not_its_memory() -> None:
    """The kernel ends smaps in the middle then; its stamp is that of the last good look."""
    evidence = growing()
    cut = dataclasses.replace(mapped(SMAPS.format(1024)), taken_at_seconds=1009.95)
    seen = dataclasses.replace(evidence, mappings=MappingLooks((*evidence.mappings.all, cut)))
    found = ledger_of(seen, BRINK)
    assert found.at_seconds == 1009.8
    assert abs(found.bytes_of("unexplained")) < 0.01 * found.charge_bytes


def test_seconds_count_from_the_start() -> None:
    assert at(growing(), 4.2).at_seconds == 1004.0


def test_a_look_with_gos_own_beside_it_is_worth_going_back_for() -> None:
    """Go's endpoint fell silent for the last seconds, while memory stayed where it was."""
    evidence = growing(go_until=8.0)
    assert evidence.cgroup is not None
    flat = dict(evidence.cgroup.columns)
    for name in ("usage_bytes", "anon_bytes"):
        flat[name] = np.where(evidence.cgroup.time_seconds < 1008, flat[name], flat[name][160])
    still = dataclasses.replace(evidence, cgroup=CgroupSeries(evidence.cgroup.time_seconds, flat))
    assert at(still, BRINK).at_seconds == 1008.0


def test_a_wrong_stamp_on_the_mappings_does_not_open_a_gap() -> None:
    """Half a second off at 10 MiB a second would be 3 MiB of anonymous memory from nowhere."""
    found = ledger_of(growing(shifted_seconds=0.3), 5.3)
    assert abs(found.bytes_of("unexplained")) < 0.01 * found.charge_bytes
    check_sums(found)


def test_how_far_the_looks_lie_apart_is_said() -> None:
    assert 0 < at(growing(), BRINK).window_seconds < 0.05
    assert at(growing(go_until=5.0), 9.0).window_seconds > 1.0
    notes = ledger_of(growing(go_until=5.0), 9.0).notes
    assert any("from this moment" in note for note in notes)


def test_the_history_ends_before_the_dying_and_sums_to_the_charge() -> None:
    evidence = growing()
    found = ledger_history(evidence, *tables(evidence))
    assert found is not None
    assert found.time_seconds[0] >= 1001.0
    assert found.time_seconds[-1] < 1010.0
    total = np.sum(list(found.layers.values()), axis=0)
    expected = (found.time_seconds - 1000.0) * 10 * MIB + 16384 + MIB
    assert np.allclose(total, expected)
    assert np.all(np.abs(found.layers.get("unexplained", np.zeros(1))) < 1)
    assert len(found.time_seconds) <= 160


def test_a_single_look_is_no_history() -> None:
    evidence = growing()
    assert ledger_history(dataclasses.replace(evidence, cgroup=None), *tables(evidence)) is None
