"""The case: everything about one subject, as the renderers get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goom.case.evidence import Evidence
from goom.case.hotspot import Hotspot
from goom.case.ledger import Ledger, LedgerHistory
from goom.case.subject import Subject
from goom.case.verdict import Finding, NotChecked, Remedy, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The finished case. ``signals`` maps a signal's type to its table."""

    subject: Subject
    evidence: Evidence
    verdict: Verdict
    ledger: Ledger | None = None
    ledger_history: LedgerHistory | None = None
    hotspots: tuple[Hotspot, ...] = ()
    findings: tuple[Finding, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    signals: Mapping[type, object] = field(default_factory=dict)
