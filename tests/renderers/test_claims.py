"""The claims ledger as a table, as cards, as Markdown and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from goom.case.claim import (
    CANNOT_MEASURE,
    DOES_NOT_HOLD,
    HOLDS,
    IN_PART,
    TRUTHS,
    Figures,
    Judgement,
    LedgerEntry,
    Statement,
)
from goom.case.claims_run import ClaimsRun
from goom.renderers.claims import card, document, markdown, table
from goom.renderers.claims.figures import label, value_text
from goom.renderers.text.lines import cells

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "claims-v1.json"
FIGURES: Figures = {
    "1.21.13": {"peak_rss_bytes": 123 << 20, "found_where": "runtime/mheap.go:197", "killed": True},
    "1.27.3": {"peak_rss_bytes": 1152, "found_where": "runtime/mheap.go:211", "killed": False},
    "1.27.3/1.21.13": {"time_ratio": 1.062},
}


def entry(
    number: int, truth: str, *, chapter: str = "1", figures: Figures = FIGURES
) -> LedgerEntry:
    return LedgerEntry(
        statement=Statement(
            id=f"C{number:03d}",
            chapter=chapter,
            statement="Zorbs | are <fast> and *light*, whatever the size of the heap they are in.",
            method="a program counts zorbs",
            rule="holds when there are more than two",
            truth="There are three (mzorb.go, allocZorb).",
            instead="Count them." if truth == DOES_NOT_HOLD else "",
        ),
        figures=figures,
        judgement=Judgement(truth, "three zorbs were counted"),
        seconds=1.25,
    )


RUN = ClaimsRun(
    versions=("1.21.13", "1.27.3"),
    entries=(
        entry(1, HOLDS),
        entry(14, DOES_NOT_HOLD),
        entry(20, IN_PART, chapter="2.1"),
        entry(101, CANNOT_MEASURE, chapter="2.10", figures={}),
    ),
    recorded={"C001": HOLDS, "C014": IN_PART, "C020": IN_PART},
    failed={"C003": "the program ended with 2:\nno\x1b[31m luck"},
    seconds=75.0,
    cpus=2,
)
RENDERERS = (table.render, card.render)


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(render, width: int) -> None:  # type: ignore[no-untyped-def]
    assert max(cells(line) for line in render(RUN, width=width).splitlines()) < width


@pytest.mark.parametrize("render", RENDERERS)
def test_colours_add_nothing_to_the_words(render) -> None:  # type: ignore[no-untyped-def]
    coloured = render(RUN, color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(RUN)


def test_the_table_has_every_claim_with_verdict_figure_and_reason() -> None:
    shown = table.render(RUN)
    assert "C014  ✗ does not hold   Zorbs" in shown
    assert "because  three zorbs were counted." in shown
    assert "measured peak rss: 123.0 MiB (1.21.13), 1,152 B (1.27.3)" in shown


def test_the_table_goes_by_chapters() -> None:
    shown = table.render(RUN)
    places = [
        shown.index(word) for word in ("1  Tuning", "C014", "2.1  The levels", "C020", "C101")
    ]
    assert places == sorted(places)


def test_the_summary_counts_compares_and_names_what_failed() -> None:
    end = table.render(RUN).partition("4 statements")[2]
    assert "1 hold, 1 hold in part, 1 do not hold, 1 cannot be measured here" in end
    assert "Go 1.21.13, 1.27.3, 75.0 s on 2 CPUs" in end
    assert "C014  does not hold; the record says: holds in part" in end
    assert "C003  could not be run: the program ended with 2" in end
    assert "Not in the record yet: C101. 1 of 3 verdicts are not as recorded." in end


def test_what_a_program_said_cannot_move_the_cursor() -> None:
    assert "\x1b" not in table.render(RUN)


def test_when_all_is_as_recorded_it_says_so() -> None:
    run = ClaimsRun(versions=(), entries=(entry(1, HOLDS),), recorded={"C001": HOLDS})
    assert card.render(run).endswith("The verdict is as recorded.\n")


def test_a_card_says_how_by_which_rule_and_what_to_do_instead() -> None:
    shown = " ".join(card.render(RUN).split())
    for text in (
        "measured a program counts zorbs",
        "rule holds when there are more than two",
        "in truth There are three",
        "do instead Count them.",
    ):
        assert text in shown


def test_a_card_has_every_figure_of_every_version() -> None:
    shown = card.render(RUN)
    assert re.search(r"peak rss +123\.0 MiB +1,152 B", shown)
    assert re.search(r"killed +yes +no", shown)
    assert re.search(r"1\.27\.3/1\.21\.13", shown)
    assert "1.21.13  runtime/mheap.go:197" in shown


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("peak_bytes", 1152, "1,152 B"),
        ("peak_bytes", 24.5, "24.50 B"),
        ("peak_bytes", 64 << 20, "64.0 MiB"),
        ("objects_of_24_bytes", 100_000, "100,000"),
        ("pause_seconds", 0.000085, "85 µs"),
        ("released_fraction", 0.04, "4.0 %"),
        ("time_ratio", 1.0625, "1.06"),
        ("time_ratio", 0.0123, "0.0123"),
        ("cycles", 40, "40"),
        ("rate", 1234.5, "1,234"),
        ("killed", True, "yes"),
        ("where", None, "-"),
        ("where", "a\nb", "a\\x0ab"),
    ],
)
def test_a_figure_is_written_with_the_unit_of_its_name(
    name: str, value: float | str | None, text: str
) -> None:
    assert value_text(name, value) == text


def test_a_label_leaves_out_the_unit_that_the_value_says() -> None:
    assert label("peak_rss_bytes") == "peak rss"
    assert label("objects_of_24_bytes") == "objects of 24 bytes"
    assert label("time_ratio") == "time ratio"


def test_json_is_by_its_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    told = json.loads(document.render(RUN))
    jsonschema.validate(told, schema)
    assert schema["$defs"]["verdict"]["enum"] == list(TRUTHS)
    assert told["schema"] == schema["$id"] == document.SCHEMA


def test_json_has_every_figure_and_every_sentence() -> None:
    told = json.loads(document.render(RUN))
    assert told["claims"][0]["figures"] == FIGURES
    assert told["claims"][1]["instead"] == "Count them."
    assert told["differing"] == [{"id": "C014", "recorded": IN_PART, "now": DOES_NOT_HOLD}]
    assert told["failed"][0]["id"] == "C003"


def test_markdown_keeps_its_tables_whatever_a_statement_holds() -> None:
    page = markdown.render(RUN)
    rows = [line for line in page.splitlines() if line.startswith("| [C")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [4] * 4
    assert "<fast>" not in page.replace("\\<", "")


def test_markdown_links_every_claim_to_its_detail() -> None:
    page = markdown.render(RUN)
    linked = re.findall(r"\]\(#(c\d{3})\)", page)
    assert [f"### {name.upper()}" in page for name in linked] == [True] * 4


LONG = "found packages runtime (alloc_hot.go) and main (`main.go`)"
SAID: Figures = {version: {"go_says": LONG, "built": False} for version in RUN.versions}


def test_a_text_that_is_the_same_everywhere_stands_once() -> None:
    run = ClaimsRun(versions=RUN.versions, entries=(entry(1, HOLDS, figures=SAID),), recorded={})
    for render in (card.render, markdown.render):
        assert " ".join(render(run).split()).count("found packages runtime") == 1


def test_a_long_text_stands_below_the_table_of_a_page() -> None:
    newer: Figures = {"1.27.3": {"go_says": f"{LONG}!", "built": True}}
    other = {**SAID, **newer}
    run = ClaimsRun(versions=RUN.versions, entries=(entry(1, HOLDS, figures=other),), recorded={})
    page = markdown.render(run)
    assert "| built | no | yes |" in page
    assert (
        "- go says, 1.27.3: `found packages runtime (alloc_hot.go) and main ('main.go')!`" in page
    )
    assert "| go says" not in page
