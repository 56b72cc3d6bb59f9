"""``goom xray --goroutines``, ``--heap`` and ``--dump`` on a real process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.sources.xray_depth_subjects import running

from goom.cli.main import main
from goom.formats import goroutine_dump, pprof
from goom.golang.toolchain import obtain


@pytest.mark.real_go
def test_goroutines_are_shown_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    with running("1.22.10", goroutines=2000) as subject:
        assert main(["xray", str(subject.pid), "--goroutines"]) == 0
        screen = capsys.readouterr().out
        assert main(["xray", str(subject.pid), "--goroutines", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
    assert all(len(line) < 80 for line in screen.splitlines())
    assert "2,013 goroutines in 18 groups" in screen
    lines = [line.strip() for line in screen.splitlines()]
    first = lines.index(next(line for line in lines if line.startswith("400  chan receive")))
    assert "created by main.park" in lines[first + 3]
    assert "sync.(*Mutex).Lock  mutex.go" in screen
    assert "10  calls time.sendTime, again every 60 min or more" in screen
    assert "5  AfterFunc of main.later" in screen
    assert "the process was not stopped" in " ".join(screen.split())
    assert found["schema"] == "goom.xray.goroutines/1"
    assert sum(group["count"] for group in found["groups"]) == 2013
    assert {len(group["goids"]) for group in found["groups"]} >= {1, 400}
    assert found["timers"]["groups"][0]["count"] == 200


@pytest.mark.real_go
def test_files_are_those_that_go_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heap, dump = tmp_path / "h.pb.gz", tmp_path / "d.txt"
    with running("1.27.3") as subject:
        assert main(["xray", str(subject.pid), "--heap", str(heap), "--dump", str(dump)]) == 0
        assert main(["xray", str(subject.pid), "--heap", str(tmp_path / "no" / "h")]) == 2
        assert main(["xray", str(subject.pid), "--heap", str(heap), "--every", "1s"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "go tool pprof -top" in told.err
    assert "cannot write" in told.err
    assert pprof.parse(heap.read_bytes(), origin="h").kind == "heap"
    assert len(goroutine_dump.parse(dump.read_text()).ids) == 113
    go = obtain("1.22.10").go
    top = subprocess.run(
        [go, "tool", "pprof", "-top", heap], capture_output=True, text=True, timeout=120, check=True
    )
    assert "main.push" in top.stdout
