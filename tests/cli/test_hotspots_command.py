"""``goom hotspots``: what a person and a machine get of real profiles and of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.formats.profiles import FOLDER, sample

from goom.cli.main import main


def test_a_person_gets_lines_with_pattern_place_and_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = FOLDER / "1.27.3"
    files = [str(folder / "heap.pb.gz"), str(folder / "cpu.pb.gz")]
    assert main(["hotspots", *files, "--threshold", "5%"]) == 0
    printed = capsys.readouterr().out
    assert "Bytes allocated since the start" in printed
    assert "main.concat  acme/orders/main.go:" in printed
    assert "string concat" in printed
    assert "\x1b" not in printed


def test_a_machine_gets_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    heap = str(FOLDER / "1.22.10" / "heap.pb.gz")
    arguments = ["hotspots", heap, "--json", "--threshold", "0.05"]
    assert main([*arguments, "--sample-type", "alloc_space"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "goom.hotspots/1"
    assert {spot["measure"] for spot in document["hotspots"]} == {"alloc_space"}
    assert all(spot["path"] for spot in document["hotspots"])


def test_nothing_over_the_threshold_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    heap = str(FOLDER / "1.22.10" / "heap.pb.gz")
    assert main(["hotspots", heap, "--threshold", "90%", "--sample-type", "alloc_space"]) == 0
    assert "no line stands out" in capsys.readouterr().out


def test_a_cpu_profile_alone_is_not_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hotspots", str(FOLDER / "1.22.10" / "cpu.pb.gz")]) == 2
    assert "no heap profile with samples (only cpu)" in capsys.readouterr().err


def test_a_truncated_profile_is_named_with_its_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "heap.pb.gz"
    cut.write_bytes(sample("1.22.10", "heap.pb.gz")[:1000])
    assert main(["hotspots", str(cut)]) == 2
    assert "stops at byte 1,000" in capsys.readouterr().err


@pytest.mark.parametrize("threshold", ["0", "2", "x%", "-5%"])
def test_a_threshold_is_a_share(threshold: str) -> None:
    with pytest.raises(SystemExit):
        main(["hotspots", "x", "--threshold", threshold])
