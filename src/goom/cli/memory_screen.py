"""Gathers what ``goom memory`` shows, from a running process or from what was saved of one."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.case.evidence import Evidence, NotRead
from goom.case.memory_view import (
    FINDINGS,
    HugePageView,
    MappingKinds,
    MemoryBudget,
    MemoryReport,
    NumaView,
)
from goom.case.units import seconds_text
from goom.cli import terminal
from goom.diagnose import diagnose
from goom.renderers import memory_text
from goom.signals.limit_levels import tightest
from goom.sources.live_target import find_process, is_live
from goom.sources.load import LoadOptions, load, stated
from goom.sources.memory_look import look_at

SCHEMA = "goom.memory/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for."""

    targets: tuple[str, ...]
    options: LoadOptions
    as_json: bool


def show(wanted: Wanted) -> int:
    """Print the report; BadInput when nothing of it is known."""
    evidence, cost = _evidence(wanted)
    report = report_of(evidence, cost)
    if report.around is None and report.kinds is None and report.budget is None:
        raise BadInput(
            "nothing in it tells of cgroups, mappings or a limit.",
            "Look at a running program:  goom memory PID,  or save one:  goom capture PID",
        )
    if wanted.as_json:
        sys.stdout.write(as_json(report))
        return 0
    width, _ = terminal.size()
    sys.stdout.write(memory_text.render(report, width=width, color=terminal.colors()))
    return 0


def _evidence(wanted: Wanted) -> tuple[Evidence, str]:
    live = [target for target in wanted.targets if is_live(target)]
    if not live:
        return load(wanted.targets, wanted.options), ""
    if len(wanted.targets) > 1 or "://" in live[0]:
        raise BadInput("goom memory looks at one process.", "Give its number:  goom memory PID")
    evidence, cost = look_at(find_process(int(live[0])), wanted.options.for_seconds)
    return _stated(evidence, wanted.options), cost


def _stated(evidence: Evidence, options: LoadOptions) -> Evidence:
    return replace(evidence, subject=stated(evidence.subject, options))


def report_of(evidence: Evidence, cost: str = "") -> MemoryReport:
    """Everything that the signals make of it."""
    case = diagnose(evidence)
    known = case.signals
    budget, kinds, huge, numa = (
        known.get(kind) for kind in (MemoryBudget, MappingKinds, HugePageView, NumaView)
    )
    notes = [] if not cost else [_told(one) for one in evidence.not_read]
    notes += _when(evidence)
    return MemoryReport(
        subject=evidence.subject,
        around=tightest(evidence.surroundings.all),
        budget=budget if isinstance(budget, MemoryBudget) else None,
        kinds=kinds if isinstance(kinds, MappingKinds) else None,
        huge=huge if isinstance(huge, HugePageView) else None,
        numa=numa if isinstance(numa, NumaView) else None,
        findings=tuple(one for one in case.findings if one.code in FINDINGS),
        notes=(*notes, cost) if cost else tuple(notes),
    )


def _told(one: NotRead) -> str:
    return " ".join(f"{one.what}: {one.why}. {one.hint}".split())


def _when(evidence: Evidence) -> list[str]:
    """Which of several looks is shown, when it is not the last."""
    looks = evidence.surroundings.all
    shown = tightest(looks)
    if shown is None or shown is looks[-1]:
        return []
    before = looks[-1].taken_at_seconds - shown.taken_at_seconds
    return [
        f"cgroups are shown as they were with least room, {seconds_text(before)} before the last "
        f"of {len(looks)} looks"
    ]


def as_json(report: MemoryReport) -> str:
    """``goom.memory/1``; ``binding`` names the level whose limit is reached first."""
    document = plain(report)
    assert isinstance(document, dict)
    binding = report.around.binding if report.around is not None else None
    document["binding"] = binding.path if binding is not None else None
    return json.dumps({"schema": SCHEMA, **document}, indent=2, ensure_ascii=False) + "\n"
