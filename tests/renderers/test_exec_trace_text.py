"""The report of an execution trace as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from goom.case.exec_trace_report import TraceReport
from goom.formats.exec_trace.exec_trace import read
from goom.renderers import exec_trace_json, exec_trace_text
from goom.renderers.text.lines import cells
from goom.signals.exec_trace.outliers import outliers
from goom.signals.exec_trace.report import report

TRACES = sorted((Path(__file__).parents[1] / "formats/exec_trace/traces").glob("*.trace"))


def told(path: Path) -> TraceReport:
    with path.open("rb") as file:
        return report(read(file, name=path.name))


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen(path: Path, width: int) -> None:
    text = exec_trace_text.render([told(path)], (), width=width)
    assert not [line for line in text.splitlines() if cells(line) > width]


def test_the_screen_opens_with_the_trace_and_what_was_found() -> None:
    text = exec_trace_text.render([told(TRACES[-1])], ())
    assert text.startswith(TRACES[-1].name)
    assert "waited" in text.partition("Whose allocation")[0]


def test_names_of_the_program_cannot_move_the_cursor() -> None:
    report = told(TRACES[0])
    held = replace(report.allocators[0], name="\x1b[2Jevil")
    text = exec_trace_text.render([replace(report, name="\x1b[2J", allocators=(held,))], ())
    assert "\x1b" not in text


def test_outliers_come_before_the_reports() -> None:
    reports = [replace(told(TRACES[0]), name=f"day {nth}") for nth in range(4)]
    reports.append(replace(reports[0], name="friday", stopped_fraction=0.99))
    text = exec_trace_text.render(reports, outliers(reports))
    assert text.startswith("5 traces\n  ✗ friday: time with the world stopped is 99 %")


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_json_has_every_figure_and_no_nan(path: Path) -> None:
    found = json.loads(exec_trace_json.render([told(path)], ()))
    assert found["schema"] == "goom.trace/1"
    (one,) = found["traces"]
    assert one["events"] == sum(one["event_counts"].values())
    assert set(one) == set(TraceReport.__slots__)
