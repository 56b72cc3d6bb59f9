"""goom gctrace as a person types it."""

from __future__ import annotations

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from goom.cli.main import main

FORMATS = Path(__file__).parents[1] / "formats"
HEALTHY = FORMATS / "gctrace_samples" / "sc-1.22.10.txt"
THRASH = FORMATS / "gctrace_logs" / "thrash-1.27.3.log"
GOOM = (sys.executable, "-m", "goom", "gctrace")


def goom(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*GOOM, *arguments], input=given, capture_output=True, check=False)


def test_a_healthy_log_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gctrace", str(HEALTHY)]) == 0
    screen = capsys.readouterr().out
    assert "66 cycles" in screen
    assert "Nothing odd" in screen


def test_an_odd_log_ends_with_status_1_and_names_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["gctrace", str(THRASH)]) == 1
    assert "gctrace line" in capsys.readouterr().out


def test_a_screen_that_is_no_terminal_is_plain_and_80_columns_wide(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["gctrace", str(THRASH)])
    screen = capsys.readouterr().out
    assert "\x1b" not in screen
    assert max(map(len, screen.splitlines())) <= 80


def test_a_log_without_gc_lines_says_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.log").write_text("listening on :8080\n")
    assert main(["gctrace", str(tmp_path / "app.log")]) == 2
    assert "GODEBUG=gctrace=1" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.log", "."])
def test_what_cannot_be_read_is_one_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gctrace", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("goom: ")
    assert "Traceback" not in said


def test_json_has_the_figures_and_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gctrace", "--json", str(THRASH)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "goom-gctrace-v1"
    assert told["cycles"] == len(told["timeline"]["time_seconds"])
    assert told["timeline"]["allocated_bytes_per_second"][0] is None
    assert told["anomalies"][0]["source"].startswith("gctrace line ")


def test_a_pipe_is_read_to_its_end() -> None:
    done = goom(given=HEALTHY.read_bytes())
    assert done.returncode == 0
    assert b"66 cycles" in done.stdout


def test_a_named_pipe_is_read_from_its_first_byte(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", HEALTHY, pipe]):
        done = goom(str(pipe))
    assert b"66 cycles" in done.stdout


def test_a_followed_log_shows_a_line_for_each_cycle(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    lines = HEALTHY.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0])
    with subprocess.Popen([*GOOM, "--follow", log], stdout=subprocess.PIPE) as follower:
        assert follower.stdout is not None
        first = follower.stdout.readline()
        with log.open("ab") as grown:
            grown.write(b"".join(lines[1:3]))
        second = follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        rest = follower.stdout.read()
    assert first.startswith(b"gc 1 ")
    assert second.startswith(b"gc 2 ")
    assert b"2 cycles" in rest


def test_a_gzipped_log_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "app.log.gz"
    packed.write_bytes(gzip.compress(HEALTHY.read_bytes()))
    assert goom(str(packed)).returncode == 0


def test_other_lines_are_handed_on_when_that_is_asked_for() -> None:
    mixed = b"starting\n" + HEALTHY.read_bytes() + b"stopping"
    done = goom("--pass", given=mixed)
    assert done.stdout == b"starting\nstopping"
    assert b"66 cycles" in done.stderr
    assert b"starting" not in goom(given=mixed).stdout


def test_a_process_can_be_chosen_and_a_wrong_one_is_refused() -> None:
    twice = HEALTHY.read_bytes() * 2
    assert b"process 1 of 2" in goom("--process", "1", given=twice).stdout
    refused = goom("--process", "7", given=twice)
    assert refused.returncode == 2
    assert b"0 to 1" in refused.stderr


def test_a_name_cannot_move_the_cursor(tmp_path: Path) -> None:
    evil = tmp_path / "\x1b[2Jx.log"
    evil.write_bytes(HEALTHY.read_bytes())
    assert b"\x1b" not in goom(str(evil)).stdout


def on_a_terminal(**environment: str) -> str:
    """What ``goom gctrace`` writes to a terminal of 80 columns while a pipe feeds it."""
    ours, theirs = pty.openpty()
    command = "import sys, time; sys.stdout.write(open(sys.argv[1]).read()); time.sleep(1)"
    with subprocess.Popen(
        [sys.executable, "-c", command, str(THRASH)], stdout=subprocess.PIPE
    ) as feeder:
        settings = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "40", **environment}
        reader = subprocess.Popen(GOOM, stdin=feeder.stdout, stdout=theirs, env=settings)
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 1 << 16):
                written += piece
        except OSError:  # the other side of a terminal has gone
            pass
        assert reader.wait() == 1
    os.close(ours)
    return written.decode()


def test_a_terminal_shows_it_live_and_keeps_the_last_word() -> None:
    written = on_a_terminal()
    assert "\x1b[?1049h" in written  # a screen of its own, and back
    _, _, last = written.rpartition("\x1b[?1049l")
    assert "75 cycles" in last
    assert "\x1b[1;31m" in last


def test_no_color_is_honoured() -> None:
    _, _, last = on_a_terminal(NO_COLOR="1").rpartition("\x1b[?1049l")
    assert "75 cycles" in last
    assert "\x1b[1;31m" not in last
