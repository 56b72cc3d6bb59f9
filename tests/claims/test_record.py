"""The record: every claim is in it, its verdicts follow from its figures, the page is current."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from goom.case.claim import CANNOT_MEASURE, HOLDS, Judgement, LedgerEntry, Statement
from goom.case.errors import BadInput, GoomError
from goom.claims.bench.ledger import shown
from goom.claims.bench.record import RECORD, Record, entry_of, read_record, write_record
from goom.renderers.claims import document, markdown
from tests.claims.twins import all_claims
from tests.house import ROOT

THE_RECORD = read_record()
SCHEMA = json.loads((ROOT / "docs" / "schema" / "claims-v1.json").read_text(encoding="utf-8"))


def test_every_claim_is_recorded() -> None:
    assert THE_RECORD.by_id.keys() == all_claims().keys()


@pytest.mark.parametrize("name", THE_RECORD.by_id)
def test_the_recorded_verdict_follows_from_the_recorded_figures(name: str) -> None:
    recorded = THE_RECORD.by_id[name]
    judged = entry_of(all_claims()[name], recorded).judgement
    assert judged.truth == recorded.judgement.truth


@pytest.mark.parametrize("name", THE_RECORD.by_id)
def test_what_has_a_verdict_has_figures(name: str) -> None:
    recorded = THE_RECORD.by_id[name]
    assert recorded.figures or recorded.judgement.truth == CANNOT_MEASURE


def test_the_record_is_of_three_versions() -> None:
    assert len(THE_RECORD.versions) >= 3


def test_the_record_is_by_the_schema() -> None:
    jsonschema.validate(json.loads(RECORD.read_text(encoding="utf-8")), SCHEMA)


def test_the_page_is_made_of_the_record() -> None:
    made = markdown.render(shown(tuple(all_claims().values()), THE_RECORD))
    assert (ROOT / "docs" / "claims.md").read_text(encoding="utf-8") == made, "make docs"


def test_the_page_has_every_claim() -> None:
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert [name for name in all_claims() if f"### {name}\n" not in page] == []


def entry(truth: str = HOLDS, **figures: float) -> LedgerEntry:
    statement = Statement(id="C007", chapter="1", statement="", method="", rule="", truth="")
    return LedgerEntry(
        statement=statement,
        figures={"1.22.10": figures},
        judgement=Judgement(truth, "so it was"),
        seconds=1.0,
    )


EMPTY = Record(versions=("1.22.10",), seconds=2.0, cpus=2, by_id={})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    record = EMPTY.updated([entry(time_ratio=1.0625, count=3)])
    write_record(record, tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == record


def test_digits_that_say_nothing_are_left_out() -> None:
    record = EMPTY.updated([entry(time_ratio=1.0612345678)])
    assert record.by_id["C007"].figures == {"1.22.10": {"time_ratio": 1.06123}}


def test_a_claim_measured_again_takes_its_own_place() -> None:
    record = EMPTY.updated([entry(time_ratio=1.0)]).updated([entry(CANNOT_MEASURE)])
    assert record.truths() == {"C007": CANNOT_MEASURE}


def test_another_runs_json_can_be_held_against(tmp_path: Path) -> None:
    run = shown(tuple(all_claims().values()), THE_RECORD)
    path = tmp_path / "claims.json"
    path.write_text(document.render(run), encoding="utf-8")
    assert read_record(path).truths() == THE_RECORD.truths()


def test_a_record_older_than_the_rule_says_what_to_do() -> None:
    (claim,) = (one for one in all_claims().values() if one.id == "C030")
    with pytest.raises(GoomError) as refused:
        entry_of(claim, EMPTY.updated([entry(time_ratio=1.0)]).by_id["C007"])
    assert "goom claims C030" in refused.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", "{" * 100_000, '{"schema": "goom.case/1"}', '{"schema": "goom.claims/1"}'],
)
def test_what_is_no_record_is_refused_with_a_hint(tmp_path: Path, text: str) -> None:
    path = tmp_path / "claims.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_record(path)
    assert "goom claims --json" in refused.value.hint


@pytest.mark.parametrize("change", [{"verdict": "maybe"}, {"figures": {"1.22": {"x": [1]}}}])
def test_a_record_with_a_strange_claim_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "claims.json"
    write_record(EMPTY.updated([entry(time_ratio=1.0)]), path)
    told = json.loads(path.read_text(encoding="utf-8"))
    told["claims"][0] |= change
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(BadInput):
        read_record(path)
