"""The page of an execution trace: whole in itself, bounded, and usable in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from goom.case.exec_trace import ExecutionTrace
from tests.formats.exec_trace.pages import hostile, page, recorded
from tests.renderers.browser import Browser

SHOWN: dict[str, Callable[[], tuple[ExecutionTrace, ...]]] = {
    "handlers": lambda: (recorded("1.27.3-handlers"),),
    "several": lambda: (recorded("1.27.3-stubborn"), *[recorded("1.23.9-switches")] * 2),
    "hostile": lambda: (hostile(),),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


def opened(browser: Browser, folder: Path, name: str, width: int, *, dark: bool = False) -> Path:
    file = folder / "trace.html"
    file.write_text(page(*SHOWN[name]()), encoding="utf-8")
    browser.open(file, width, 900, dark=dark)
    return file


@pytest.mark.parametrize("name", SHOWN)
def test_its_data_is_json_and_it_is_small(name: str) -> None:
    written = page(*SHOWN[name]())
    data = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', written, re.DOTALL
    )
    assert data is not None
    told = json.loads(data[1])
    assert all(len(one["timeline"]["marking"]) <= 800 for one in told["traces"])
    assert len(written) < 300_000 * len(told["traces"])
    assert "http://www.w3.org" in written
    assert not re.search(r"""(?:src|href)=["']?https?:""", written)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "width"), [("handlers", 390), ("handlers", 1600), ("several", 390), ("hostile", 390)]
)
def test_it_opens_without_complaint_and_fits_the_screen(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    file = opened(browser, tmp_path, name, width, dark=width == 390)
    assert browser.troubles() == []
    assert browser.requests() == [file.as_uri()]
    assert browser.value("document.documentElement.scrollWidth") == width
    assert browser.value("document.querySelector('#headline').textContent.length") > 10


@pytest.mark.browser
def test_one_cursor_says_the_figures_of_all_charts(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path, "handlers", 1600)
    clocks = "[...document.querySelectorAll('.clock')].map(clock => clock.textContent)"
    assert set(browser.value(clocks)) == {""}
    browser.value("document.querySelector('.chart .stage svg').focus()")
    for _ in range(3):
        browser.press("ArrowRight")
    assert len(set(browser.value(clocks))) == 1
    assert browser.value(clocks)[0].endswith("ms")


@pytest.mark.browser
def test_another_trace_is_shown_when_it_is_chosen(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path, "several", 1600)
    assert "copyLong" in browser.value("document.querySelector('#found').textContent")
    assert "1.27.3-stubborn" in browser.value("document.querySelector('#apart').textContent")
    browser.value("document.querySelectorAll('[role=tab]')[1].click()")
    browser.settle()
    assert "held nobody up" in browser.value("document.querySelector('#headline').textContent")
    assert browser.troubles() == []


@pytest.mark.browser
def test_hostile_names_are_text(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path, "hostile", 390)
    assert "<img src=x onerror=alert(1)>" in browser.value("document.body.textContent")
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert browser.value("document.querySelectorAll('script').length") == 2
