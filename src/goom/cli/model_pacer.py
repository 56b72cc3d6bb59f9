"""``goom model pacer``: how often a program collects and what its heap comes to, by setting."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.case.units import MIB, bytes_text
from goom.cli import terminal
from goom.cli.model_pacer_screen import in_ascii, screen
from goom.renderers.lessons.pacer import render
from goom.runtime.allocator.eras import asked_release, version_text
from goom.runtime.pacer.forward import ForwardRun
from goom.runtime.pacer.forward import run as run_forward
from goom.runtime.pacer.lesson import USUAL, Question, lesson, run_shown
from goom.runtime.pacer.lesson_scenarios import ScenarioShown
from goom.runtime.pacer.mgcpacer import REGIMES
from goom.runtime.pacer.scenario import Course, Scenario, Settings, constant
from goom.runtime.pacer.scenario_file import AskedScenario, gogc_of, limit_of, read

SCHEMA = "goom.model.pacer/1"
_USUAL_GOGC, _USUAL_PROCS = (50, 100, 200), 4
_USUAL_LIVE_BYTES, _USUAL_BYTES_PER_SECOND, _USUAL_SECONDS = 100 * MIB, 200 * MIB, 10.0
_MOST_SETTINGS = 48
_MOST_SCENARIO_BYTES = 1 << 20

Choice = TypeVar("Choice")


def run(parsed: argparse.Namespace) -> int:
    """Work it out, print it, write the page."""
    asked = _file(parsed.scenario)
    scenario = _scenario(parsed, asked)
    settings = _settings(parsed, asked)
    runs = [run_forward(scenario, one) for one in settings]
    if parsed.json:
        print(json.dumps(_document(scenario, runs), indent=2, ensure_ascii=False))
    else:
        text = screen(runs, terminal.size()[0])
        print(text if terminal.draws("█▒─") else in_ascii(text), end="")
    if parsed.html:
        _write(Path(parsed.html), _page(parsed, scenario, settings), said=not parsed.json)
    return 0


def _scenario(parsed: argparse.Namespace, asked: AskedScenario | None) -> Scenario:
    if asked is not None:
        if any(one is not None for one in (parsed.live, parsed.alloc_rate, parsed.duration)):
            raise BadInput(
                "a scenario says itself what is reachable, how fast it allocates and how long.",
                "Give --live, --alloc-rate and --for, or --scenario.",
            )
        return asked.scenario
    live = float(_USUAL_LIVE_BYTES if parsed.live is None else parsed.live)
    rate = float(_USUAL_BYTES_PER_SECOND if parsed.alloc_rate is None else parsed.alloc_rate)
    if rate <= 0:
        raise BadInput("a program that allocates nothing is never collected.", "Try 100M.")
    procs = _USUAL_PROCS if parsed.procs is None else parsed.procs
    return Scenario(
        name=f"{bytes_text(live)} reachable, {bytes_text(rate)} allocated a second",
        length=parsed.duration or _USUAL_SECONDS,
        allocation_bytes_per_second=constant(rate),
        mutator_procs=constant(float(max(procs // 2, 1))),
        reachable_bytes=Course(((0.0, 0.0), (max(live / rate, 1e-3), live))),
    )


def _settings(parsed: argparse.Namespace, asked: AskedScenario | None) -> list[Settings]:
    gogc = _chosen(parsed.gogc, gogc_of) or (asked.gogc if asked else ()) or _USUAL_GOGC
    limits = _chosen(parsed.memory_limit, limit_of) or (asked.memory_limits if asked else ())
    procs = next(
        one
        for one in (parsed.procs, asked.procs if asked else None, _USUAL_PROCS)
        if one is not None
    )
    version = parsed.go
    if version == "newest" and asked is not None and asked.version is not None:
        version = asked.version
    release = version_text(asked_release(version))
    found = [
        Settings(gogc=one, memory_limit_bytes=limit, procs=procs, go_version=release)
        for limit in limits or (None,)
        for one in gogc
    ]
    if len(found) > _MOST_SETTINGS:
        raise BadInput(f"{len(found)} settings are too many for one table.", "Try fewer.")
    return found


def _chosen(text: str | None, each: Callable[[object], Choice]) -> tuple[Choice, ...]:
    parts = [part.strip() for part in (text or "").split(",")]
    return tuple(dict.fromkeys(each(part) for part in parts if part))


def _document(scenario: Scenario, runs: Sequence[ForwardRun]) -> dict[str, object]:
    shown = [plain(run_shown(one, scenario.name)) for one in runs]
    return {
        "schema": SCHEMA,
        "scenario": plain(scenario),
        "regimes": list(REGIMES),
        "procs": runs[0].settings.procs,
        "runs": shown,
    }


def _page(parsed: argparse.Namespace, scenario: Scenario, settings: Sequence[Settings]) -> str:
    """The page of what was asked, or the usual lesson when nothing was."""
    version = settings[0].go_version
    named = (parsed.scenario, parsed.live, parsed.alloc_rate, parsed.duration, parsed.procs)
    own = any(one is not None for one in named)
    if not own and not (parsed.gogc or parsed.memory_limit):
        return render(lesson(version))
    title = ScenarioShown("yours", "Your program", f"{scenario.name}.")
    question = Question(
        scenarios=((title, scenario), *(() if own else USUAL.scenarios)),
        gogc_choices=tuple(dict.fromkeys(one.gogc for one in settings)),
        memory_limit_choices=tuple(dict.fromkeys(one.memory_limit_bytes for one in settings)),
        procs=settings[0].procs,
    )
    return render(lesson(version, question), question)


def _file(path: str | None) -> AskedScenario | None:
    if path is None:
        return None
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_MOST_SCENARIO_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}.") from error
    if len(raw) > _MOST_SCENARIO_BYTES:
        raise BadInput(f"{path} is over 1 MiB; a scenario of the pacer is a few lines.")
    return read(raw.decode("utf-8", "replace"))


def _write(path: Path, page: str, said: bool) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}.", "Try --html FILE.") from error
    if said:
        print(f"\npage {path}")
