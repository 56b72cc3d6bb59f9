"""``goom claims``: the record at once, one claim in full, and what the exit status says."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, Judgement, LedgerEntry, Statement
from goom.claims.bench.claim import Claim
from goom.claims.bench.measuring import Failure
from goom.claims.bench.record import RECORD, read_record
from goom.cli.claims_screen import Progress
from goom.cli.main import CANNOT_TELL, FOUND, OK, main
from goom.golang.toolchain import obtain

Capture = pytest.CaptureFixture[str]


def test_the_record_is_shown_without_go(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["claims", "--show"]) == OK
    shown = capsys.readouterr().out
    assert "C014  ✗ does not hold" in shown
    assert shown.endswith("Every verdict is as recorded.\n")


def test_named_claims_are_shown_in_full(capsys: Capture) -> None:
    assert main(["claims", "--show", "C030", "14"]) == OK
    shown = capsys.readouterr().out
    assert shown.index("C014  does not hold") < shown.index("C030  holds")
    assert "do instead" in shown


def test_a_chapter_is_shown_alone(capsys: Capture) -> None:
    assert main(["claims", "--show", "--chapter", "3.1"]) == OK
    shown = capsys.readouterr().out
    assert shown.startswith("3.1  The write barrier\n")
    assert "2.1  " not in shown


def test_json_is_for_machines(capsys: Capture) -> None:
    assert main(["claims", "--show", "--json", "C030"]) == OK
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told["claims"]] == ["C030"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["C999"], "there is no claim C999"),
        (["--chapter", "7"], "there is no chapter 7"),
        (["C014", "--chapter", "2.1"], "there is no claim C014"),
        (["--against", "/nowhere/claims.json"], "/nowhere/claims.json"),
        (["C030", "--go", "banana"], "is not a Go version"),
        (["C030", "--go", ","], "no version of Go"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    capsys: Capture, arguments: list[str], words: str
) -> None:
    assert main(["claims", *arguments]) == CANNOT_TELL
    assert words in capsys.readouterr().err


def test_another_verdict_than_recorded_is_exit_status_1(capsys: Capture, tmp_path: Path) -> None:
    told = json.loads(RECORD.read_text(encoding="utf-8"))
    for one in told["claims"]:
        one["verdict"] = HOLDS if one["id"] == "C014" else one["verdict"]
    other = tmp_path / "claims.json"
    other.write_text(json.dumps(told), encoding="utf-8")
    assert main(["claims", "--show", "--against", str(other)]) == FOUND
    shown = capsys.readouterr().out
    assert "C014  does not hold; the record says: holds" in " ".join(shown.split("\n"))
    assert "1 of " in shown


@pytest.mark.real_go
def test_quick_claims_measured_again_have_the_recorded_verdicts(capsys: Capture) -> None:
    names = ["C009", "C018", "C030", "C032", "C068"]
    assert main(["claims", *names, "--go", obtain().version, "--json"]) == OK
    captured = capsys.readouterr()
    told = {one["id"]: one["verdict"] for one in json.loads(captured.out)["claims"]}
    recorded = read_record().truths()
    assert told == {name: recorded[name] for name in names}
    assert captured.err.count(" of 5  C") == len(names)


@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_a_claim_with_real_kills_measured_again_has_the_recorded_verdict(capsys: Capture) -> None:
    assert main(["claims", "C111", "--go", obtain().version]) == OK
    assert "were killed in 64 MiB" in " ".join(capsys.readouterr().out.split())


SAID = Statement(id="C007", chapter="1", statement="", method="", rule="", truth="")
CLAIM = Claim(SAID, lambda _: {}, lambda _: Judgement(HOLDS, ""))
ENTRY = LedgerEntry(statement=SAID, figures={}, judgement=Judgement(DOES_NOT_HOLD, ""), seconds=2.0)


def test_progress_in_a_pipe_is_a_line_for_each_result(capsys: Capture) -> None:
    with Progress(2) as progress:
        progress.tell("Getting Go 1.22.10")
        progress.began(CLAIM)
        progress.tell("Building objects with Go 1.22.10")
        progress.ended(ENTRY)
        progress.began(CLAIM)
        progress.ended(Failure(CLAIM, "no luck\nat all"))
    assert capsys.readouterr().err.splitlines() == [
        "goom: Getting Go 1.22.10",
        "goom: 1 of 2  C007  does not hold  (2.0 s)",
        "goom: 2 of 2  C007  could not be run: no luck",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line_that_is_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    with Progress(2) as progress:
        progress.began(CLAIM)
        progress.tell("Building objects with Go 1.22.10, which takes its time")
        progress.ended(ENTRY)
        progress.began(CLAIM)
        progress.ended(ENTRY)
    drawn = screen.getvalue()
    assert "\n" not in drawn
    assert "1 of 2   0:0" in drawn
    assert drawn.endswith("\r\x1b[K")
    assert max(len(part) for part in drawn.split("\r\x1b[K")) < 60
