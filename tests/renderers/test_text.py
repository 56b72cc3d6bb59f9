"""The verdict's screen: one screen, verdict first, harmless, the same with and without colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from goom.case.model import Case
from goom.case.subject import Ending, Subject
from goom.case.verdict import Reason, Remedy, Rival
from goom.renderers import markdown
from goom.renderers.text import screen
from goom.renderers.text.lines import cells, in_ascii
from goom.renderers.text.orders import orders
from tests.renderers import synthetic, synthetic_others

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
CASES = [
    synthetic.leak,
    synthetic_others.healthy,
    synthetic_others.cannot_tell,
    synthetic_others.hostile,
]


def ended(ending: Ending | None) -> Case:
    case = synthetic.leak()
    return replace(case, subject=replace(case.subject, ending=ending))


@pytest.mark.parametrize("make", CASES)
@pytest.mark.parametrize("width", [60, 80, 132])
def test_no_line_is_wider_than_the_terminal(make: Callable[[], Case], width: int) -> None:
    shown = screen.render(make(), width=width, report="catalogweb.html")
    assert max(cells(line) for line in shown.splitlines()) <= width


@pytest.mark.parametrize("make", CASES)
def test_colour_changes_nothing_but_the_colour(make: Callable[[], Case]) -> None:
    coloured = screen.render(make(), color=True)
    assert coloured != screen.render(make())
    assert ESCAPE.sub("", coloured) == screen.render(make())


def test_names_from_profiles_cannot_move_the_cursor_or_forge_a_line() -> None:
    shown = screen.render(synthetic_others.hostile(), report="\x1b[2J", evidence="\x9b2J\u202e")
    assert all(line.isprintable() for line in shown.splitlines())
    assert "\\x1b[2J" in shown


def test_the_leak_fits_one_screen_and_says_it_in_order() -> None:
    shown = screen.render(synthetic.leak(), report="a.html", evidence="a.goom")
    assert len(shown.splitlines()) <= 40
    wanted = ("The kernel killed catalogweb after 24.1 s", "heap_leak", "0.93", "3.9 MiB/s",
              "cache.(*Cache).Put", "cache.go:48", "93 %", "Why not another cause",
              "goroutine_leak", "0.04", "14 goroutines", "Where the 128.0 MiB", "heap live", "97.2",
              "unexplained ▎ 1.1 0.9 %", "Now", "Then", "To be surer", "a.html", "a.goom",
              "goom explain heap_leak")  # fmt: skip
    places = [" ".join(shown.split()).find(word) for word in wanted]
    assert -1 not in places
    assert places == sorted(places)


def test_the_strongest_evidence_against_a_rival_is_the_one_shown() -> None:
    weak, strong = Reason("weak words", 0.1), Reason("strong words", 3.0)
    case = synthetic.leak()
    rival = Rival("off_heap", 0.1, (), (weak, strong))
    shown = screen.render(replace(case, verdict=replace(case.verdict, rivals=(rival,))))
    assert "strong words" in shown
    assert "weak words" not in shown


@pytest.mark.parametrize(
    ("action", "shown", "hidden"),
    [
        ("Copy them.", "Part them at main.keep. Copy them. Spans empty.", "…"),
        ("", "Part them at main.keep. Spans empty.", "…"),
        ("Copy " + "the few that live long " * 12 + "elsewhere.", "Copy the few that", "Spans"),
        ("Copy them. " + "Then " + "wait " * 50, "Copy them. Spans empty.", "wait"),
    ],
)
def test_an_effect_is_not_shown_in_place_of_what_brings_it_about(
    action: str, shown: str, hidden: str
) -> None:
    order = Remedy(
        code="c", when="code", title="Part them at main.keep", action=action, effect="Spans empty."
    )
    lines = orders(replace(synthetic_others.healthy(), remedies=(order,)), 80)
    assert len(lines) <= 3
    said = " ".join(" ".join(span.text for line in lines for span in line).split())
    assert shown in said
    assert hidden not in said


def test_who_was_not_heard_is_not_said_to_have_nothing_to_say() -> None:
    case = synthetic.leak()
    unheard = Rival("alloc_churn", 0.1, (), (), "not checked: no collection ran")
    silent = Rival("off_heap", 0.1, (), ())
    case = replace(case, verdict=replace(case.verdict, rivals=(unheard, silent)))
    said = {row.split()[0]: row for row in screen.render(case).splitlines() if " 0.10 " in row}
    assert "not checked: no collection ran" in said["alloc_churn"]
    assert "nothing speaks for it" in said["off_heap"]
    assert "not checked: no collection ran" in markdown.render(case)


def test_a_healthy_service_is_called_healthy_without_alarm() -> None:
    shown = screen.render(synthetic_others.healthy())
    assert shown.startswith("✓ goom ended catalogweb")
    assert "healthy" in shown
    assert "✗" not in shown


def test_cannot_tell_says_what_was_missing_and_how_to_get_it() -> None:
    shown = screen.render(synthetic_others.cannot_tell())
    assert "cannot tell" in shown
    assert "a second heap profile" in shown
    assert "goom capture --for 60s PID" in shown
    assert "goom explain" not in shown


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending(oom_killed=True, signal=9), "The kernel killed catalogweb"),
        (Ending(limit_enforced_by_goom=True, signal=9), "goom killed catalogweb"),
        (Ending(go_out_of_memory=True, exit_code=2), "not an OOM kill by the kernel"),
        (Ending(stopped_by_goom=True, signal=15), "goom ended catalogweb"),
        (Ending(exit_code=3), "ended by itself after 24.1 s, exit status 3"),
        (Ending(signal=9), "by SIGKILL; no OOM kill was counted"),
        (Ending(signal=77), "by signal 77"),
        (Ending(), "how is not known"),
        (None, "(pid 4711) is still running; watched for 24.0 s"),
    ],
)
def test_who_ended_it_is_said_rightly(ending: Ending | None, said: str) -> None:
    assert said in " ".join(screen.render(ended(ending)).split())


def test_loose_files_are_not_called_a_running_process() -> None:
    case = synthetic.leak()
    nobody = Subject(observed_from_seconds=10.0, observed_to_seconds=12.5)
    shown = screen.render(replace(case, subject=nobody))
    assert shown.startswith("! The files given cover 2.5 s; they do not say how the process ended.")


@pytest.mark.parametrize(("version", "file"), [(1, "memory.limit_in_bytes"), (2, "memory.max")])
def test_the_limit_is_named_as_the_kernel_names_it(version: int, file: str) -> None:
    case = synthetic.leak()
    case = replace(case, subject=replace(case.subject, cgroup_version=version))
    assert file in screen.render(case)


@pytest.mark.parametrize("make", CASES)
def test_a_terminal_that_knows_ascii_only_gets_the_same_lines(make: Callable[[], Case]) -> None:
    shown = screen.render(make(), color=True)
    asked = in_ascii(shown)
    assert asked.isascii()
    assert len(asked.splitlines()) == len(shown.splitlines())


def test_in_ascii_a_bar_is_still_a_bar() -> None:
    shown = in_ascii(screen.render(synthetic.leak()))
    assert shown.startswith("x The kernel killed catalogweb")
    assert "heap live         ####################" in shown
    assert "?" not in shown
