"""The screen of X-ray: what it shows, in how many columns, and what it says of torn figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goom.case.units import MIB
from goom.case.xray import Torn, Xray
from goom.renderers.text.lines import cells
from goom.renderers.xray_text import one_line, render
from tests.renderers.xray_samples import PACER, look

LIMITED = replace(PACER, memory_limit_bytes=70 * MIB, limiter_on=True, limiter_last_cycle=16)
TORN = (Torn(rule="a = b", affects=("heap_in_use_bytes",), difference=8192),)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("told", [look(), look(LIMITED), look(torn=TORN)])
def test_no_line_is_wider_than_the_terminal(told: Xray, width: int) -> None:
    screen = render(told, width=width)
    assert max(cells(line) for line in screen.splitlines()) < width
    assert len(screen.splitlines()) <= 34
    assert cells(one_line(told, width)) < width


def test_the_pacer_is_told_with_what_decides() -> None:
    screen = render(look())
    assert "heap live                50.0 MiB  10.0 MiB since the last mark" in screen
    assert "goal                     80.0 MiB  set by GOGC" in screen
    assert "trigger                  78.0 MiB  28.0 MiB until a cycle begins" in screen
    assert "GOGC=100, GOMEMLIMIT=off, CPU limiter off" in screen


def test_the_limit_is_told_with_what_it_counts() -> None:
    screen = render(look(LIMITED))
    assert "GOMEMLIMIT=70.0 MiB: 68.0 MiB of it used (97 %)" in screen
    assert "set by GOMEMLIMIT" in screen
    assert "CPU limiter on, last on in cycle 16" in screen


def test_no_goal_is_said() -> None:
    unbound = replace(PACER, gogc_percent=-1, gc_percent_heap_goal_bytes=(1 << 64) - 1)
    screen = render(look(unbound))
    assert "none: GOGC is off, and there is no GOMEMLIMIT" in screen
    assert "goal -" in one_line(look(unbound))


def test_a_torn_figure_is_named() -> None:
    told = look(torn=TORN, attempts=8)
    assert "heap_in_use_bytes may be off: a = b did not hold (by 8,192)" in " ".join(
        render(told).split()
    )
    assert one_line(told).endswith("torn")


def test_colours_change_no_character() -> None:
    plain, colored = render(look()), render(look(), color=True)
    assert colored != plain
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[36m"):
        colored = colored.replace(code, "")
    assert colored == plain


def test_the_cost_is_said() -> None:
    screen = " ".join(render(look()).split())
    assert "5,028 bytes of its memory were copied by 1 system call;" in screen
    assert "was not stopped, and nothing was written" in screen
