"""One clock: from the process's start, else the log's, else the first look."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from goom.case.evidence import Evidence
from goom.case.subject import Ending, Subject
from goom.signals.timebase import timebase
from tests.detectors.world import START
from tests.signals.small_evidence import log, process

LOOKS = process([2, 5, 9], rss_bytes=[1, 2, 3])


def test_the_start_of_the_process_wins() -> None:
    subject = Subject(started_at_seconds=START - 1, ending=Ending(at_seconds=START + 20))
    found = timebase(Evidence(subject=subject, process=LOOKS, gctrace=log([(1, 4, 2, 4)])))
    assert (found.origin_seconds, found.starts_at_process_start) == (START - 1, True)
    assert found.end_seconds == 21


def test_a_log_with_its_start_is_the_next_best() -> None:
    found = timebase(Evidence(subject=Subject(), process=LOOKS, gctrace=log([(1, 4, 2, 4)])))
    assert (found.origin_seconds, found.starts_at_process_start) == (START, True)


def test_a_log_alone_counts_from_its_own_zero() -> None:
    trace = replace(log([(1, 4, 2, 4), (7, 4, 2, 4)]), started_at_seconds=nan)
    found = timebase(Evidence(subject=Subject(), gctrace=trace))
    assert (found.origin_seconds, found.starts_at_process_start, found.end_seconds) == (0, True, 7)


def test_looks_alone_do_not_show_the_start() -> None:
    found = timebase(Evidence(subject=Subject(), process=LOOKS))
    assert (found.origin_seconds, found.starts_at_process_start) == (START + 2, False)
    assert found.end_seconds == 7


def test_nothing_at_all_is_no_time_at_all() -> None:
    assert timebase(Evidence(subject=Subject())).end_seconds == 0.0


def test_the_end_is_that_of_the_process_that_wrote_most_of_the_log() -> None:
    others = [(900.0 + number, 8, 4, 8) for number in range(3)]
    trace = log([(float(number), 8, 4, 8) for number in range(1, 9)], others=others)
    found = timebase(Evidence(subject=Subject(started_at_seconds=START), gctrace=trace))
    assert found.end_seconds == 8
