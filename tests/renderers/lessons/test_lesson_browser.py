"""The lessons in a real browser: drawn without complaint, stepped through, legible on a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from goom.renderers.lessons import pacer
from goom.runtime.pacer import lesson as pacer_lesson
from tests.renderers.browser import Browser
from tests.renderers.lessons.pages import NAMES, page

pytestmark = pytest.mark.browser
OPEN_ALL = "document.querySelectorAll('details').forEach(box => { box.open = true; })"
DRAWING = "document.querySelector('.walk-stage').innerHTML"
COUNT = "document.querySelector('.count').textContent"
CHOOSE_ALL = """document.querySelectorAll('fieldset').forEach(choice => {
  choice.querySelectorAll('input')[PLACE]?.click();
})"""
STEP_ALL = """document.querySelectorAll('.scrub input').forEach(input => {
  input.value = STEP;
  input.dispatchEvent(new Event('input'));
})"""
UNTIL_THE_END = """new Promise(done => {
  const look = () => {
    const [at, all] = document.querySelector('.count').textContent.split(' / ');
    if (at === all) done(); else requestAnimationFrame(look);
  };
  look();
})"""
CUT_WORDS = """[...document.querySelectorAll('svg.drawing')].flatMap(drawing => {
  const edge = drawing.getBoundingClientRect();
  return [...drawing.querySelectorAll('text')].filter(word => {
    const box = word.getBoundingClientRect();
    return box.width && (box.left < edge.left - 3 || box.right > edge.right + 3);
  }).map(word => word.textContent);
})"""

WORDS_ON_WORDS = """[...document.querySelectorAll('svg')].flatMap(drawing => {
  const words = [...drawing.querySelectorAll('text')]
    .map(word => ({ says: word.textContent, box: word.getBoundingClientRect() }))
    .filter(word => word.box.width);
  const over = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 3
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 5;
  return words.flatMap((one, index) => words.slice(index + 1)
    .filter(other => over(one.box, other.box)).map(other => `${one.says} | ${other.says}`));
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lessons")
    made = {name: folder / f"{name}.html" for name in NAMES}
    for name, file in made.items():
        file.write_text(page(name), encoding="utf-8")
    return made


def choose(browser: Browser, title: str, value: str) -> None:
    browser.click(f"[data-choice={json.dumps(title)}] input[value={json.dumps(value)}]")


def slide(browser: Browser, title: str, place: int) -> None:
    browser.value(
        f"(input => {{ input.value = {place}; input.dispatchEvent(new Event('input')); }})"
        f"(document.querySelector('[data-slider={title}] input'))"
    )
    browser.settle()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_opens_without_complaint_and_asks_for_nothing(
    browser: Browser, files: dict[str, Path], name: str, dark: bool
) -> None:
    browser.open(files[name], dark=dark)
    assert browser.troubles() == []
    assert browser.requests() == [files[name].as_uri()]
    assert len(browser.value("document.querySelector('h1').textContent")) > 20


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_screen(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    browser.open(files[name], 320, 844)
    browser.value(OPEN_ALL)
    for width in (320, 390, 768, 1001, 1600):
        browser.size(width, 844)
        browser.settle()
        assert browser.value("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [390, 1600])
@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_every_drawing_can_be_read(
    browser: Browser, files: dict[str, Path], name: str, width: int
) -> None:
    browser.open(files[name], width, 844)
    for place in range(6):  # the first choice of each, then the others, with fewer steps
        browser.value(CHOOSE_ALL.replace("PLACE", str(place)))
        browser.settle()
        for step in range(0, 22, 4 if place else 1):
            browser.value(STEP_ALL.replace("STEP", str(step + 1)))
            assert browser.value(f"[...{CUT_WORDS}, ...{WORDS_ON_WORDS}]") == []
    assert browser.value("document.documentElement.scrollWidth") == width
    assert browser.troubles() == []


@pytest.mark.parametrize("name", NAMES)
def test_the_arrow_keys_step_forward_and_back(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    browser.open(files[name])
    browser.value("document.querySelector('.walk').scrollIntoView({behavior: 'instant'})")
    start = browser.value(COUNT), browser.value(DRAWING)
    browser.press("ArrowRight")
    browser.press("ArrowRight")
    browser.settle()
    assert browser.value(COUNT).startswith("3 / ")
    assert browser.value(DRAWING) != start[1]
    browser.press("ArrowLeft")
    browser.press("ArrowLeft")
    browser.settle()
    assert browser.value(COUNT) == start[0]


@pytest.mark.parametrize("name", NAMES)
def test_playing_goes_to_the_end_and_stops(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    browser.open(files[name])
    browser.value("(wait => { window.setTimeout = then => wait(then, 1); })(window.setTimeout)")
    browser.click("[aria-label=Play]")
    browser.value(UNTIL_THE_END)
    browser.settle()
    assert browser.value("document.querySelector('.buttons button:nth-child(2)').title") == "Play"


def test_another_request_and_another_version_change_the_tower(
    browser: Browser, files: dict[str, Path]
) -> None:
    browser.open(files["allocator"])
    browser.press("ArrowRight")
    browser.settle()
    drawn = browser.value(DRAWING)
    choose(browser, "Request", "1024p")
    spent = browser.value("document.querySelector('.spents').textContent")
    assert browser.value(DRAWING) != drawn
    assert "7 slots of 1,152\u00a0B" in spent
    choose(browser, "Go", "1.19")
    browser.press("Escape")
    browser.value("document.querySelector('[aria-label=\"Next step\"]').click()")
    browser.settle()
    assert "of 8 slots used" in browser.value(
        "document.querySelector('[data-level=mcache]').textContent"
    )


def test_the_sliders_change_the_run_its_words_and_its_curves(
    browser: Browser, files: dict[str, Path]
) -> None:
    browser.open(files["pacer"])
    told = "document.querySelector('.told').textContent"
    curve = "document.querySelector('.explorer .curve path:last-child').getAttribute('d')"
    before = browser.value(told), browser.value(curve)
    slide(browser, "GOGC", 5)
    assert "Nothing is ever collected" in browser.value(told)
    slide(browser, "GOMEMLIMIT", 0)
    limited = browser.value(told)
    assert "memory limit sets the goal" in limited
    choose(browser, "Program", "tight")
    assert "does not hold" in browser.value(told)
    assert browser.value(curve) != before[1]
    assert browser.troubles() == []


def test_a_cell_of_all_settings_moves_the_sliders(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["pacer"])
    browser.click(".matrix tbody tr:nth-child(2) td:nth-of-type(1) button")
    values = "[...document.querySelectorAll('.slider-value')].map(one => one.textContent)"
    assert browser.value(values) == ["25", "256 MiB"]
    assert (
        browser.value("document.querySelector('.matrix [aria-pressed=true]').className")
        == ("cell-button here ")
        or browser.value("document.querySelectorAll('.matrix [aria-pressed=true]').length") == 1
    )


def test_a_barrier_keeps_the_place_in_the_story_and_saves_the_object(
    browser: Browser, files: dict[str, Path]
) -> None:
    browser.open(files["barriers"])
    for _ in range(8):
        browser.press("ArrowRight")
    browser.settle()
    telling = "document.querySelector('.telling').textContent"
    words = "document.querySelector('#story .drawing').textContent"
    code = browser.value("document.querySelector('.telling .go-code').textContent")
    assert "will be missed" in browser.value(words)
    choose(browser, "Barrier", "go")
    assert browser.value("document.querySelector('.telling .go-code').textContent") == code
    assert "buffer" in browser.value(telling)
    assert "will be missed" not in browser.value(words)


def test_another_way_to_call_draws_another_stack(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["stacks"])
    choose(browser, "What the goroutine does", "big")
    for _ in range(3):
        browser.value("document.querySelector('[aria-label=\"Next step\"]').click()")
    browser.settle()
    assert "16\u00a0KiB" in browser.value("document.querySelector('.walk-stage').textContent")


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_can_be_pressed_has_a_name(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    browser.open(files[name])
    nameless = browser.value(
        "[...document.querySelectorAll('button, a, input, [tabindex=\"0\"]')].filter(e =>"
        " !(e.textContent.trim() || e.getAttribute('aria-label') || e.closest('label'))).length"
    )
    assert nameless == 0


@pytest.mark.parametrize("name", NAMES)
def test_who_wants_no_motion_sees_none(browser: Browser, files: dict[str, Path], name: str) -> None:
    browser.open(files[name])
    calm = {"name": "prefers-reduced-motion", "value": "reduce"}
    browser.ask("Emulation.setEmulatedMedia", {"features": [calm]})
    moving = browser.value(
        "[...document.querySelectorAll('svg.drawing > *, .token, .trail')].filter(e =>"
        " getComputedStyle(e).transitionDuration.split(', ').some(t => t !== '0s')).length"
    )
    assert moving == 0


def test_a_hostile_title_is_text_and_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    told = pacer_lesson.lesson()
    title = "<img src=x onerror=alert(1)>"
    hostile = replace(told, scenarios=(replace(told.scenarios[0], title=title),))
    hostile = replace(hostile, message=title, runs=told.runs)
    file = tmp_path / "pacer.html"
    file.write_text(pacer.render(hostile), encoding="utf-8")
    browser.open(file)
    assert browser.value("document.querySelector('h1').textContent") == title
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert browser.troubles() == []
