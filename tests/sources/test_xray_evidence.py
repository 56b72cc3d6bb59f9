"""Everything that X-ray reads, as a case knows it."""

from __future__ import annotations

import pytest
from tests.sources.xray_depth_subjects import STRIPPED, running
from tests.sources.xray_subjects import running as running_bare

from goom.case.subject import Subject
from goom.sources.gathered import Gathered
from goom.sources.xray.attach import attach
from goom.sources.xray.evidence import evidence


@pytest.mark.real_go
def test_a_stripped_process_without_an_endpoint_gives_the_evidence_of_one() -> None:
    with running("1.22.10") as subject:
        target = attach(subject.pid)
        found = evidence(target)
        target.close()
    assert found.not_read == ()
    assert found.heap is not None
    assert found.heap.column("inuse_space") is not None
    assert found.goroutines is not None
    assert found.goroutines.total == found.sample.goroutines == 113
    case = Gathered(profiles=[found.heap], dumps=[found.goroutines]).evidence(Subject())
    assert case.profiles.of("heap") == (found.heap,)
    assert case.goroutine_dumps.all == (found.goroutines,)


@pytest.mark.real_go
def test_what_a_process_does_not_keep_is_noted_and_the_rest_is_read() -> None:
    with running_bare("1.22.10", STRIPPED) as subject:
        target = attach(subject.pid)
        found = evidence(target)
        target.close()
    assert found.heap is None
    assert found.goroutines is not None
    assert [one.what for one in found.not_read] == ["heap profile"]
    assert "keeps no heap profile" in found.not_read[0].why
