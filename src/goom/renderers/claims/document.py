"""The ledger for machines, by docs/schema/claims-v1.json: every figure, every sentence."""

from __future__ import annotations

import json
from typing import Any

from goom.case.claim import LedgerEntry
from goom.case.claims_run import ClaimsRun

SCHEMA = "goom.claims/1"


def render(run: ClaimsRun) -> str:
    """One JSON object, with a line feed at its end."""
    return json.dumps(document(run), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def document(run: ClaimsRun) -> dict[str, Any]:
    """The same as plain objects."""
    return {
        "schema": SCHEMA,
        "versions": list(run.versions),
        "seconds": round(run.seconds, 1),
        "cpus": run.cpus,
        "counts": run.counts(),
        "differing": [
            {"id": one.id, "recorded": one.recorded, "now": one.now} for one in run.differing()
        ],
        "failed": [{"id": name, "message": message} for name, message in run.failed.items()],
        "claims": [_entry(entry) for entry in run.entries],
    }


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    said = entry.statement
    return {
        "id": said.id,
        "chapter": said.chapter,
        "statement": said.statement,
        "verdict": entry.judgement.truth,
        "because": entry.judgement.because,
        "method": said.method,
        "rule": said.rule,
        "truth": said.truth,
        "instead": said.instead,
        "seconds": round(entry.seconds, 1),
        "figures": {key: dict(row) for key, row in entry.figures.items()},
    }
