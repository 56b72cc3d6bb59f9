"""Recorded runs of programs that leak goroutines in many ways, and of those that only look so.

Each is a real run of 15 s of ``programs/waiters``, made small by ``recording.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from goom.case.goroutine_leak import FOR, NOT_SEEN, GoroutineLeak, GoroutineLeaks
from goom.case.model import Case
from goom.diagnose import diagnose
from goom.sources.bundle_reader import read_bundle
from tests.leaks.recording import NEVER_LARGER_BYTES

RECORDED = Path(__file__).parent / "recorded"
# Where they wait, and who starts them.
LEAKS = {
    "audit-log-1.27.3": ("main.recordEvent", "main.auditLog.func2"),
    "barrier-1.27.3": ("main.awaitReady", "main.every.func1"),
    "body-left-open-gentle-1.27.3": (
        "net/http.(*persistConn).readLoop",
        "net/http.(*Transport).dialConn",
    ),
    "group-of-workers-1.27.3": ("main.runBatch", "main.every.func1"),
    "heartbeats-1.21.13": ("main.beat", "main.startHeartbeat"),
    "late-answer-1.21.13": ("main.fetchQuote.func1", "main.fetchQuote"),
    "late-answer-1.27.3": ("main.fetchQuote.func1", "main.fetchQuote"),
    "open-each-time-1.27.3": ("database/sql.(*DB).connectionOpener", "database/sql.OpenDB"),
    "retry-later-1.27.3": ("main.retry", "main.retryLater.func1"),
    "sessions-gentle-1.27.3": ("main.openSession.func1", "main.openSession"),
    "silent-peers-1.21.13": ("main.serveDevice", "main.silentPeers.func1"),
    "slow-noisy-1.27.3": ("main.awaitOrder", "main.slowNoisy.func1"),
    "stopped-ticker-1.27.3": ("main.beat", "main.stoppedTicker.func1"),
    "subscribers-1.21.13": ("main.readMessages", "main.(*bus).subscribe"),
    "unlocked-never-1.21.13": ("main.(*account).withdraw", "main.every.func1"),
}
NAMED_BY_GO = {"group-of-workers", "late-answer", "open-each-time", "slow-noisy", "stopped-ticker"}
# Blocked on a channel of a package variable; one that the map of a bus, a running ticker holds.
HELD_BY_SOMETHING = {"audit-log", "retry-later"}
BUNDLES = sorted(RECORDED.glob("*.goom"))


def case_of(name: str) -> Case:
    return diagnose(read_bundle(RECORDED / f"{name}.goom"))


def leaks_of(case: Case) -> tuple[GoroutineLeak, ...]:
    found = case.signals[GoroutineLeaks]
    assert isinstance(found, GoroutineLeaks)
    return found.likely


def way(name: str) -> str:
    return name.rpartition("-")[0]


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_found_where_it_waits_and_where_it_starts(name: str) -> None:
    case = case_of(name)
    assert case.verdict.cause == "goroutine_leak"
    places = {(leak.waits_at.function, leak.created_at.function) for leak in leaks_of(case)}
    assert LEAKS[name] in places


@pytest.mark.parametrize("name", [name for name in LEAKS if name.endswith("1.27.3")])
def test_more_than_four_fifths_need_two_signals_that_agree(name: str) -> None:
    leaks = leaks_of(case_of(name))
    assert all(leak.confidence <= 0.8 for leak in leaks if leak.independent < 2)
    assert any(leak.confidence > 0.8 and leak.independent >= 2 for leak in leaks)


@pytest.mark.parametrize("name", [name for name in LEAKS if way(name) in NAMED_BY_GO])
def test_the_runtimes_own_word_is_heard_where_the_version_has_it(name: str) -> None:
    vote = leaks_of(case_of(name))[0].vote("never woken")
    assert vote is not None
    assert vote.side == (FOR if name.endswith("1.27.3") else NOT_SEEN)


@pytest.mark.parametrize("name", [name for name in LEAKS if way(name) in HELD_BY_SOMETHING])
def test_that_the_runtime_names_nobody_speaks_for_nobody(name: str) -> None:
    leak = leaks_of(case_of(name))[0]
    vote = leak.vote("never woken")
    assert vote is not None
    assert (vote.side, vote.weight) == (NOT_SEEN, 0.0)
    assert leak.confidence > 0.8


@pytest.mark.parametrize("name", [one.stem for one in BUNDLES if one.stem not in LEAKS])
def test_what_only_looks_like_a_leak_is_none(name: str) -> None:
    case = case_of(name)
    assert case.verdict.cause != "goroutine_leak"
    assert not leaks_of(case)


def test_a_user_is_named_when_only_a_library_is_on_the_stack() -> None:
    blamed = [blame.function for blame in case_of("open-each-time-1.27.3").verdict.blame[:3]]
    assert "main.lookUp" in blamed


def test_the_reader_and_the_writer_of_a_connection_are_one_leak() -> None:
    leaks = leaks_of(case_of("body-left-open-gentle-1.27.3"))
    ours = [leak for leak in leaks if leak.created_at.function.endswith("dialConn")]
    assert len(ours) == 1
    assert ours[0].count % 2 == 0


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.stem)
def test_a_recording_is_small_and_names_no_place_of_a_machine(bundle: Path) -> None:
    assert bundle.stat().st_size <= NEVER_LARGER_BYTES
    evidence = read_bundle(bundle)
    stacks = [stack for dump in evidence.goroutine_dumps.all for stack in dump.stacks]
    files = {frame.file for stack in stacks for frame in stack}
    files |= {file for profile in evidence.profiles.all for file in profile.files}
    assert not [file for file in files if file.startswith(("/root", "/home", "/work", "/tmp"))]
    assert not any("/root" in part for part in evidence.subject.command)
