"""The bundle's CSV series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.case.series import CgroupSeries, ProcessSeries
from goom.formats.series_csv import read, read_parts, write

figures = st.floats(allow_infinity=False) | st.integers(0, 2**53).map(float)


@given(st.lists(st.tuples(st.integers(0, 10**10), figures, figures), unique_by=lambda row: row[0]))
def test_what_is_written_is_read_back(rows: list[tuple[int, float, float]]) -> None:
    rows.sort()
    table = np.array(rows, np.float64).reshape(-1, 3).T
    series = ProcessSeries(table[0], {"rss_bytes": table[1], "threads": table[2]})
    again = read(write(series), ProcessSeries)
    assert np.array_equal(again.time_seconds, table[0])
    for row, name in ((1, "rss_bytes"), (2, "threads")):
        assert np.array_equal(again.columns[name], table[row], equal_nan=True)


def test_an_empty_cell_is_unknown_and_whole_numbers_stay_whole() -> None:
    series = read(b"time_seconds,rss_bytes\n1.5,\n2,9007199254740992\n", ProcessSeries)
    assert np.isnan(series.columns["rss_bytes"][0])
    assert write(series) == b"time_seconds,rss_bytes\n1.5,\n2,9007199254740992\n"


def test_half_a_last_row_is_dropped() -> None:
    assert len(read(b"time_seconds,a\n1,2\n2,3\n3,4", ProcessSeries)) == 2


def test_parts_are_one_series_in_order_of_time() -> None:
    parts = [b"time_seconds,a\n5,50\n6,60\n", b"time_seconds,a,b\n1,10,11\n5,99,99\n"]
    series = read_parts(parts, CgroupSeries)
    assert isinstance(series, CgroupSeries)
    assert series.time_seconds.tolist() == [1, 5, 6]
    assert series.columns["a"].tolist() == [10, 50, 60]
    assert np.isnan(series.columns["b"][1:]).all()


def test_no_part_is_an_empty_series() -> None:
    assert len(read_parts([], ProcessSeries)) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"rss_bytes\n1\n",
        b"time_seconds,a,a\n",
        b"time_seconds,=cmd()\n",
        b"time_seconds,a\n1\n",
        b"time_seconds,a\n1,x\n",
        b"time_seconds," + b"a," * 2000,
    ],
)
def test_what_is_no_series_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read(data, ProcessSeries)
