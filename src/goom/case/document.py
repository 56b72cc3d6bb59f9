"""The case as plain objects, by the schema docs/schema/case-v1.json: for JSON and the report."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import isfinite
from typing import cast

import numpy as np

from goom.case.drawing import Timeline, Track
from goom.case.evidence_words import missing_words
from goom.case.goroutine_leak import GoroutineLeaks
from goom.case.headline import headline
from goom.case.ledger import LEDGER_KEYS, Ledger, LedgerHistory, LedgerLine
from goom.case.model import Case
from goom.case.subject import Subject
from goom.case.verdict import NotChecked, Reason, Rival, Verdict

SCHEMA = "goom.case/1"

Json = dict[str, object]


def document(case: Case) -> Json:
    """The case as plain dicts, lists, text, numbers and None."""
    return {
        "schema": SCHEMA,
        "subject": _subject(case.subject),
        "verdict": _verdict(case.verdict),
        "ledger": _ledger(case.ledger) if case.ledger else None,
        "hotspots": plain(case.hotspots),
        "goroutine_leaks": _leaks(case),
        "findings": plain(case.findings),
        "remedies": plain(case.remedies),
        "not_checked": [_silent(one) for one in case.not_checked],
        "not_read": plain(case.evidence.not_read),
        "sources": plain(case.evidence.sources),
        "series": _series(case),
    }


def plain(value: object) -> object:
    """Frozen dataclasses, arrays and tuples as what JSON knows; nan and infinities as None."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return _plain_parts(value)


def _plain_parts(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {str(plain(key)): plain(part) for key, part in value.items()}
    if hasattr(value, "_asdict"):  # a Frame
        return plain(value._asdict())
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    raise TypeError(f"no JSON for {type(value).__name__}")


def _subject(subject: Subject) -> Json:
    said = headline(subject)
    return {"headline": plain(said.text), "state": said.kind, **_object(subject)}


def _verdict(verdict: Verdict) -> Json:
    shown = _object(verdict)
    sides = {"for": shown.pop("speaks_for"), "against": shown.pop("speaks_against")}
    return {**shown, **sides, "rivals": [_rival(rival) for rival in verdict.rivals]}


def _rival(rival: Rival) -> Json:
    return {
        "cause": rival.cause,
        "confidence": plain(rival.confidence),
        "for": _reasons(rival.speaks_for),
        "against": _reasons(rival.speaks_against),
        "unheard": plain(rival.unheard),
    }


def _reasons(reasons: tuple[Reason, ...]) -> object:
    return plain(reasons)


def _silent(one: NotChecked) -> Json:
    missing = list(missing_words(one.missing))
    return {**_object(one), "missing": plain(missing)}


def _ledger(ledger: Ledger) -> Json:
    lines = [_line(line, ledger.charge_bytes) for line in ledger.lines]
    return {**_object(ledger), "lines": lines}


def _line(line: LedgerLine, charge_bytes: int) -> Json:
    share = line.bytes / charge_bytes if charge_bytes else None
    parts = [_line(part, charge_bytes) for part in line.detail]
    return {**_object(line), "share_fraction": plain(share), "detail": parts}


def _object(value: object) -> Json:
    return cast(Json, plain(value))


def _leaks(case: Case) -> list[Json]:
    known = case.signals.get(GoroutineLeaks)
    shown = known.shown if isinstance(known, GoroutineLeaks) else ()
    return [
        {
            **_object(leak),
            "retained_bytes": plain(leak.retained_bytes),
            "signals_that_agree": leak.independent,
        }
        for leak in shown
    ]


def _series(case: Case) -> Json:
    timeline = case.signals.get(Timeline)
    drawn = timeline if isinstance(timeline, Timeline) else Timeline()
    return {
        "zero_seconds": plain(drawn.zero_seconds),
        "tracks": [_track(track) for track in drawn.tracks],
        "marks": plain(drawn.marks),
        "ledger_history": _history(case.ledger_history, drawn.zero_seconds),
    }


def _track(track: Track) -> Json:
    return {
        "key": track.key,
        "label": plain(track.label),
        "unit": track.unit,
        "step": track.step,
        "time_seconds": plain(track.time_seconds.round(3)),
        "values": plain(track.values),
    }


def _history(history: LedgerHistory | None, zero_seconds: float) -> Json | None:
    if history is None:
        return None
    zero = zero_seconds if isfinite(zero_seconds) else 0.0
    return {
        "time_seconds": plain((history.time_seconds - zero).round(3)),
        "layers": {key: plain(history.layers[key]) for key in LEDGER_KEYS if key in history.layers},
    }
