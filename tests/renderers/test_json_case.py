"""JSON is valid, follows its published schema, and has every figure of the screen."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from goom.case.document import document
from goom.case.model import Case
from goom.renderers import json_case
from goom.renderers.text import screen
from tests.renderers import synthetic, synthetic_others

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "schema" / "case-v1.json"
CASES = [synthetic.leak, synthetic.drawn, synthetic_others.hostile, synthetic_others.healthy,
         synthetic_others.cannot_tell]  # fmt: skip


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def closed(part: Any) -> Any:
    """The schema with unknown fields forbidden: every field that is printed is documented."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    shut = {key: closed(value) for key, value in part.items()}
    if "properties" in part and isinstance(part["properties"], dict):
        shut.setdefault("additionalProperties", False)
    return shut


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("make", CASES)
def test_every_case_follows_the_schema_and_prints_no_undocumented_field(make: Any) -> None:
    shown = json.loads(json_case.render(make()))
    jsonschema.Draft202012Validator(closed(schema())).validate(shown)


def test_the_schema_would_notice_a_wrong_document() -> None:
    shown = json.loads(json_case.render(synthetic.leak()))
    wrong = copy.deepcopy(shown)
    wrong["verdict"]["cause"] = "gremlins"
    validator = jsonschema.Draft202012Validator(schema())
    assert validator.is_valid(shown)
    assert not validator.is_valid(wrong)


@pytest.mark.parametrize("make", CASES)
def test_what_is_not_a_number_is_null_and_nothing_can_reach_the_terminal(make: Any) -> None:
    printed = json_case.render(make())
    json.loads(printed, parse_constant=pytest.fail)
    assert printed.replace("\n", "").isprintable()
    assert printed.isascii()


def figures(shown: object) -> list[float]:
    if isinstance(shown, dict):
        return [figure for part in shown.values() for figure in figures(part)]
    if isinstance(shown, list):
        return [figure for part in shown for figure in figures(part)]
    return [float(shown)] if isinstance(shown, int | float) else []


def test_every_figure_of_the_screen_is_in_the_json() -> None:
    case = synthetic.drawn()
    shown = json.loads(json_case.render(case))
    words = json.dumps(shown, ensure_ascii=False)
    known = figures(shown)
    near = {f"{scaled:.{digits}f}" for figure in known for digits in (0, 1, 2)
            for scaled in (figure, figure * 100, figure / 2**20, figure * 1000)}  # fmt: skip
    life = case.subject.ending.at_seconds - case.subject.started_at_seconds  # type: ignore[union-attr]
    near |= {f"{life:.1f}", "200"}  # differences of two times that are in the JSON
    printed = screen.render(case)
    for figure in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", printed):
        assert figure in near or figure in words, figure


def test_a_case_without_anything_is_still_whole() -> None:
    bare: Case = replace(synthetic_others.cannot_tell(), not_checked=())
    shown = json.loads(json_case.render(bare))
    assert shown["ledger"] is None
    assert shown["series"]["tracks"] == []
    assert shown["subject"]["started_at_seconds"] is None


def test_a_column_of_figures_is_one_line() -> None:
    case = synthetic.drawn()
    printed = json_case.render(case)
    assert json.loads(printed) == json.loads(json.dumps(document(case)))
    assert len(printed.splitlines()) < 1200
    assert any(line.count(",") > 100 for line in printed.splitlines())
