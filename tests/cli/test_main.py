"""The one place that turns what the user or the world did into a sentence and a status."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace

import pytest

from goom.case.errors import BadInput
from goom.cli import explain_command
from goom.cli.main import CANNOT_TELL, command_names, main


def fails_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """The status of a command that ends in this error."""

    def run(_: Namespace) -> int:
        raise error

    monkeypatch.setattr(explain_command, "run", run)
    return main(["explain"])


def test_what_the_user_did_is_one_sentence_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = fails_with(BadInput("heap.pb.gz ends early.", "Fetch it again."), monkeypatch)
    assert (status, capsys.readouterr().err) == (
        CANNOT_TELL,
        "goom: heap.pb.gz ends early.\n      Fetch it again.\n",
    )


def test_what_the_disk_said_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = OSError(28, "No space left on device", "x.goom")
    assert fails_with(full, monkeypatch) == CANNOT_TELL
    assert capsys.readouterr().err == "goom: x.goom: No space left on device\n"


def test_an_interrupt_ends_as_a_shell_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails_with(KeyboardInterrupt(), monkeypatch) == 130


def test_a_closed_pipe_is_no_error_message() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m goom explain --markdown | true; exit $PIPESTATUS"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode in (0, 141), done.stderr) == (True, "")


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == CANNOT_TELL
    printed = capsys.readouterr().out
    assert all(name in printed for name in command_names())


@pytest.mark.parametrize("command", command_names())
def test_every_command_has_a_help_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 3


def test_a_terminal_without_utf_8_gets_the_answer_all_the_same() -> None:
    script = "import goom.cli.main as m; m.main(['explain', 'heap_leak']); print('✗')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("?\n")
