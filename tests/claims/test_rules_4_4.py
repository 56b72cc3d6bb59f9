"""The rules of chapter 4.4: what Prometheus sees."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each

TWINS: tuple[Twin, ...] = (
    Twin("C101", HOLDS, each(has_metric=True, quantiles="0.5 0.99", has_summary=True)),
    Twin("C101", IN_PART, each(has_metric=False, quantiles="0.5 0.99", has_summary=True)),
    Twin("C101", DOES_NOT_HOLD, each(has_metric=False, quantiles="0 0.5 1", has_summary=True)),
    Twin("C101", DOES_NOT_HOLD, each(has_metric=False, quantiles="", has_summary=False)),
    Twin("C102", HOLDS, each(exported=True, files_that_have_it="x.go")),
    Twin("C102", IN_PART, each(exported=False, files_that_have_it="x.go")),
    Twin("C102", DOES_NOT_HOLD, each(exported=False, files_that_have_it="")),
    Twin(
        "C103", HOLDS, each(by_default=1, with_every_rule="go_gc_heap_allocs_by_size_bytes_total")
    ),
    Twin("C103", IN_PART, each(by_default=0, with_every_rule="go_gc_heap_allocs_by_size_bytes")),
    Twin("C103", DOES_NOT_HOLD, each(by_default=0, with_every_rule="")),
    Twin(
        "C104", HOLDS, each(module="github.com/uber-go/goleak", files_about_prometheus=2, files=3)
    ),
    Twin(
        "C104", IN_PART, each(module="github.com/uber-go/goleak", files_about_prometheus=0, files=3)
    ),
    Twin(
        "C104", DOES_NOT_HOLD, each(module="go.uber.org/goleak", files_about_prometheus=0, files=3)
    ),
    Twin("C105", HOLDS, each(builds=True, control_builds=True, go_says="x")),
    Twin("C105", DOES_NOT_HOLD, each(builds=False, control_builds=True, go_says="x")),
    Twin("C105", IN_PART, each(builds=False, control_builds=False, go_says="x")),
    Twin("C106", HOLDS, each(ends_with_status=0, go_metrics_without_it=0, says="x")),
    Twin("C106", IN_PART, each(ends_with_status=0, go_metrics_without_it=27, says="x")),
    Twin("C106", IN_PART, each(ends_with_status=2, go_metrics_without_it=27, says="x")),
    Twin("C106", DOES_NOT_HOLD, each(ends_with_status=2, go_metrics_without_it=0, says="x")),
    Twin("C107", HOLDS, each(names_missing_before=4, names_before_any_collection=30)),
    Twin("C107", DOES_NOT_HOLD, each(names_missing_before=0, names_before_any_collection=30)),
    Twin(
        "C108",
        HOLDS,
        each(sum_equals_gc_stats=True, count_equals_gc_stats=True, library_reads_gc_stats=True),
    ),
    Twin(
        "C108",
        IN_PART,
        each(sum_equals_gc_stats=True, count_equals_gc_stats=True, library_reads_gc_stats=False),
    ),
    Twin(
        "C108",
        DOES_NOT_HOLD,
        each(sum_equals_gc_stats=False, count_equals_gc_stats=False, library_reads_gc_stats=False),
    ),
)
UNMEASURABLE = {"C109": "thresholds are a choice", "C110": "it is not about Go's memory"}


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
