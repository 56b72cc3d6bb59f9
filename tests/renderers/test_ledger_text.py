"""The ledger on a terminal: one unit, bars of text, nothing harmful."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goom.case.ledger import Ledger, LedgerLine
from goom.case.subject import Ending, Subject
from goom.renderers import ledger_text, markdown
from goom.renderers.text import screen
from goom.renderers.text.lines import cells
from tests.renderers import synthetic

MIB = 1 << 20
SITE = LedgerLine("heap_live", "cache.(*Cache).Put  cache.go:48", 90 * MIB, 6 * MIB)
LEDGER = Ledger(
    at_seconds=10.0,
    charge_bytes=128 * MIB,
    charge_name="memory.current",
    lines=(
        LedgerLine("heap_live", "live heap", 100 * MIB, 6 * MIB, (SITE,)),
        LedgerLine("heap_garbage", "garbage", 27 * MIB),
        LedgerLine("unexplained", "unexplained", MIB),
    ),
    notes=("all looks lie within 10 ms of this moment",),
)


def test_it_says_what_when_and_where() -> None:
    killed = Subject(ending=Ending(at_seconds=10.2, oom_killed=True))
    screen = ledger_text.render(LEDGER, killed)
    assert screen.startswith("128.0 MiB of memory.current, 200 ms before the end\n")
    assert "90.0 ± 6.0  cache.(*Cache).Put  cache.go:48" in screen
    assert "    1.0   0.8 %" in screen
    assert "- all looks lie within 10 ms of this moment" in screen


def test_the_longest_bar_is_the_largest_line() -> None:
    rows = ledger_text.render(LEDGER, Subject()).splitlines()
    bars = {row.split("  ")[1]: row.count("█") for row in rows if row.startswith("  ")}
    assert bars["live heap"] == 24
    assert 0 < bars["garbage"] < 24


@pytest.mark.parametrize("rest", [-1, 1, -MIB // 50])
def test_what_rounds_to_nothing_has_no_sign(rest: int) -> None:
    part = LedgerLine("unexplained", "no counter accounts for it", rest)
    over = LedgerLine("unexplained", "unexplained", rest, 0, (part,))
    shown = replace(LEDGER, lines=(*LEDGER.lines[:2], over))
    case = replace(synthetic.leak(), ledger=shown)
    for said in (ledger_text.render(shown, Subject()), screen.render(case), markdown.render(case)):
        assert "-0.0" not in said
        assert "unexplained" in said


def test_what_is_clearly_missing_keeps_its_sign() -> None:
    over = LedgerLine("unexplained", "unexplained", -3 * MIB)
    said = ledger_text.render(replace(LEDGER, lines=(over,)), Subject())
    assert "-3.0  -2.3 %" in said


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    rows = ledger_text.render(LEDGER, Subject(), width=width).splitlines()
    assert max(map(cells, rows)) < max(width, 60)


def test_a_name_from_a_profile_cannot_move_the_cursor() -> None:
    evil = LedgerLine("heap_live", "\x1b[2Jgone\nline", 100 * MIB, 0)
    ledger = Ledger(
        at_seconds=1.0,
        charge_bytes=100 * MIB,
        charge_name="\x1b[31mRSS",
        lines=(LedgerLine("heap_live", "live heap", 100 * MIB, 0, (evil,)),),
    )
    screen = ledger_text.render(ledger, Subject())
    assert "\x1b" not in screen
    assert "\\x1b[2Jgone\\x0aline" in screen


def test_a_negative_or_empty_charge_is_drawn_without_harm() -> None:
    for size in (0, -5):
        ledger = Ledger(
            at_seconds=float("nan"),
            charge_bytes=0,
            charge_name="RSS",
            lines=(LedgerLine("unexplained", "unexplained", size),),
        )
        assert "unexplained" in ledger_text.render(ledger, Subject())


def test_colour_adds_nothing_but_colour() -> None:
    painted = ledger_text.render(LEDGER, Subject(), color=True)
    assert "\x1b[1m" in painted
    bare = painted
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"):
        bare = bare.replace(code, "")
    assert bare == ledger_text.render(LEDGER, Subject())
