"""Markdown for a ticket: readable as text, and nothing in a name becomes markup."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from goom.case.model import Case
from goom.renderers import markdown
from tests.renderers import synthetic, synthetic_others

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
DANGEROUS = {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "s_open"}


def tokens(text: str) -> Counter[str]:
    """How often each kind of token comes up."""
    found: Counter[str] = Counter()
    for token in PARSER.parse(text):
        found[token.type] += 1
        found.update(child.type for child in token.children or ())
    return found


def test_the_leak_reads_well_in_a_ticket() -> None:
    shown = markdown.render(synthetic.leak())
    assert shown.startswith("## `heap_leak`, over hours, confidence 0.93\n")
    assert "**The kernel killed catalogweb after 24.1 s: memory.limit_in_bytes (128.0 MiB)" in shown
    assert (
        "`cache.(*Cache).Put` `internal/cache/cache.go:48` allocates 90.4 MiB of the growth (93 %)"
        in shown
    )
    assert "| `goroutine_leak` | 0.04 | nothing | 14 goroutines from start to end" in shown
    assert "| **sum** | **128.0** |" in shown
    assert tokens(shown)["table_open"] == 3


@pytest.mark.parametrize("make", [synthetic_others.healthy, synthetic_others.cannot_tell])
def test_every_verdict_has_its_heading(make: object) -> None:
    case = make()  # type: ignore[operator]
    assert isinstance(case, Case)
    wanted = "cannot tell" if case.verdict.cause == "cannot_tell" else f"`{case.verdict.cause}`"
    assert markdown.render(case).startswith(f"## {wanted}")


def test_hostile_names_stay_text() -> None:
    shown = markdown.render(synthetic_others.hostile())
    assert not DANGEROUS & tokens(shown).keys()
    assert all(line.isprintable() for line in shown.splitlines())
    outside = re.sub(r"(?<!\\)`[^`]*`", "", shown)
    assert "@" not in outside
    assert not re.search(r"(?<!\\)://", outside)


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    wide = tokens(markdown.render(synthetic_others.hostile()))
    assert wide["table_open"] == 3
    assert (wide["td_open"] - 4 * wide["tr_open"]) % 2 == 0
    for line in markdown.render(synthetic_others.hostile()).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in {5, 7}


def test_no_cell_begins_like_a_formula() -> None:
    for line in markdown.render(synthetic_others.hostile()).splitlines():
        for cell in re.split(r"(?<!\\)\|", line)[1:-1] if line.startswith("|") else ():
            assert not re.match(r"[`\\\s]*[=+@]", cell), cell


@given(st.text(max_size=80))
def test_any_text_at_all_stays_one_paragraph_of_text(text: str) -> None:
    shown = markdown.escaped(text)
    kinds = tokens(f"x {shown} y").keys()
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "code_inline",
                     "text_special"}  # fmt: skip
    alone = tokens(shown).keys()
    assert alone <= kinds
