"""``goom explain``: the detectors' documentation, read as it is written."""

from __future__ import annotations

import pytest

from goom.cli.explain_command import SECTIONS, markdown, read_page
from goom.cli.main import CANNOT_TELL, OK, main

DOCUMENTATION = """What survives a collection grows with the work served.

What it sees
    The floor of the marked heap.

    It rises.

Why it hurts: the kernel kills.

How sure
- quite
- sure
"""


def test_a_page_is_cut_at_its_titles() -> None:
    page = read_page("heap_leak", DOCUMENTATION)
    assert page.summary == "What survives a collection grows with the work served."
    assert page.sections == {
        "What it sees": "The floor of the marked heap.\n\nIt rises.",
        "Why it hurts": "the kernel kills.",
        "How sure": "- quite\n- sure",
    }


def test_a_page_without_titles_is_all_summary() -> None:
    page = read_page("heap_leak", "Only this.")
    assert (page.summary, page.sections) == ("Only this.", {})


def test_the_markdown_page_keeps_every_section() -> None:
    text = markdown([read_page("heap_leak", DOCUMENTATION)])
    assert "## `heap_leak`" in text
    assert all(f"### {title}" in text for title in SECTIONS[:3])


def test_a_cause_is_printed_with_all_its_sections(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "heap_leak"]) == OK
    printed = capsys.readouterr().out
    assert [title for title in SECTIONS if title in printed] == list(SECTIONS)


def test_an_unknown_cause_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "heap_leek"]) == CANNOT_TELL
    assert "goom explain heap_leak" in capsys.readouterr().err
