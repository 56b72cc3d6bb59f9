"""What a GC log adds up to, on real logs and on made ones, sick beside healthy."""

from __future__ import annotations

import re
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from goom.case.gc_statistics import GCStatistics
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.formats.gctrace import parse
from goom.signals.gc_processes import main_process, of_process, process_count
from goom.signals.gc_statistics import gc_statistics, statistics

FORMATS = Path(__file__).parents[1] / "formats"
HEALTHY = sorted((FORMATS / "gctrace_samples").glob("sc-*.txt"))
THRASH = FORMATS / "gctrace_logs" / "thrash-1.27.3.log"


def cycle(number: int, at: float, **changed: str) -> str:
    parts = {
        "sweep": "0.02", "mark": "5.0", "termination": "0.05", "assist": "0.5", "background": "2.5",
        "heap": "90->95->50", "goal": "100", "procs": "4", "forced": "",
    } | changed  # fmt: skip
    return (
        f"gc {number} @{at:.3f}s 1%: {parts['sweep']}+{parts['mark']}+{parts['termination']} ms"
        f" clock, 0.08+{parts['assist']}/{parts['background']}/1.0+0.2 ms cpu, {parts['heap']} MB,"
        f" {parts['goal']} MB goal, 0 MB stacks, 0 MB globals, {parts['procs']} P"
        f"{parts['forced']}\n"
    )


def log(count: int = 60, every: float = 0.5, **changed: str) -> str:
    return "".join(cycle(number, number * every, **changed) for number in range(1, count + 1))


def told(text: str) -> GCStatistics:
    found = statistics(parse(text.encode()))
    assert found is not None
    return found


def codes(text: str) -> dict[str, str]:
    return {one.code: one.source for one in told(text).anomalies}


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_gc_cpu_is_what_the_runtime_itself_says(path: Path) -> None:
    found = statistics(parse(path.read_bytes()))
    assert found is not None
    assert found.cpu.fraction == pytest.approx(found.cpu.stated_fraction, abs=0.015)


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_a_healthy_log_has_nothing_odd(path: Path) -> None:
    found = statistics(parse(path.read_bytes()))
    assert found is not None
    assert found.anomalies == ()


def test_a_limit_below_what_is_kept_shows_in_a_real_log() -> None:
    found = statistics(parse(THRASH.read_bytes()))
    assert found is not None
    assert {"back_to_back", "goal_overshoot", "gc_cpu_high"} <= {
        one.code for one in found.anomalies
    }


def test_a_made_log_adds_up() -> None:
    found = told(log())
    assert (found.cycles, found.procs, found.processes) == (60, 4, 1)
    assert found.wall_seconds == pytest.approx(30.0, abs=0.01)
    assert found.cycles_per_second == pytest.approx(2.0, rel=0.01)
    assert found.cpu.assist_seconds == pytest.approx(60 * 0.5e-3)
    assert found.cpu.total_seconds == pytest.approx(60 * (0.08 + 0.5 + 2.5 + 0.2) * 1e-3)
    assert found.cpu.fraction == pytest.approx(found.cpu.total_seconds / 4 / 30.0, rel=0.01)
    assert found.goal_ratio.median == pytest.approx(0.95)
    assert found.allocated_bytes_per_second.median == pytest.approx(45 * MIB / 0.5, rel=0.01)
    mark = next(one for one in found.phases if one.key == "mark")
    assert mark.median == mark.maximum == pytest.approx(5e-3)
    assert isnan(found.timeline.allocated_bytes_per_second[0])
    assert found.anomalies == ()


SICK = {
    "long_pause": cycle(31, 30.6, termination="45"),
    "mark_outlier": cycle(31, 30.6, mark="400"),
    "missing_cycles": cycle(40, 30.6),
    "process_restart": cycle(1, 0.1) + cycle(2, 0.2),
    "malformed": "gc 31 @30.6s oh no\nlater\n",
    "cut_off": "gc 31 @30.600s 1%: 0.02+5",
    "go_fatal": "fatal error: runtime: out of memory\n",
}


@pytest.mark.parametrize("code", SICK)
def test_an_odd_line_is_named_and_its_number_given(code: str) -> None:
    healthy = log(30, every=1.0)
    assert codes(healthy) == {}
    found = codes(healthy + SICK[code])
    assert list(found) == [code]
    assert code == "go_fatal" or found[code] == "gctrace line 31"


def test_a_goal_that_is_missed_again_and_again_is_named() -> None:
    assert "goal_overshoot" in codes(log(heap="90->150->50"))
    assert "goal_overshoot" not in codes(log(heap="90->108->50"))


def test_cycles_without_a_rest_are_named() -> None:
    assert "back_to_back" in codes(log(mark="450", background="500"))
    assert "back_to_back" not in codes(log(mark="200", background="200"))


def test_gc_cpu_at_the_limiter_is_named() -> None:
    assert "gc_cpu_limiter" in codes(log(mark="450", background="950"))
    assert "gc_cpu_high" in codes(log(mark="450", background="600"))


BUSY_FIRST = "".join(cycle(n, n * 0.25, mark="200", background="560") for n in range(1, 8))


def test_the_busiest_window_is_as_wide_as_it_was_and_says_when() -> None:
    """56 % of the procs through less than two seconds is not 56 % of ten."""
    early = told(BUSY_FIRST + "".join(cycle(n, n * 0.5) for n in range(8, 60)))
    assert early.cpu.window_seconds == pytest.approx(1.95, abs=0.01)
    assert early.cpu.busiest_until_seconds == pytest.approx(1.95, abs=0.01)
    said = next(one.detail for one in early.anomalies if one.code == "gc_cpu_limiter")
    assert "in the first 2.0 s." in said
    late = log(30, every=1.0) + "".join(
        cycle(30 + n, 30 + n * 0.5, mark="450", background="950") for n in range(1, 40)
    )
    assert told(late).cpu.window_seconds == 10.0
    said = next(one.detail for one in told(late).anomalies if one.code == "gc_cpu_limiter")
    assert re.search(r"in the 10\.0 s that ended 4\d\.\d s after the start\.", said)


@pytest.mark.parametrize(("first", "said"), [(0, "From less than 1 MiB to"), (3, "From 3 MiB to")])
def test_a_log_that_rounds_does_not_say_that_nothing_survived(first: int, said: str) -> None:
    """A gctrace prints whole MiB, cut off."""
    text = "".join(
        cycle(n, n * 1.0, heap=f"{n + 5}->{n + 5}->{max(n - 3, 0) + first}") for n in range(1, 60)
    )
    (found,) = (one for one in told(text).anomalies if one.code == "heap_rises")
    assert said in found.detail


def test_assists_that_take_the_cpu_are_named() -> None:
    assert "assist_storm" in codes(log(mark="50", assist="90"))
    assert "assist_storm" not in codes(log(mark="50", assist="30"))


def test_somebody_who_forces_collections_is_named() -> None:
    assert "forced_storm" in codes(log(forced=" (forced)"))
    assert "forced_storm" not in codes(log(every=60.0, forced=" (forced)"))


def test_a_scavenger_that_lags_is_named() -> None:
    behind = "".join(
        cycle(number, number * 5.0)
        + "scav 0 KiB work (bg), 0 KiB work (eager), 8 KiB now, 10% util\n"
        for number in range(1, 30)
    )
    found = told(behind)
    assert "scavenger_lag" in {one.code for one in found.anomalies}
    assert found.scavenging is not None
    assert found.scavenging.lag_bytes == pytest.approx((500 - 110) * MIB)
    assert told(behind.replace("10% util", "60% util")).anomalies == ()


def test_a_scavengers_line_before_any_cycle_is_no_trouble() -> None:
    scav = "scav 0 KiB work (bg), 0 KiB work (eager), 8 KiB now, 10% util\n"
    assert told(scav + cycle(1, 1.0)).scavenging is not None


def test_no_goal_and_no_memory_give_no_nonsense() -> None:
    found = told(log(goal="17592186044415", heap="0->0->0"))
    assert found.overshot_cycles == 0
    assert isnan(found.goal_ratio.maximum)


def test_each_process_of_a_log_can_be_looked_at() -> None:
    text = log(30) + log(10, every=0.1)
    trace = parse(text.encode())
    assert (process_count(trace), main_process(trace)) == (2, 0)
    second = statistics(trace, 1)
    assert second is not None
    assert (second.process, second.cycles) == (1, 10)
    assert of_process(trace, 1).cycles.line.tolist() == list(range(31, 41))


def test_a_log_without_cycles_has_no_statistics() -> None:
    assert gc_statistics(parse(b"nothing here\n"), Subject()) is None


def test_the_window_forgets_what_is_past() -> None:
    busy = "".join(cycle(n, n * 0.5, mark="450", background="950") for n in range(1, 30))
    calm = "".join(cycle(n, n * 0.5) for n in range(30, 90))
    share = told(busy + calm).timeline.gc_cpu_fraction
    assert share[25] > 0.4
    assert share[-1] < 0.02
    assert np.isfinite(share).all()
