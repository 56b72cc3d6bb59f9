"""fragmentation: sick and healthy twins."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.detectors.world import START, Held, World, evidence, handler, profile, verdict
from tests.signals.small_evidence import HEAP
from tests.span_maps import span_map

from goom.case.evidence import Profiles
from goom.case.series import MemStatsSeries
from goom.case.units import MIB
from goom.case.verdict import Hypothesis
from goom.case.xray_spans import SpanMap, SpanMaps
from goom.detectors.fragmentation import fragmentation
from goom.diagnose import diagnose
from goom.rooms import supply

HELD = (Held(stack=handler("main.readList"), block_bytes=64),)
PINNING = World(
    survives_bytes=lambda _: 6 * MIB, waste_bytes=lambda t: min(10 * t, 30) * MIB, held=HELD
)
SPARSE = span_map([(13, 3800, 12)], released_pages=400)  # 64 bytes without pointers, 128 to a span
FULL = span_map([(13, 3800, 127)], released_pages=400)
GIVEN_BACK = span_map([(13, 700, 120)], free_pages=4000, released_pages=4000)
NOT_GIVEN_BACK = span_map([(13, 700, 120)], free_pages=4000)


def test_spans_that_few_objects_pin_are_fragmentation() -> None:
    said = verdict(
        World(
            survives_bytes=lambda _: 6 * MIB, waste_bytes=lambda t: min(10 * t, 70) * MIB, held=HELD
        )
    )
    assert said.cause == "fragmentation"
    assert said.blame[0].function == "main.readList"


def test_waste_that_goes_after_a_peak_is_healthy() -> None:
    said = verdict(
        World(
            survives_bytes=lambda _: 12 * MIB,
            waste_bytes=lambda t: (40 if 5 < t < 8 else 1) * MIB,
            held=HELD,
        )
    )
    assert said.cause == "healthy"


def hypothesis(*maps: SpanMap, memstats: bool = True) -> Hypothesis:
    """What is said for and against fragmentation when these maps were read on the way."""
    seen = tuple(replace(one, taken_at_seconds=START + at) for at, one in enumerate(maps))
    known = replace(evidence(PINNING), spans=SpanMaps(seen))
    case = diagnose(known if memstats else replace(known, memstats=None))
    said = supply(fragmentation, case.signals)
    assert isinstance(said, Hypothesis)
    return said


def test_spans_seen_nearly_empty_speak_for_it_and_full_ones_against() -> None:
    unseen = hypothesis().log_odds
    assert hypothesis(*[SPARSE] * 3).log_odds == pytest.approx(unseen + 2.0, abs=0.2)
    assert hypothesis(*[FULL] * 3).log_odds == pytest.approx(unseen - 2.0, abs=0.2)


def test_one_look_at_the_spans_weighs_half() -> None:
    unseen = hypothesis().log_odds
    assert hypothesis(SPARSE).log_odds == pytest.approx(unseen + 1.0, abs=0.1)


LIST, KEPT = handler("main.readList"), handler("main.good")


@pytest.mark.parametrize("sampled", [2, 0])
def test_blamed_is_whose_objects_pin_the_spans_not_who_holds_most(sampled: int) -> None:
    """Large objects pin nothing; what was sampled when it was made tells where none is in use."""
    heap = profile(
        "heap",
        40,
        HEAP,
        [
            (KEPT, (9 * MIB, 90, 9 * MIB, 90), 100_000),
            (LIST, (64 * sampled, sampled, 90 * MIB, 90 * MIB / 64), 60),  # of 64 bytes
        ],
    )
    seen = replace(SPARSE, taken_at_seconds=START + 40)
    known = replace(evidence(PINNING), spans=SpanMaps((seen,)), profiles=Profiles((heap,)))
    said = diagnose(known).verdict
    assert said.cause == "fragmentation"
    assert [row.function for row in said.blame] == ["main.readList"]
    assert "of nearly empty spans in use" in said.blame[0].why


def test_dense_spans_of_the_same_size_are_not_who_pins() -> None:
    """4 MiB of 64 bytes that all live, beside those of which one in two hundred does."""
    dense = handler("main.intern")
    rows = [
        (dense, (4 * MIB, MIB / 16, 4 * MIB, MIB / 16), 64),
        (LIST, (MIB / 2, MIB / 128, 90 * MIB, 90 * MIB / 64), 64),
    ]
    heap = profile("heap", 40, HEAP, rows)
    mixed = span_map([(13, 500, 128), (13, 3800, 12)], released_pages=400)
    seen = SpanMaps((replace(mixed, taken_at_seconds=START + 40),))
    known = replace(evidence(PINNING), spans=seen, profiles=Profiles((heap,)))
    said = diagnose(known).verdict
    assert (said.cause, said.blame[0].function) == ("fragmentation", "main.readList")


def test_who_pins_little_is_not_blamed_for_free_pages() -> None:
    heap = profile("heap", 40, HEAP, [(LIST, (MIB, MIB / 64, 9 * MIB, 9 * MIB / 64), 64)])
    seen = SpanMaps((replace(NOT_GIVEN_BACK, taken_at_seconds=START + 40),))
    known = replace(evidence(PINNING), spans=seen, profiles=Profiles((heap,)))
    found = supply(fragmentation, diagnose(known).signals)
    assert isinstance(found, Hypothesis)
    assert not any("nearly empty" in row.why for row in found.blame)


def test_spans_that_fill_again_after_a_sweep_do_not_speak_for_it() -> None:
    """Of the looks of the last third the one counts in which the least was unused."""
    found = hypothesis(FULL, SPARSE, FULL, SPARSE, FULL, SPARSE)
    assert not [one for one in found.speaks_for if "X-ray" in one.source]


def test_free_pages_speak_for_it_only_when_they_are_not_given_back() -> None:
    held = hypothesis(*[NOT_GIVEN_BACK] * 3)
    assert [one.text for one in held.speaks_for if "holes" in one.text]
    given = hypothesis(*[GIVEN_BACK] * 3)
    assert not [one.text for one in given.speaks_for if "holes" in one.text]


def test_without_memstats_the_span_map_says_what_is_wasted() -> None:
    found = hypothesis(*[SPARSE] * 3, memstats=False)
    assert "not returned" in found.summary
    assert not [what for what in found.missing if "HeapInuse" in what]


def of_memstats(stacks_mib: float) -> Hypothesis:
    """20 MiB of free slots beside so many MiB of stacks."""
    world = World(
        survives_bytes=lambda _: 2 * MIB,
        waste_bytes=lambda _: 20 * MIB,
        stacks_bytes=lambda _: stacks_mib * MIB,
        held=HELD,
        limit_bytes=512 * MIB,
    )
    said = supply(fragmentation, diagnose(evidence(world)).signals)
    assert isinstance(said, Hypothesis)
    return said


def test_stacks_are_part_of_what_go_holds() -> None:
    slots = "of what Go holds"
    assert next(one.weight for one in of_memstats(0.5).speaks_for if slots in one.text) > 3
    beside = of_memstats(240)
    assert not [one for one in beside.speaks_for if slots in one.text]
    assert next(one.weight for one in beside.speaks_against if slots in one.text) > 3


def test_stacks_are_part_of_what_the_spans_lie_in() -> None:
    few = hypothesis(*[NOT_GIVEN_BACK] * 3, memstats=False)
    stacks = replace(NOT_GIVEN_BACK.stacks, pages=NOT_GIVEN_BACK.stacks.pages * 7500)
    many = hypothesis(*[replace(NOT_GIVEN_BACK, stacks=stacks)] * 3, memstats=False)
    for words in ("holes", "of what Go holds"):
        assert [one for one in few.speaks_for if words in one.text]
        assert not [one for one in many.speaks_for if words in one.text]


def test_the_summary_says_of_when_its_figures_are() -> None:
    assert re.match(r"Through the last \d+\.\d s, ", of_memstats(0.5).summary)
    assert hypothesis(SPARSE, memstats=False).summary.startswith("When its spans were read, ")
    assert hypothesis(memstats=False).summary.startswith("At the peak, ")
    known = evidence(PINNING)
    assert known.memstats is not None
    one = {name: column[-1:] for name, column in known.memstats.columns.items()}
    single = MemStatsSeries(known.memstats.time_seconds[-1:], one)
    found = supply(fragmentation, diagnose(replace(known, memstats=single)).signals)
    assert found.summary.startswith("At the last look, ")
