"""Any bytes as a CSV series; what is read must survive being written."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from goom.case.errors import GoomError
from goom.case.series import ProcessSeries
from goom.formats.series_csv import read, read_parts, write


def one_input(data: bytes) -> None:
    """Read, write, read again."""
    with suppress(GoomError):
        series = read(data, ProcessSeries)
        again = read(write(series), ProcessSeries)
        assert np.array_equal(series.time_seconds, again.time_seconds)
        for name, column in series.columns.items():
            assert np.array_equal(column, again.columns[name], equal_nan=True)
        read_parts([data, data], ProcessSeries)
