"""Recorded runs of the lab's programs are diagnosed as they were meant to fall ill.

Each bundle is a real run, thinned by ``goom lab record``; sick and fixed are twins.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from goom.diagnose import diagnose
from goom.lab.check import BLAME_LOOKED_AT, Outcome, examine
from goom.lab.program import SICK, programs
from goom.lab.recording import LARGEST_BYTES
from goom.sources.bundle_reader import read_bundle

BUNDLES = sorted(Path(__file__).parent.glob("*.goom"))
PROGRAMS = {program.name: program for program in programs()}
by_bundle = pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.stem)


def outcome_of(bundle: Path) -> Outcome:
    name, variant, version = bundle.stem.split("-")
    return examine(PROGRAMS[name], variant, version, diagnose(read_bundle(bundle)))


@by_bundle
def test_the_cause_is_found_and_the_guilty_function_is_blamed(bundle: Path) -> None:
    outcome = outcome_of(bundle)
    assert outcome.found == outcome.expected
    if outcome.variant == SICK:
        assert 1 <= outcome.blame_rank <= BLAME_LOOKED_AT


@by_bundle
def test_nothing_else_is_amiss(bundle: Path) -> None:
    # The ledger's remainder is left to whole bundles: looks this far apart do not add up as well.
    failures = [text for text in outcome_of(bundle).failures if "ledger leaves" not in text]
    assert not failures


@by_bundle
def test_a_recording_is_small_and_names_no_place_of_the_machine_that_made_it(bundle: Path) -> None:
    assert bundle.stat().st_size <= LARGEST_BYTES
    evidence = read_bundle(bundle)
    files = {file for profile in evidence.profiles.all for file in profile.files}
    assert not [file for file in files if file.startswith(("/root", "/home", "/work", "/tmp"))]


def test_every_program_that_needs_nothing_special_has_its_recordings() -> None:
    recorded = {tuple(bundle.stem.split("-")[:2]) for bundle in BUNDLES}
    for program in PROGRAMS.values():
        if not program.needs:
            assert {(program.name, variant) for variant in program.runs} <= recorded
