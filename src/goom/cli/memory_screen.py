"""Gathers what ``goom memory`` shows, from a running process or from what was saved of one."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.case.evidence import Evidence
from goom.case.memory_view import (
    HugePageView,
    MappingKinds,
    MemoryBudget,
    MemoryReport,
    NumaView,
)
from goom.cli import terminal
from goom.diagnose import diagnose
from goom.renderers import memory_text
from goom.sources.live_target import find_process, is_live
from goom.sources.load import LoadOptions, load, stated
from goom.sources.memory_look import look_at

SCHEMA = "goom.memory/1"
_OURS = (
    "binding_ancestor",
    "limit_unseen",
    "memory_high",
    "swap_in_use",
    "huge_pages_hold",
    "pressure_stalls",
    "earlier_oom_kills",
    "cpu_throttled",
    "numa_remote",
    "gomemlimit_above_budget",
)


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
    notes = [f"{one.what}: {one.why} {one.hint}".strip() for one in evidence.not_read]
    return MemoryReport(
        subject=evidence.subject,
        around=evidence.surroundings.all[-1] if evidence.surroundings.all else None,
        budget=budget if isinstance(budget, MemoryBudget) else None,
        kinds=kinds if isinstance(kinds, MappingKinds) else None,
        huge=huge if isinstance(huge, HugePageView) else None,
        numa=numa if isinstance(numa, NumaView) else None,
        findings=tuple(one for one in case.findings if one.code in _OURS),
        notes=(*notes, cost) if cost else tuple(notes),
    )


def as_json(report: MemoryReport) -> str:
    """``goom.memory/1``; ``binding`` names the level whose limit is reached first."""
    document = plain(report)
    assert isinstance(document, dict)
    binding = report.around.binding if report.around is not None else None
    document["binding"] = binding.path if binding is not None else None
    return json.dumps({"schema": SCHEMA, **document}, indent=2, ensure_ascii=False) + "\n"
