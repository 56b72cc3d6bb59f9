"""The report as a file: one piece, small, without an address, and with the case as inert data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goom.case.names import harmless
from goom.case.subject import Subject
from goom.renderers import html
from tests.renderers import synthetic, synthetic_others

CASES = [synthetic.leak, synthetic_others.hostile, synthetic_others.healthy,
         synthetic_others.cannot_tell]  # fmt: skip


def around(page: str) -> tuple[str, str]:
    before, _, rest = page.partition('id="case">')
    return before, rest.partition("</script>")[2]


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="case">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("make", CASES)
def test_the_case_cannot_leave_its_element(make: Any) -> None:
    page = html.render(synthetic.drawn(make()))
    raw = page.split('id="case">', 1)[1]
    inside, rest = raw.split("</script>", 1)
    assert not set("<>&") & set(inside)
    assert inside.isascii()
    assert rest.startswith('\n<script>"use strict"')
    assert page.count("</script>") == 2


def test_the_policy_allows_its_own_script_and_style_by_hash_and_nothing_else() -> None:
    page = html.render(synthetic.drawn())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for tag, name in (("<script>", "script-src"), ("<style>", "style-src")):
        text = page.split(tag, 1)[1].split(f"</{tag[1:]}", 1)[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy[1]


def test_no_address_is_in_the_page_but_the_name_of_svg() -> None:
    page = html.render(synthetic.drawn())
    assert set(re.findall(r"https?://[\w./]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe|object|embed|base|form)\b", page)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|importScripts|innerHTML|eval)\b", page)


def test_the_report_is_small() -> None:
    assert len(html.render(synthetic.drawn()).encode()) < 500_000


def test_the_page_has_the_same_figures_as_the_json_and_the_drawings_too() -> None:
    data = data_of(html.render(synthetic.drawn()))
    assert data["schema"] == "goom.case/1"
    assert data["verdict"]["confidence"] == 0.93
    assert [flame["key"] for flame in data["flames"]] == [
        "live_bytes", "allocated_bytes", "growth", "goroutines",
    ]  # fmt: skip
    assert data["collections"]["count"] == 41
    assert data["collections"]["summary"]["forced"] == 1


def test_the_same_case_gives_the_same_file() -> None:
    assert html.render(synthetic.drawn()) == html.render(synthetic.drawn())


@given(st.text(max_size=60))
@settings(max_examples=30)
def test_no_name_at_all_changes_the_page_around_the_data(name: str) -> None:
    case = replace(synthetic_others.cannot_tell(), subject=Subject(name=name))
    page = html.render(case)
    assert data_of(page)["subject"]["name"] == harmless(name.encode("utf-8", "replace").decode())
    assert around(page) == around(html.render(synthetic_others.cannot_tell()))
