"""``goom xray`` on a real process, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from tests.sources.xray_subjects import PROGRAM, running

from goom.cli.main import main
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain

STRIPPED = ("-ldflags=-s -w",)


@pytest.mark.real_go
def test_a_stripped_process_is_shown_on_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    with running("1.22.10", STRIPPED, memory_limit=300 << 20) as subject:
        assert main(["xray", str(subject.pid)]) == 0
    screen = capsys.readouterr().out
    assert f"xray_subject, pid {subject.pid}  Go 1.22.10" in screen
    assert "GOMEMLIMIT=300.0 MiB" in screen
    assert "by fingerprints and the table of Go 1.22.10" in " ".join(screen.split())
    assert "58 goroutines" in screen
    assert len(screen.splitlines()) <= 34


@pytest.mark.real_go
def test_figures_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    with running("1.27.3") as subject:
        assert main(["xray", str(subject.pid), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "goom.xray/1"
    assert found["target"]["addresses_from"] == "symbols"
    assert found["sample"]["torn"] == []
    assert found["memory_sums"]["heap_objects"] > 20_000
    assert found["pacer"]["regime"] == "gogc"


@pytest.mark.real_go
def test_one_look_after_the_other_until_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with running("1.27.3", STRIPPED, mode="churn") as subject:
        assert main(["xray", str(subject.pid), "--every", "50ms", "--for", "200ms"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 5
        assert all("goal" in line and "goroutines 66" in line for line in lines)
        again = ["xray", str(subject.pid), "--every", "50ms", "--for", "100ms", "--json"]
        assert main(again) == 0
        looks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert looks[-1]["cost"]["read_bytes"] > looks[0]["cost"]["read_bytes"]


@pytest.mark.real_go
def test_the_go_program_behind_a_shell_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    binary = build(PROGRAM, obtain("1.27.3"), BuildOptions(flags=STRIPPED))
    shell = subprocess.Popen(
        ["/bin/sh", "-c", f"{binary} quiet 100 1000000000; true"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdout.readline()
    assert main(["xray", str(shell.pid)]) == 0
    assert "xray_subject, pid" in capsys.readouterr().out
    shell.stdin.close()  # the program ends, and the shell with it
    shell.wait()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["prometheus"], "'prometheus' is not a process number"),
        (["4711", "--for", "5s"], "Add:  --every 1s"),
        ([str(os.getpid())], "is not a Go program"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["xray", *arguments]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told
