"""The report in a real browser: drawn without complaint, asking for nothing, harmless, usable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from goom.case.ledger import LedgerLine
from goom.case.model import Case
from goom.renderers import html
from tests.renderers import synthetic, synthetic_others
from tests.renderers.browser import Browser

pytestmark = pytest.mark.browser

CASES = {
    "leak": synthetic.leak,
    "hostile": synthetic_others.hostile,
    "healthy": synthetic_others.healthy,
    "cannot_tell": synthetic_others.cannot_tell,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


def page(folder: Path, case: Case) -> Path:
    file = folder / "report.html"
    file.write_text(html.render(synthetic.drawn(case)), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_opens_without_complaint_and_asks_for_nothing(
    browser: Browser, tmp_path: Path, name: str, dark: bool
) -> None:
    file = page(tmp_path, CASES[name]())
    browser.open(file, dark=dark)
    assert browser.troubles() == []
    assert browser.requests() == [file.as_uri()]
    assert browser.value("document.querySelector('#headline').textContent.length") > 10


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [320, 390, 768, 1600])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    browser.open(page(tmp_path, CASES[name]()), width, 844)
    browser.value("document.querySelectorAll('details').forEach(box => { box.open = true; })")
    browser.settle()
    assert browser.value("document.documentElement.scrollWidth") == width


def test_hostile_names_are_text_and_run_nothing(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic_others.hostile()))
    browser.value("document.querySelectorAll('details').forEach(box => { box.open = true; })")
    browser.settle()
    body = browser.value("document.body.textContent")
    assert "<img src=x onerror=alert(1)>" in body
    assert "\\x1b[2J" in body
    assert browser.value("document.querySelectorAll('img, iframe, a[href^=http]').length") == 0
    assert browser.value("document.querySelectorAll('script').length") == 2
    assert browser.troubles() == []


def test_a_formula_is_copied_as_text(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic_others.hostile()))
    browser.value("navigator.clipboard.writeText = async text => { window.copied = text; }")
    browser.value(
        "[...document.querySelectorAll('.figures')]"
        ".find(box => box.querySelector('summary').textContent.startsWith('Hotspots'))"
        ".querySelector('button').click()"
    )
    rows = browser.value("copied").splitlines()
    assert rows[0].split("\t")[:2] == ["measure", "function"]
    assert not [cell for row in rows for cell in row.split("\t") if cell.startswith(("=", "@"))]


def test_what_rounds_to_nothing_has_no_sign(browser: Browser, tmp_path: Path) -> None:
    case = synthetic.leak()
    assert case.ledger is not None
    over = LedgerLine("unexplained", "unexplained", -1)
    ledger = replace(case.ledger, lines=(*case.ledger.lines[:1], over))
    browser.open(page(tmp_path, replace(case, ledger=ledger)))
    said = browser.value("document.querySelector('table.ledger tbody').textContent")
    assert "unexplained0.00.0\xa0%" in said


def test_the_flame_graph_zooms_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    marshal = ".flame .box[aria-label^='encoding/json.Marshal']"
    widest = f'document.querySelector("{marshal}").offsetWidth'
    before = browser.value(widest)
    browser.click(marshal)
    assert browser.value(widest) > 10 * before
    browser.value(f'document.querySelector("{marshal}").focus()')
    browser.press("Escape")
    browser.settle()
    assert browser.value(widest) == before


def test_the_flame_graph_is_walked_with_the_arrow_keys(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    browser.value("document.querySelector('.flame .root').focus()")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):
        browser.press(key)
    assert "handleItem" in browser.value("document.activeElement.getAttribute('aria-label')")
    assert "handleItem" in browser.value("document.querySelector('.flame-status').textContent")
    browser.press("ArrowUp")
    assert "ServeHTTP" in browser.value("document.activeElement.getAttribute('aria-label')")


def test_the_search_marks_what_it_finds_and_says_how_much_it_holds(
    browser: Browser, tmp_path: Path
) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    browser.value(
        "(box => { box.value = 'cache'; box.dispatchEvent(new Event('input')); })"
        "(document.querySelector('.flame-search input'))"
    )
    assert browser.value("document.querySelector('.found').textContent") == "93 %, 88.2 MiB"
    marked = browser.value("document.querySelectorAll('.flame .match').length")
    assert marked == 1
    browser.click("[data-flame='goroutines']")
    assert browser.value("document.querySelector('.found').textContent") == "nothing found"


def test_one_cursor_moves_in_all_charts(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    browser.value("document.querySelector('.chart svg[role=img]').focus()")
    for _ in range(50):
        browser.press("ArrowRight")
    clocks = "[...document.querySelectorAll('.clock')].map(c => c.textContent)"
    assert len(browser.value(clocks)) >= 4
    assert set(browser.value(clocks)) == {"at 11.8 s"}
    rules = "[...document.querySelectorAll('.cursor')].map(c => c.getAttribute('visibility'))"
    assert set(browser.value(rules)) == {"visible"}
    browser.press("Escape")
    assert set(browser.value(clocks)) == {""}


def test_a_curve_can_be_hidden(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    curves = "document.querySelector('#memory .stage').querySelectorAll('.curve').length"
    before = browser.value(curves)
    browser.click("#memory button[data-key='goal']")
    assert browser.value(curves) == before - 1


def test_the_theme_is_the_readers_to_choose(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    paper = "getComputedStyle(document.body).backgroundColor"
    light = browser.value(paper)
    browser.click("#theme")
    dark = browser.value(paper)
    assert light != dark
    browser.click("#theme")
    assert browser.value(paper) == light


def test_everything_that_can_be_pressed_has_a_name(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(tmp_path, synthetic.leak()))
    nameless = browser.value(
        "[...document.querySelectorAll('button, a, input, [tabindex=\"0\"]')].filter(e =>"
        " !(e.textContent.trim() || e.getAttribute('aria-label') || e.placeholder)).length"
    )
    assert nameless == 0
