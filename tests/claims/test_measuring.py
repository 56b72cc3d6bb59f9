"""Measuring: side by side or alone, failures kept apart, and nothing left when it is broken off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from goom.case.claim import CANNOT_MEASURE, HOLDS, Figures, Judgement, LedgerEntry, Statement, holds
from goom.case.errors import BadInput, GoomError
from goom.claims.bench import record as records
from goom.claims.bench.bench import Bench, CannotMeasureError
from goom.claims.bench.claim import Claim, chosen, of_chapter
from goom.claims.bench.ledger import NOTHING, keep, measured, shown, the_record
from goom.claims.bench.measuring import Failure, measure_all
from goom.claims.bench.once import Once
from tests.claims.twins import all_claims
from tests.sources.waits import until


def claim(
    number: int,
    measure: Callable[[Bench], Figures] = lambda _: {"1.22.10": {"count": 1}},
    judge: Callable[[Figures], Judgement] = lambda _: holds("so it was"),
    *,
    alone: bool = False,
) -> Claim:
    name = f"C{number:03d}"
    said = Statement(id=name, chapter="2.1", statement="", method="", rule="", truth="")
    return Claim(said, measure, judge, alone)


def raising(error: Exception) -> Callable[[Bench], Figures]:
    def measure(_: Bench) -> Figures:
        raise error

    return measure


class Quiet:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def tell(self, sentence: str) -> None:
        self.heard.append(sentence)

    def began(self, one: Claim) -> None:
        self.heard.append(f"began {one.id}")

    def ended(self, result: LedgerEntry | Failure) -> None:
        name = result.claim.id if isinstance(result, Failure) else result.statement.id
        self.heard.append(f"ended {name}")


def test_two_are_measured_side_by_side_and_the_lonely_ones_after_all_others() -> None:
    meet = threading.Barrier(2, timeout=20)
    at_work: list[int] = []

    def together(_: Bench) -> Figures:
        meet.wait()
        return {"1.22.10": {"count": 1}}

    def by_itself(_: Bench) -> Figures:
        at_work.append(1)
        assert len(at_work) == 1
        time.sleep(0.02)
        at_work.pop()
        return {"1.22.10": {"count": 1}}

    claims = (
        claim(1, by_itself, alone=True),
        claim(2, together),
        claim(3, by_itself, alone=True),
        claim(4, together),
    )
    found = list(measure_all(claims, Bench(())))
    names = [result.statement.id for result in found if isinstance(result, LedgerEntry)]
    assert (set(names[:2]), names[2:]) == ({"C002", "C004"}, ["C001", "C003"])


def test_a_failure_costs_one_claim_alone() -> None:
    claims = (
        claim(1, raising(GoomError("no luck"))),
        claim(2, raising(KeyError("absent"))),
        claim(3),
        claim(4, raising(CannotMeasureError("there is no moon"))),
    )
    run = measured(claims, (), NOTHING, Quiet())
    assert run.failed == {
        "C001": "no luck",
        "C002": "a bug in its measurement: KeyError: 'absent'",
    }
    assert [one.judgement for one in run.entries] == [
        Judgement(HOLDS, "so it was"),
        Judgement(CANNOT_MEASURE, "there is no moon"),
    ]


def test_who_watches_hears_of_every_claim() -> None:
    watcher = Quiet()
    measured((claim(1), claim(2, alone=True)), (), NOTHING, watcher)
    assert watcher.heard == ["began C001", "ended C001", "began C002", "ended C002"]


def test_a_verdict_other_than_recorded_is_told() -> None:
    recorded = shown_record(HOLDS)
    changed = claim(7, judge=lambda _: Judgement(CANNOT_MEASURE, "not any more"))
    (one,) = measured((changed,), (), recorded, Quiet()).differing()
    assert (one.id, one.recorded, one.now) == ("C007", HOLDS, CANNOT_MEASURE)


def shown_record(truth: str) -> records.Record:
    said = claim(7).statement
    entry = LedgerEntry(
        statement=said, figures={"1.22.10": {"count": 1}}, judgement=Judgement(truth, "so it was")
    )
    return records.Record(versions=("1.22.10",), seconds=1.0, cpus=2, by_id={}).updated([entry])


def test_what_is_shown_is_judged_by_the_present_rule() -> None:
    stricter = claim(7, judge=lambda _: Judgement(CANNOT_MEASURE, "the rule has changed"))
    (entry,) = shown((stricter, claim(8)), shown_record(HOLDS)).entries
    assert entry.judgement.truth == CANNOT_MEASURE


def test_a_part_is_recorded_only_with_the_versions_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    run = measured((claim(8),), (), NOTHING, Quiet())
    with pytest.raises(BadInput):
        keep(run, shown_record(HOLDS), path, whole=False)
    keep(run, shown_record(HOLDS), path, whole=True)
    assert list(the_record(path).by_id) == ["C008"]


def test_claims_are_named_by_number() -> None:
    claims = tuple(all_claims().values())
    assert [one.id for one in chosen(claims, ("c14", "C002", "2"))] == ["C002", "C014"]
    with pytest.raises(BadInput) as refused:
        chosen(claims, ("C999", "14"))
    assert "C999" in refused.value.message


def test_a_chapter_holds_those_below_it() -> None:
    claims = tuple(all_claims().values())
    below = {one.statement.chapter for one in of_chapter(claims, "2")}
    assert below >= {"2.1", "2.5"}
    assert below.isdisjoint({"1", "3.1"})
    with pytest.raises(BadInput):
        of_chapter(claims, "9")


def test_a_thing_is_worked_out_once_however_many_ask() -> None:
    once, calls = Once(), []

    def work() -> int:
        time.sleep(0.02)
        calls.append(1)
        return 7

    threads = [threading.Thread(target=once.get, args=("key", work)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (once.get("key", work), len(calls)) == (7, 1)


SLEEPERS = """
import os, signal, sys
from goom.case.claim import Statement, holds
from goom.claims.bench.claim import Claim
from goom.claims.bench.ledger import NOTHING, measured
from goom.claims.bench.running import Setting, run_binary

class Watcher:
    def tell(self, sentence): pass
    def began(self, claim): os.write(1, f"{claim.id}\\n".encode())  # whole: two threads tell
    def ended(self, result): pass

def claim(number):
    def measure(bench):
        for turn in range(20):
            run_binary(("sh", "-c", f"sleep {sys.argv[1]}; true"), Setting())
        return {}
    said = Statement(id=f"C{number:03}", chapter="1", statement="", method="", rule="", truth="")
    return Claim(said, measure, lambda figures: holds(""))

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
measured(tuple(map(claim, range(3))), (), NOTHING, Watcher())
"""


@pytest.mark.parametrize("programs", [0, 2], ids=["at once", "when two run"])
def test_broken_off_it_leaves_no_process(programs: int) -> None:
    seconds = f"61.{os.getpid()}"  # nobody else's
    command = [sys.executable, "-c", SLEEPERS, seconds]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() in {b"C000\n", b"C001\n"}
            until(lambda: len(sleeping(seconds)) >= programs)
            running.send_signal(signal.SIGINT)
            running.wait(timeout=20)
        finally:
            running.kill()
    # Who was killed needs a CPU to die on; who was not would sleep for a minute.
    until(lambda: not sleeping(seconds))


def sleeping(seconds: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = folder.joinpath("cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", seconds.encode()]:
            found.append(folder.name)
    return found
