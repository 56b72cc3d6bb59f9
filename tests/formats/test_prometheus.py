"""Prometheus and OpenMetrics text."""

from __future__ import annotations

from math import inf, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.formats.prometheus import go_version, label_value, memstats_fields, parse, series

TEXT = b"""\
# HELP go_gc_duration_seconds A summary of the pause duration of garbage collection cycles.
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} 1.6e-05
go_gc_duration_seconds_sum 0.001
go_gc_duration_seconds_count 17
go_goroutines 9
go_info{version="go1.22.10"} 1
go_memstats_heap_alloc_bytes 1.234e+06 1700000000000
go_memstats_last_gc_time_seconds 1.7e+09
process_resident_memory_bytes 2.5e+07
http_requests_total{path="/a b",code="200",} 3 # {trace_id="x"} 0.5 1.0
up NaN
limit +Inf
# EOF
"""


def test_samples_keep_their_labels_sorted() -> None:
    samples = parse(TEXT)
    assert samples["go_goroutines"] == 9
    assert samples['go_gc_duration_seconds{quantile="0"}'] == 1.6e-05
    assert samples['http_requests_total{code="200",path="/a b"}'] == 3
    assert isnan(samples["up"])
    assert samples["limit"] == inf


def test_go_metrics_have_memstats_names() -> None:
    fields = memstats_fields(parse(TEXT))
    assert fields == {
        "HeapAlloc": 1.234e6,
        "LastGC": 1.7e18,
        "NumGC": 17,
        "NumGoroutine": 9,
        "PauseTotalNs": 1e6,
    }


def test_runtime_metrics_add_up_to_memstats_names() -> None:
    text = (
        b"go_memory_classes_heap_objects_bytes 10\ngo_memory_classes_heap_unused_bytes 5\n"
        b"go_memory_classes_heap_free_bytes 3\ngo_memory_classes_heap_released_bytes 2\n"
    )
    fields = memstats_fields(parse(text))
    assert fields == {"HeapAlloc": 10, "HeapInuse": 15, "HeapIdle": 5, "HeapReleased": 2}


def test_several_processes_in_one_text_are_nobodys_figures() -> None:
    text = b'go_goroutines{pod="a"} 1\ngo_goroutines{pod="b"} 2\n'
    assert memstats_fields(parse(text)) == {}


def test_labels_that_name_the_one_process_do_no_harm() -> None:
    assert memstats_fields(parse(b'go_goroutines{pod="a"} 1\n')) == {"NumGoroutine": 1}


def test_the_version_of_go_is_known() -> None:
    assert go_version(parse(TEXT)) == "1.22.10"
    assert go_version({}) is None


def test_looks_become_columns_in_order_of_time() -> None:
    table = series([(2.0, {"a": 2.0}), (1.0, {"a": 1.0, "b": 5.0})])
    assert table.time_seconds.tolist() == [1.0, 2.0]
    assert table.columns["a"].tolist() == [1.0, 2.0]
    assert isnan(table.columns["b"][1])


def test_escapes_in_a_label_are_undone() -> None:
    (name,) = parse(b'x{a="q\\"uo\\\\te\\n"} 1\n')
    assert name == 'x{a="q\\"uo\\\\te\\n"}'
    assert label_value('q\\"uo\\\\te\\n') == 'q"uo\\te\n'


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", b"gc 1 @0.1s", b"x{a=1} 2\n", b"{} 1"])
def test_what_holds_no_sample_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadInput, match="no Prometheus sample"):
        parse(data)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.floats(allow_nan=False), min_size=1
    )
)
def test_what_is_written_plainly_is_read_back(samples: dict[str, float]) -> None:
    text = "".join(f"{name} {value!r}\n" for name, value in samples.items())
    assert parse(text) == samples
