"""``goom trace``: status, JSON, several traces, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goom.cli.main import main

TRACES = Path(__file__).parents[1] / "formats" / "exec_trace" / "traces"
STUBBORN = str(TRACES / "1.27.3-stubborn.trace")
SWITCHES = str(TRACES / "1.23.9-switches.trace")


def test_somebody_held_up_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", STUBBORN]) == 1
    assert "main.copyLong" in capsys.readouterr().out


def test_nobody_held_up_is_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", SWITCHES]) == 0
    assert "held nobody up" in capsys.readouterr().out


def test_several_traces_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "--json", STUBBORN, SWITCHES, SWITCHES]) == 1
    found = json.loads(capsys.readouterr().out)
    assert len(found["traces"]) == 3
    assert {one["trace"] for one in found["outliers"]} == {"1.27.3-stubborn.trace"}


def test_what_is_no_trace_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    assert main(["trace", str(other)]) == 2
    said = capsys.readouterr().err
    assert "notes.txt" in said
    assert "debug/pprof/trace" in said
    assert "Traceback" not in said


def test_diagnose_says_which_command_reads_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", STUBBORN]) == 2
    assert "goom trace FILE" in capsys.readouterr().err
