"""goom diagnose from the outside: forms of the answer, exit status, sentences for bad input."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

EVIDENCE = Path(__file__).parents[1] / "sources" / "evidence"


def goom(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "goom", "diagnose", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, input=stdin, check=False)
    assert b"Traceback" not in done.stderr
    return done


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode()


def test_the_verdict_comes_on_the_screen_with_a_status() -> None:
    done = goom(EVIDENCE)
    assert done.returncode in (0, 1, 2)
    assert "Why not another cause" in done.stdout.decode()
    assert not done.stderr


def test_every_form_says_the_same_cause(tmp_path: Path) -> None:
    files = {name: tmp_path / f"x.{name}" for name in ("json", "md", "html")}
    done = goom(
        EVIDENCE, "--json", files["json"], "--markdown", files["md"], "--html", files["html"]
    )
    case = json.loads(files["json"].read_text())
    cause = case["verdict"]["cause"]
    assert done.returncode == {"healthy": 0, "cannot_tell": 2}.get(cause, 1)
    for text in (done.stdout.decode(), files["md"].read_text(), files["html"].read_text()):
        assert cause in text or cause == "cannot_tell"
    assert str(files["html"]) in done.stdout.decode()


def test_json_to_the_screen_is_nothing_but_json() -> None:
    assert json.loads(goom(EVIDENCE, "--json").stdout)["schema"] == "goom.case/1"


def test_a_target_after_a_bare_json_is_a_target_and_is_not_written_over(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.write_bytes((EVIDENCE / "service.log").read_bytes())
    before = log.read_bytes()
    assert json.loads(goom("--json", log).stdout)["subject"]
    assert log.read_bytes() == before


def test_what_the_user_states_is_in_the_case() -> None:
    done = goom(
        EVIDENCE, "--json", "--memory-limit", "64M", "--go-version", "1.22.10",
        "--gogc", "off", "--gomemlimit", "50MiB", "--main-package", "example.com/allocating",
    )  # fmt: skip
    subject = json.loads(done.stdout)["subject"]
    assert (subject["memory_limit_bytes"], subject["gomemlimit_bytes"]) == (64 << 20, 50 << 20)
    assert (subject["go_version"], subject["gogc_percent"]) == ("1.22.10", -1)


def test_a_log_may_come_from_a_pipe() -> None:
    done = goom("-", "--json", stdin=(EVIDENCE / "service.log").read_bytes())
    assert json.loads(done.stdout)["sources"] == ["stdin"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ((EVIDENCE / "cpu.pb.gz").read_bytes()[:3000], "ends in the middle"),
        (b"", "it is empty"),
        (b"\x00\xff" * 500, "nothing that goom knows"),
        (b"\x1b[2J\x1b]0;owned\x07", "nothing that goom knows"),
    ],
)
def test_bad_input_is_one_sentence_with_what_to_do(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "heap.pb.gz"
    path.write_bytes(content)
    done = goom(path)
    assert done.returncode == 2
    assert not done.stdout
    first, *rest = said(done).splitlines()
    assert first.startswith("goom: ")
    assert why in first
    assert rest


def test_a_bomb_is_stopped_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "heap.pb.gz"
    with gzip.open(path, "wb", 1) as bomb:
        bomb.write(b"\x0a")
        for _ in range(800):
            bomb.write(bytes(1 << 20))
    script = (
        "import resource, sys; from goom.cli.main import main\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (400 << 20, 400 << 20))\n"
        "sys.exit(main(['diagnose', *sys.argv[1:]]))"
    )
    command = [sys.executable, "-c", script, str(path), "--max-bytes", "20M"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2
    assert "unpacks to more than 20.0 MiB" in said(done)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "there is nothing to diagnose"),
        (("nosuch.goom",), "there is no file or folder nosuch.goom"),
        (("4194305",), "there is no process 4194305"),
        (("http://127.0.0.1:1/debug/pprof",), "nobody listens"),
        (("http://[::1/x",), "is no address"),
        (("ftp://host/x",), "is not an http"),
    ],
)
def test_a_target_that_is_not_there_is_said(arguments: tuple[str, ...], why: str) -> None:
    done = goom(*arguments)
    assert done.returncode == 2
    assert why in said(done)


@pytest.mark.parametrize(
    "option",
    [("--memory-limit", "lots"), ("--for", "soon"), ("--gogc", "-5x"), ("--max-bytes", "-1")],
)
def test_an_option_that_cannot_be_is_refused(option: tuple[str, str]) -> None:
    done = goom(EVIDENCE, f"{option[0]}={option[1]}")
    assert done.returncode == 2
    assert option[1] in said(done)


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    done = goom(EVIDENCE, "--html", tmp_path / "no" / "x.html")
    assert done.returncode == 2
    assert "cannot write" in said(done)
