"""``goom xray --spans`` on a real process, and its way through a bundle into a diagnosis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.sources.span_subjects import spans_of

from goom.cli.main import main
from goom.formats import xray_spans
from goom.sources.bundle_reader import read_bundle

STRIPPED = ("-ldflags=-s -w",)


@pytest.mark.real_go
def test_spans_are_shown_on_a_screen_as_lines_and_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with spans_of("1.22.10", STRIPPED) as subject:
        pid = str(subject.pid)
        assert main(["xray", pid, "--spans"]) == 0
        screen = capsys.readouterr().out
        assert main(["xray", pid, "--spans", "--every", "50ms", "--for", "120ms"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert main(["xray", pid, "--spans", "--json"]) == 0
        document = capsys.readouterr().out
    assert all(len(line) < 80 for line in (*screen.splitlines(), *lines))
    assert "span_subject, pid" in screen
    assert "adds up to its own counters" in screen
    assert "9,472*" in screen  # what pins the most
    assert len(lines) == 3
    assert "pinned" in lines[0]
    assert json.loads(document)["occupancy"]["classes"][0]["slot_bytes"] == 9472
    assert not xray_spans.parse(document.encode()).torn
    path = tmp_path / "spans.json"
    path.write_text(document)
    assert main(["diagnose", str(path)]) == 2  # cannot tell: one look at the spans is not enough
    assert "spans.json" not in capsys.readouterr().err


@pytest.mark.real_go
def test_a_capture_keeps_maps_of_the_spans(tmp_path: Path) -> None:
    bundle = tmp_path / "x.goom"
    with spans_of("1.27.3", STRIPPED) as subject:
        main(["capture", str(subject.pid), "--for", "2s", "-o", str(bundle)])
    found = read_bundle(bundle).spans.all
    assert len(found) >= 2
    assert not found[-1].torn
