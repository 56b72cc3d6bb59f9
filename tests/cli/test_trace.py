"""``goom trace``: status, JSON, several traces, and what cannot be read."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.sources import servers

from goom.cli.main import main
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.sources import trace_look
from goom.sources.bundle_reader import read_bundle
from goom.sources.live_target import LiveTarget

TRACES = Path(__file__).parents[1] / "formats" / "exec_trace" / "traces"
SERVED = TRACES.parent / "programs" / "served"
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


def test_a_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "x.html"
    assert main(["trace", STUBBORN, "--html", str(page)]) == 1
    assert "main.copyLong" in page.read_text(encoding="utf-8")
    assert str(page) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((STUBBORN, "--for", "1s"), "for recording a running program"),
        ((STUBBORN, "http://127.0.0.1:1"), "not both at once"),
        (("http://127.0.0.1:1/debug/pprof/trace?seconds=1",), "nobody listens"),
        ((STUBBORN, "--html", "/nowhere/x.html"), "cannot write /nowhere/x.html"),
    ],
)
def test_what_cannot_be_is_said(
    arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_a_program_that_records_none_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    index = b"Types of profiles available<td>3</td><td><a href='goroutine?debug=1'>"
    with servers.serving(servers.by_path({"/debug/pprof/": index})) as url:
        assert main(["trace", f"{url}/debug/pprof/trace", "--for", "0.1s"]) == 2
    said = capsys.readouterr().err
    assert "the world stops when it begins and ends" in said
    assert "one trace can be recorded at a time" in said


@contextmanager
def served(version: str) -> Iterator[tuple[int, str]]:
    """A real server under load with its pid and address."""
    command = [str(build(SERVED, obtain(version))), "listen", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield child.pid, child.stdout.readline().strip()
        finally:
            child.kill()


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each recording took, by the clock here: no trace can be longer than its own."""
    record, took = trace_look.record, list[float]()

    def timed(target: LiveTarget, seconds: float, path: Path) -> None:
        began = time.monotonic()
        record(target, seconds, path)
        took.append(time.monotonic() - began)

    monkeypatch.setattr(trace_look, "record", timed)
    return took


@pytest.mark.real_go
def test_a_running_program_is_recorded_by_pid_and_by_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recordings: list[float]
) -> None:
    kept = tmp_path / "kept.trace"
    with served("1.27.3") as (pid, url):
        main(["trace", str(pid), "--for", "1s", "-o", str(kept), "--json"])
        found = capsys.readouterr()
        main(["trace", f"{url}/debug/pprof/trace?seconds=0.3", "--json"])
        other = json.loads(capsys.readouterr().out)
    assert "for 1.0 s: the world stops" in found.err
    [one], [two] = json.loads(found.out)["traces"], other["traces"]
    assert "all requests of net/http" in {each["name"] for each in one["handlers"]}
    assert kept.stat().st_size == one["size_bytes"]
    assert 0.95 < one["duration_seconds"] < recordings[0]
    assert 0.25 < two["duration_seconds"] < recordings[1]


@pytest.mark.real_go
def test_a_snapshot_of_the_flight_recorder_is_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "flight.trace"
    command = [str(build(SERVED, obtain("1.27.3"))), "flight", str(path), "1.5"]
    subprocess.run(command, check=True, timeout=60)
    assert main(["trace", str(path), "--json"]) in (0, 1)
    [one] = json.loads(capsys.readouterr().out)["traces"]
    assert one["duration_seconds"] > 0.5
    assert "main.search" in {each["name"] for each in one["handlers"]}


def test_a_trace_among_loose_files_is_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", STUBBORN, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    [stop] = [one for one in told["findings"] if one["code"] == "trace_stop"]
    assert "main.copyLong" in stop["detail"]
    assert stop["source"] == STUBBORN


def test_a_cut_off_trace_is_named_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "torn.trace"
    torn.write_bytes(Path(STUBBORN).read_bytes()[:300])
    assert main(["diagnose", str(torn), STUBBORN, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert [one["what"] for one in told["not_read"]] == [str(torn)]
    assert "trace_stop" in {one["code"] for one in told["findings"]}


@pytest.mark.real_go
def test_capture_records_a_trace_when_it_is_asked_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "x.goom"
    wanted = ["--for", "1.5s", "--trace", "0.4s", "-o", str(bundle), "--profiles", "heap"]
    with served("1.27.3") as (pid, _):
        main(["capture", str(pid), *wanted])
    assert "execution trace, 400 ms" in capsys.readouterr().err
    [trace] = read_bundle(bundle).exec_traces.all
    assert trace.duration_seconds > 0.2
    main(["diagnose", str(bundle), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert "trace_assists" in {one["code"] for one in told["findings"]}
