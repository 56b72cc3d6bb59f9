"""Every recorded run of a real program is rendered rightly in every form."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt

from goom.case.model import Case
from goom.diagnose import diagnose
from goom.renderers import html, json_case, markdown
from goom.renderers.text import screen
from goom.renderers.text.lines import cells
from goom.sources.load import LoadOptions, load
from tests.renderers.browser import Browser
from tests.renderers.test_json_case import closed, schema

TESTS = Path(__file__).parents[1]
RECORDINGS = [
    bundle
    for bundle in sorted(TESTS.rglob("*.goom"))
    if "fuzz" not in bundle.relative_to(TESTS).parts
]
recorded = pytest.mark.parametrize("bundle", RECORDINGS, ids=lambda bundle: bundle.stem)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@functools.cache
def case_of(bundle: Path) -> Case:
    return diagnose(load([str(bundle)], LoadOptions()))


@recorded
def test_the_json_follows_its_schema(bundle: Path) -> None:
    shown = json.loads(json_case.render(case_of(bundle)))
    jsonschema.Draft202012Validator(closed(schema())).validate(shown)


@recorded
def test_the_verdict_fits_one_screen(bundle: Path) -> None:
    lines = screen.render(case_of(bundle), report="report.html", evidence="x.goom").splitlines()
    assert len(lines) <= 46
    assert max(map(cells, lines)) <= 80
    assert all(line.isprintable() for line in lines)
    assert not [line for line in lines if " nan" in line or "None" in line]


@recorded
def test_the_ticket_holds_tables_and_no_link(bundle: Path) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown.render(case_of(bundle)))
    kinds = {token.type for token in tokens}
    inline = {child.type for token in tokens for child in token.children or ()}
    assert "table_open" in kinds
    assert not {"link_open", "image", "html_inline"} & (inline | kinds)


@recorded
def test_the_report_is_small(bundle: Path) -> None:
    assert len(html.render(case_of(bundle)).encode()) < 500_000


@pytest.mark.browser
@recorded
def test_the_report_opens_in_a_browser(bundle: Path, tmp_path: Path, browser: Browser) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.render(case_of(bundle)), encoding="utf-8")
    browser.open(file, 390, 844)
    assert browser.troubles() == []
    assert browser.requests() == [file.as_uri()]
    assert browser.value("document.documentElement.scrollWidth") == 390
    assert browser.value("document.querySelectorAll('.chart svg[role=img]').length") > 0
