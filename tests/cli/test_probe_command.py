"""``goom probe`` and ``--ebpf`` on real processes, and what is said where it cannot be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.sources.ebpf_subjects import PROGRAM, STRIPPED, running

from goom.cli.main import main
from goom.diagnose import diagnose
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from goom.signals.ebpf.mappings import account
from goom.sources.bundle_reader import read_bundle
from goom.sources.ebpf import bpftrace
from goom.sources.run import RunOptions, observe


@pytest.mark.ebpf
@pytest.mark.real_go
def test_tables_fit_a_terminal_and_the_document_is_evidence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with running("1.22.10", "mmap", STRIPPED) as subject:
        pid = str(subject.pid)
        assert main(["probe", pid, "mmap", "stacks", "--for", "400ms", "--budget", "20%"]) == 0
        shown = capsys.readouterr()
        assert main(["probe", pid, "mmap", "--for", "300ms", "--quiet", "--json"]) == 0
    assert all(len(line) <= 80 for line in (shown.out + shown.err).splitlines())
    assert "main.leakPage" in shown.out
    assert "No goroutine's stack grew meanwhile." in shown.out
    assert "Together at most 20 % of one CPU" in shown.err
    captured = capsys.readouterr()
    assert captured.err == ""
    document = json.loads(captured.out)
    rows = document["found"]["still_mapped"]["rows"]
    first = next(row for row in rows if row["kind"] != "go_heap")  # an arena has 64 MiB
    assert first["kind"] == "mmap"
    assert "main.leakPage" in [frame["function"] for frame in first["stack"]]
    file = tmp_path / "looks.json"
    file.write_text(captured.out)
    main(["diagnose", str(file)])
    assert "nothing of this can be read" not in capsys.readouterr().err


@pytest.mark.ebpf
@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_a_killed_run_names_who_mapped_and_sees_the_kill(tmp_path: Path) -> None:
    binary = build(PROGRAM, obtain("1.22.10"), BuildOptions(flags=STRIPPED))
    reading, writing = os.pipe()  # it ends when its input does
    try:
        result = observe(
            (str(binary), "mmap"),
            RunOptions(
                bundle=tmp_path / "x.goom",
                memory_limit_bytes=96 << 20,
                ebpf=("mmap", "oom"),
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=lambda _: None,
            ),
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert result.ending.oom_killed
    evidence = read_bundle(result.bundle)
    (looked,) = evidence.ebpf.of("mmap")
    assert looked.stopped == "process ended"
    assert account(looked).still_mapped_bytes("mmap") > 1 << 20
    (pressure,) = evidence.ebpf.of("oom")
    assert [one.figure("pid") for one in pressure.events("victim")].count(looked.pid) == 1
    assert pressure.count("reclaim") > 0
    case = diagnose(evidence)
    assert case.verdict.cause == "off_heap"
    assert case.verdict.blame[0].function == "main.leakPage"
    assert "still mapped" in case.verdict.blame[0].why


def test_without_bpftrace_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert main(["probe", str(os.getpid()), "mmap", "--quiet"]) == 2
    told = capsys.readouterr().err
    assert "eBPF looks need bpftrace" in told
    assert "apt-get install bpftrace" in told


def test_without_the_right_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bpftrace, "_may_trace", lambda: False)
    assert main(["probe", str(os.getpid()), "mmap", "--quiet"]) == 2
    assert "sudo goom probe" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "mmap"], "not a process number"),
        (["1", "kprobes"], "kprobes is nothing that goom probes"),
        (["4194305", "mmap"], "there is no process 4194305"),
    ],
)
def test_what_cannot_be_meant_is_said(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", *arguments, "--quiet"]) == 2
    assert words in capsys.readouterr().err
