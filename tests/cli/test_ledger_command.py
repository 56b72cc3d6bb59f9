"""``goom ledger`` on loose files of a real program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goom.cli.main import main

LOOKS = Path(__file__).parents[1] / "signals" / "ledger_looks"


def files(name: str) -> list[str]:
    return [str(path) for path in sorted((LOOKS / name).iterdir())]


def test_loose_files_give_every_byte(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", *files("1.22.10-frag"), "--go-version", "1.22.10", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "goom.ledger/1"
    assert found["charge_name"] == "usage_in_bytes"
    assert sum(line["bytes"] for line in found["lines"]) == found["charge_bytes"]
    sizes = {line["key"]: line["bytes"] for line in found["lines"]}
    assert sizes["span_waste"] > 0.35 * found["charge_bytes"]
    assert abs(sizes["unexplained"]) < 0.01 * found["charge_bytes"]


def test_the_screen_names_the_site(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", *files("1.27.3-heap"), "--at", "last"]) == 0
    screen = capsys.readouterr().out
    assert "usage_in_bytes" in screen.splitlines()[0]
    assert "main.main" in screen


def test_nothing_to_account_for_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["ledger"]) == 2
    assert "Try:  goom ledger x.goom" in capsys.readouterr().err
    (tmp_path / "oom.txt").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    assert main(["ledger", str(tmp_path / "oom.txt")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_moment_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ledger", "x.goom", "--at", "yesterday"])
    assert "try brink, peak, last or 12.5" in capsys.readouterr().err
