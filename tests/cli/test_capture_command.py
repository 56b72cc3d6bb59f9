"""goom capture from the outside: what it says beforehand, and whom it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.sources import servers
from tests.sources.test_capture import PAGES

from goom.cli import options
from goom.sources.bundle_reader import read_bundle


def goom(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "goom", "capture", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


def test_it_says_beforehand_what_each_look_costs(tmp_path: Path) -> None:
    with servers.serving(servers.by_path(PAGES)) as url:
        done = goom(url, "--for", "1s", "-o", tmp_path / "x.goom")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert lines[0].endswith("for 1.0 s:")
    plan = done.stderr
    assert "heap profile              every 5 s    no stop of the world" in plan
    assert "stops the world briefly, ~26 µs (26 goroutines)" in plan
    assert "ReadMemStats stops the world" in plan
    assert "SIGPROF 100 times per second" in plan
    assert "at most 1.0 % of the time" in plan
    assert f"goom diagnose {tmp_path / 'x.goom'}" in plan
    assert read_bundle(tmp_path / "x.goom").profiles.of("heap")


def test_quiet_says_nothing(tmp_path: Path) -> None:
    with servers.serving(servers.by_path(PAGES)) as url:
        done = goom(url, "--for", "0.3s", "-o", tmp_path / "x.goom", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_only_the_looks_that_were_named_are_taken(tmp_path: Path) -> None:
    bundle = tmp_path / "x.goom"
    with servers.serving(servers.by_path(PAGES)) as url:
        goom("--url", url, "--for", "1.2s", "-o", bundle, "--profiles", "goroutine")
    evidence = read_bundle(bundle)
    assert {profile.kind for profile in evidence.profiles.all} == {"goroutine"}
    assert not evidence.goroutine_dumps.all


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "there is nobody to look at"),
        (("4194305",), "there is no process 4194305"),
        (("heap.pb.gz",), "neither a pid nor an http:// address"),
        (("--pid", "1", "--url", "nowhere"), "nowhere is neither a pid nor"),
        (("1", "2"), "one program at a time"),
        (("http://127.0.0.1:1",), "nobody listens"),
        (("1", "--profiles", "heap,everything"), "everything is nothing that goom can look at"),
    ],
)
def test_whom_it_cannot_look_at_is_said(arguments: tuple[str, ...], why: str) -> None:
    done = goom(*arguments)
    assert done.returncode == 2
    assert why in done.stderr
    assert len(done.stderr.splitlines()) > 1


def test_evidence_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    bundle = tmp_path / "x.goom"
    bundle.write_bytes(b"evidence")
    with servers.serving(servers.by_path(PAGES)) as url:
        done = goom(url, "--for", "0.2s", "-o", bundle)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert bundle.read_bytes() == b"evidence"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with servers.serving(servers.by_path(PAGES)) as url:
        done = goom(url, "--for", "0.2s", "-o", tmp_path / "no" / "x.goom")
    assert done.returncode == 2
    assert "cannot write" in done.stderr


@pytest.mark.parametrize(
    ("text", "value"),
    [("30s", 30.0), ("2m", 120.0), ("500ms", 0.5), ("1h", 3600.0), ("7", 7.0), ("1.5 s", 1.5)],
)
def test_durations(text: str, value: float) -> None:
    assert options.seconds(text) == value


@pytest.mark.parametrize(("text", "value"), [("1%", 0.01), ("0.05", 0.05), ("100%", 1.0)])
def test_shares(text: str, value: float) -> None:
    assert options.share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "0", "-1s", "soon", "1y", "nan", "1e400s", "9" * 400])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="not a duration"):
        options.seconds(text)


@pytest.mark.parametrize("text", ["", "0%", "150%", "nan", "much"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="not a share"):
        options.share(text)
