"""The spine: evidence in, a finished case out. Read this file first.

    evidence -> signals -> detectors -> verdict -> remedies -> Case

Nothing here touches the world: the same bundle gives the same case, today and with every later
improvement of a signal or a detector.
"""

from __future__ import annotations

from goom import detectors, findings, remedies, signals
from goom.case.evidence import Evidence
from goom.case.ledger import Ledger, LedgerHistory
from goom.case.model import Case
from goom.case.verdict import Finding, Hypothesis, NotChecked, Remedy, Verdict
from goom.rooms import derive, missing, name_of, residents, supply
from goom.signals.hotspots import Hotspots
from goom.verdict import weigh


def diagnose(evidence: Evidence) -> Case:
    """Derive every signal, let every cause speak, weigh them, and write the orders."""
    known = derive(signals, facts(evidence))
    hypotheses, silent = _hear(known)
    verdict = weigh(hypotheses, silent, evidence)
    known[Verdict] = verdict
    ledger, history, hotspots = (known.get(kind) for kind in (Ledger, LedgerHistory, Hotspots))
    return Case(
        subject=evidence.subject,
        evidence=evidence,
        verdict=verdict,
        ledger=ledger if isinstance(ledger, Ledger) else None,
        ledger_history=history if isinstance(history, LedgerHistory) else None,
        hotspots=hotspots.all if isinstance(hotspots, Hotspots) else (),
        findings=_findings(known),
        remedies=_remedies(known),
        not_checked=silent,
        signals=known,
    )


def facts(evidence: Evidence) -> dict[type, object]:
    """The evidence by kind, as signals ask for it; what was not seen is not there."""
    parts = (
        evidence,
        evidence.subject,
        evidence.profiles if evidence.profiles.all else None,
        evidence.goroutine_dumps if evidence.goroutine_dumps.all else None,
        evidence.mappings if evidence.mappings.all else None,
        evidence.surroundings if evidence.surroundings.all else None,
        evidence.numa if evidence.numa.all else None,
        evidence.spans if evidence.spans.all else None,
        evidence.exec_traces if evidence.exec_traces.all else None,
        evidence.gctrace,
        evidence.memstats,
        evidence.process,
        evidence.cgroup,
        evidence.metrics,
        evidence.binary,
        evidence.ebpf if evidence.ebpf.all else None,
    )
    return {type(part): part for part in parts if part is not None}


def _hear(known: dict[type, object]) -> tuple[tuple[Hypothesis, ...], tuple[NotChecked, ...]]:
    spoken: list[Hypothesis] = []
    silent: list[NotChecked] = []
    for speak in residents(detectors, "detector"):
        lacking = missing(speak, known)
        if lacking:
            silent.append(NotChecked(name_of(speak), lacking))
            continue
        said = supply(speak, known)
        if isinstance(said, Hypothesis):
            spoken.append(said)
        elif isinstance(said, NotChecked):
            silent.append(said)
    return tuple(spoken), tuple(silent)


def _findings(known: dict[type, object]) -> tuple[Finding, ...]:
    return tuple(
        item
        for look in residents(findings, "finding")
        if not missing(look, known)
        for item in supply(look, known)
    )


def _remedies(known: dict[type, object]) -> tuple[Remedy, ...]:
    orders = [
        item
        for write in residents(remedies, "remedy")
        if not missing(write, known)
        for item in supply(write, known)
    ]
    return tuple(sorted(orders, key=lambda item: (item.when != "now", item.order)))
