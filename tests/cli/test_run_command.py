"""``goom run`` as a person or a script meets it: a process of its own."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GOOM = (sys.executable, "-m", "goom", "run")
_EATS_MEMORY = "held = [b'x' * (1 << 20) for _ in range(500)]\nimport time; time.sleep(9)"


def goom(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run it to its end."""
    settings = {"cwd": folder, "capture_output": True, "timeout": 120, **options}
    return subprocess.run([*GOOM, *arguments], check=False, **settings)  # type: ignore[call-overload, no-any-return]


def started(folder: Path, code: str) -> subprocess.Popen[bytes]:
    """``goom run`` on a Python program that has said that it is ready."""
    process = subprocess.Popen(
        [*GOOM, "--no-report", "--", sys.executable, "-u", "-c", code],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_stdin_and_stdout_are_the_programs_own(tmp_path: Path) -> None:
    ended = goom(tmp_path, "--no-report", "--", "sh", "-c", "cat; exit 7", input=b"\0hello\xff")
    assert ended.stdout == b"\0hello\xff"
    assert ended.returncode == 7
    assert (tmp_path / "sh.goom").exists() and not (tmp_path / "sh.html").exists()


def test_what_follows_the_program_belongs_to_the_program(tmp_path: Path) -> None:
    ended = goom(tmp_path, "--no-report", "echo", "--memory", "-o", "x")
    assert ended.stdout == b"--memory -o x\n"


def test_the_verdict_goes_to_stderr_and_says_where_the_files_are(tmp_path: Path) -> None:
    ended = goom(tmp_path, "--json", "case.json", "--", "echo", "out")
    assert ended.stdout == b"out\n"
    assert b"echo.html" in ended.stderr and b"echo.goom" in ended.stderr
    assert (tmp_path / "echo.html").exists()
    assert json.loads((tmp_path / "case.json").read_text())["subject"]["name"] == "echo"


def test_a_second_run_leaves_the_evidence_of_the_first(tmp_path: Path) -> None:
    for _ in range(2):
        goom(tmp_path, "--no-report", "--", "true")
    assert {path.name for path in tmp_path.iterdir()} == {"true.goom", "true-2.goom"}


@pytest.mark.parametrize(("command", "status"), [("./nothing", 127), ("/etc/passwd", 126)])
def test_a_program_that_cannot_be_started_is_a_sentence(
    tmp_path: Path, command: str, status: int
) -> None:
    ended = goom(tmp_path, "--", command)
    assert ended.returncode == status
    assert ended.stderr.startswith(b"goom: cannot start ")
    assert b"Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())


def test_no_program_at_all_is_a_sentence(tmp_path: Path) -> None:
    ended = goom(tmp_path)
    assert ended.returncode == 2
    assert b"goom run --memory 128M -- ./app" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT])
def test_signals_are_handed_on(tmp_path: Path, number: signal.Signals) -> None:
    code = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(40))\n"
        "print('ready'); time.sleep(60)"
    )
    process = started(tmp_path, code)
    process.send_signal(number)
    assert process.wait(60) == 40


def test_ctrl_c_in_a_terminal_reaches_the_program_once(tmp_path: Path) -> None:
    counted = tmp_path / "count"
    code = (
        "import signal, time\n"
        "seen = []\n"
        "signal.signal(2, lambda *_: seen.append(1))\n"
        "print('ready', flush=True)\n"
        "until = time.time() + 30\n"
        "while not seen and time.time() < until: time.sleep(0.05)\n"
        "time.sleep(0.5)\n"
        f"open({str(counted)!r}, 'w').write(str(len(seen)))\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [*GOOM, "--no-report", "--", sys.executable, "-c", code])
    shown = b""
    while b"ready" not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # the terminal closes with its last process
        pass
    os.waitpid(pid, 0)
    os.close(terminal)
    assert counted.read_text() == "1"


@pytest.mark.real_cgroup
def test_ctrl_c_leaves_no_cgroup_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*GOOM, "--no-report", "--memory", "64M", "--", "sh", "-c", "echo ready; exec sleep 60"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    name = f"goom-{process.pid}-0"
    assert list(Path("/sys/fs/cgroup").rglob(name))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    process.stdout.close()
    assert not list(Path("/sys/fs/cgroup").rglob(name))


def test_a_killed_goom_leaves_a_bundle_that_can_be_read(tmp_path: Path) -> None:
    code = "import os, time\nprint('ready')\ntime.sleep(4)"
    process = started(tmp_path, code)
    (bundle,) = tmp_path.glob("*.goom")
    while bundle.stat().st_size < 4000:
        time.sleep(0.05)
        assert process.poll() is None
    process.kill()
    process.wait()
    looked = subprocess.run(
        [sys.executable, "-m", "goom", "diagnose", str(bundle), "--json"],
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in looked.stderr
    assert json.loads(looked.stdout)["subject"]["pid"]


@pytest.mark.real_cgroup
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_where_no_cgroup_is_mounted_goom_enforces_the_limit_and_says_so(tmp_path: Path) -> None:
    run = [*GOOM, "--no-report", "--memory", "64M", "--", sys.executable, "-c", _EATS_MEMORY]
    hide = 'umount -l /sys/fs/cgroup/memory 2>/dev/null || umount -l /sys/fs/cgroup; exec "$@"'
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", hide, "sh", *run],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 137
    assert b"NO MEMORY CGROUP" in ended.stderr
