"""Weighing: what is believed, how much, and when nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.evidence import NO_HEAP_PROFILE, Evidence, NotRead
from goom.case.evidence_words import TWO_HEAP_PROFILES
from goom.case.subject import Subject
from goom.case.verdict import CANNOT_TELL, CAUSES, Hypothesis, NotChecked, Reason
from goom.verdict import LEAST_CONFIDENCE, weigh
from tests.signals.small_evidence import log, memstats

NOTHING = Evidence(subject=Subject())


def said(cause: str, weight: float, *, against: float = 0.0, lacks: str = "") -> Hypothesis:
    return Hypothesis(
        cause=cause,
        prior=-3.0,
        speaks_for=(Reason("it does", weight),) if weight else (),
        speaks_against=(Reason("it does not", against),) if against else (),
        missing=(lacks,) if lacks else (),
    )


hypotheses = st.lists(st.sampled_from(CAUSES), unique=True, max_size=len(CAUSES)).flatmap(
    lambda causes: st.tuples(*(st.builds(said, st.just(one), st.floats(0, 12)) for one in causes))
)


@given(hypotheses)
def test_the_confidences_of_all_causes_sum_to_one(heard: tuple[Hypothesis, ...]) -> None:
    verdict = weigh(heard, (), NOTHING)
    shares = [rival.confidence for rival in verdict.rivals]
    if verdict.cause != CANNOT_TELL:
        shares.append(verdict.confidence)
    assert sum(shares) == pytest.approx(1.0 if heard else 0.0)
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert {verdict.cause, *(rival.cause for rival in verdict.rivals)} - {CANNOT_TELL} == {
        one.cause for one in heard
    }


@given(hypotheses)
def test_rivals_come_likeliest_first_and_none_is_likelier_than_the_verdict(
    heard: tuple[Hypothesis, ...],
) -> None:
    verdict = weigh(heard, (), NOTHING)
    shares = [rival.confidence for rival in verdict.rivals]
    assert shares == sorted(shares, reverse=True)
    if verdict.cause != CANNOT_TELL:
        assert verdict.confidence >= max([LEAST_CONFIDENCE, *shares])


@given(hypotheses)
def test_the_order_in_which_causes_speak_does_not_matter(heard: tuple[Hypothesis, ...]) -> None:
    forwards, backwards = weigh(heard, (), NOTHING), weigh(heard[::-1], (), NOTHING)
    assert forwards.confidence == pytest.approx(backwards.confidence)
    if len({one.log_odds for one in heard}) == len(heard):
        assert forwards.cause == backwards.cause


def test_nothing_heard_is_no_verdict_and_says_what_to_bring() -> None:
    verdict = weigh((), (), NOTHING)
    assert verdict.cause == CANNOT_TELL
    assert any("gctrace" in what for what in verdict.missing)


def test_a_cause_for_which_nothing_speaks_is_never_the_verdict() -> None:
    assert weigh((said("heap_leak", 0),), (), NOTHING).cause == CANNOT_TELL


def test_two_causes_that_are_as_likely_are_both_named_but_not_decided() -> None:
    heard = [said(cause, 6) for cause in ("heap_leak", "off_heap", "alloc_churn")]
    verdict = weigh(heard, (), NOTHING)
    assert verdict.cause == CANNOT_TELL
    assert "heap_leak or off_heap" in verdict.summary


def test_what_was_not_checked_keeps_a_share_and_says_what_it_lacked() -> None:
    verdict = weigh((said("heap_leak", 1.8),), (NotChecked("alloc_churn", ("GCTrace",)),), NOTHING)
    assert next(one for one in verdict.rivals if one.cause == "alloc_churn").confidence > 0.1
    assert verdict.cause == CANNOT_TELL
    assert any("gctrace" in what for what in verdict.missing)


def ran(collections: int) -> Evidence:
    """A program that counts its collections, the log of which was asked for but not read."""
    subject = Subject(environment={"GODEBUG": "gctrace=1"})
    return Evidence(subject=subject, memstats=memstats([0, 9], NumGC=[0, collections]))


@pytest.mark.parametrize(
    ("seen", "lacking", "words"),
    [
        (NOTHING, ("GCCost",), "not checked without a GC log (GODEBUG=gctrace=1)"),
        (NOTHING, ("GCCost", "Course"), "(GODEBUG=gctrace=1) and memory over time"),
        (ran(0), ("GCCost",), "no collection ran, so no GC log"),
        (ran(0), ("MarkedHeap",), "no collection ran, so no GC log"),
        (ran(2), ("GCCost",), "too few collections, 2"),
        (ran(10), ("GCCost",), "not checked without a GC log"),
        (replace(NOTHING, gctrace=log([(1.0, 4, 2, 4)])), ("GCCost",), "too few collections, 1"),
        (replace(NOTHING, gctrace=log([])), ("GCCost",), "not checked without a GC log"),
        (ran(0), ("Pooling",), "without heap profiles"),
    ],
)
def test_who_could_not_speak_says_why(seen: Evidence, lacking: tuple[str, ...], words: str) -> None:
    silent = (NotChecked("alloc_churn", lacking),)
    rivals = weigh((said("heap_leak", 9), said("off_heap", 1)), silent, seen).rivals
    told = {one.cause: one.unheard for one in rivals}
    assert words in told["alloc_churn"]
    assert not told["off_heap"]


def test_the_heaviest_reason_is_said_first() -> None:
    reasons = tuple(Reason(f"{weight}", weight) for weight in (1.0, 4.0, 2.0))
    verdict = weigh((Hypothesis(cause="heap_leak", speaks_for=reasons),), (), NOTHING)
    assert [reason.weight for reason in verdict.speaks_for] == [4.0, 2.0, 1.0]


def test_a_second_strong_cause_is_named_too_unless_all_is_well() -> None:
    heard = [said("heap_leak", 14), said("alloc_churn", 12), said("off_heap", 3.1)]
    assert weigh(heard, (), NOTHING).also == ("alloc_churn",)
    well = [said("healthy", 14), said("alloc_churn", 12)]
    assert weigh(well, (), NOTHING).also == ()


def test_one_rise_has_one_cause() -> None:
    heard = [said("heap_leak", 14), said("goroutine_leak", 13)]
    assert weigh(heard, (), NOTHING).also == ()


def test_a_sure_verdict_asks_for_nothing_more() -> None:
    sure = weigh((said("heap_leak", 12, lacks="a log"), said("off_heap", 1)), (), NOTHING)
    assert (sure.cause, sure.tell_apart) == ("heap_leak", "")
    close = weigh((said("heap_leak", 6), said("off_heap", 5, lacks="smaps")), (), NOTHING)
    assert "smaps" in close.tell_apart


def test_nobody_is_sent_for_a_heap_profile_that_the_program_does_not_keep() -> None:
    leak = said("heap_leak", 9.0, lacks=TWO_HEAP_PROFILES)
    why = NotRead("heap profile, by X-ray", f"process 7 {NO_HEAP_PROFILE}")
    none = weigh([leak], (), Evidence(subject=Subject(), not_read=(why,)))
    assert none.missing == ()
    assert "keeps no heap profile" in none.unnamed
    some = weigh([leak], (), NOTHING)
    assert some.missing == (TWO_HEAP_PROFILES,)
    assert not some.unnamed


def test_a_leak_of_goroutines_is_named_without_a_heap_profile() -> None:
    why = NotRead("heap profile, by X-ray", f"process 7 {NO_HEAP_PROFILE}")
    seen = Evidence(subject=Subject(), not_read=(why,))
    assert not weigh([said("goroutine_leak", 9.0)], (), seen).unnamed
