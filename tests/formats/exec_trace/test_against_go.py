"""Every event, and what its thread ran, as Go's own reader of the same version tells it."""

from __future__ import annotations

from collections import Counter

import pytest

from goom.formats.exec_trace.exec_trace import read
from tests.formats.exec_trace.recorded import (
    KINDS,
    contexts_of,
    contexts_read,
    kinds_expected,
    kinds_of,
    parsed_lines,
    recorded,
    wire_counts,
)

VERSIONS = ("1.22.10", "1.25.5", "1.27.3")
OTHERS = ("1.23.9", "1.24.11", "1.26.6")
FEW = tuple(kind for kind in KINDS if kind != "profiled")  # a million events, slow for Go's reader


@pytest.mark.real_go
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", FEW)
def test_events_and_their_contexts_are_those_of_gos_reader(version: str, kind: str) -> None:
    _compare(version, kind)


@pytest.mark.real_go
@pytest.mark.slow
@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize("kind", (*FEW, "served"))
def test_so_they_are_for_the_versions_between(version: str, kind: str) -> None:
    _compare(version, kind)


@pytest.mark.real_go
@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS + OTHERS)
def test_so_they_are_over_several_generations_and_with_cpu_samples(version: str) -> None:
    _compare(version, "profiled", rounds=4)


def _compare(version: str, kind: str, rounds: int = 1) -> None:
    path = recorded(version, kind, rounds)
    lines = parsed_lines(version, path)
    with path.open("rb") as file:
        trace = read(file)
    assert trace.irregular_events == 0
    assert wire_counts(version, path) == Counter(trace.event_counts)
    assert kinds_of(lines) == kinds_expected(version, trace.event_counts, trace.generations)
    assert contexts_of(lines) == contexts_read(path)
