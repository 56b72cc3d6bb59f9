"""A lesson's page as a file: one piece, small, without an address, its data inert."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goom.case.names import harmless
from goom.renderers.lessons.frame import framed
from tests.renderers.lessons.pages import MAKERS, NAMES, data_of, page

HOSTILE = "</script><script>alert(1)</script><!-- \x1b[2J"


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_allows_its_own_script_and_style_by_hash_and_nothing_else(name: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page(name))
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for tag, source in (("<script>", "script-src"), ("<style>", "style-src")):
        text = page(name).split(tag, 1)[1].split(f"</{tag[1:]}", 1)[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{source} 'sha256-{digest}'" in policy[1]


@pytest.mark.parametrize("name", NAMES)
def test_no_address_is_in_the_page_but_the_name_of_svg(name: str) -> None:
    assert set(re.findall(r"https?://[\w./]+", page(name))) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe|object|embed|base|form)\b", page(name))
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|innerHTML|eval)\b", page(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_small_enough_to_mail(name: str) -> None:
    assert len(page(name).encode()) < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_the_same_lesson_gives_the_same_file(name: str) -> None:
    assert MAKERS[name]() == page(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_data_cannot_leave_its_element(name: str) -> None:
    inside = page(name).split('id="data">', 1)[1].split("</script>", 1)[0]
    assert not set("<>&") & set(inside)
    assert page(name).count("</script>") == 2


def test_hostile_text_is_written_out_and_stays_data() -> None:
    made = framed({"message": HOSTILE, "said": [HOSTILE]}, ("sketch.js",), ())
    assert made.count("</script>") == 2
    assert data_of(made) == {"message": harmless(HOSTILE), "said": [harmless(HOSTILE)]}


@given(st.text(max_size=60))
@settings(max_examples=30)
def test_no_text_at_all_changes_the_page_around_the_data(text: str) -> None:
    made = framed({"message": text}, (), ())
    plain = framed({"message": ""}, (), ())
    assert made.partition('id="data">')[0] == plain.partition('id="data">')[0]
    assert made.partition("</script>")[2] == plain.partition("</script>")[2]
