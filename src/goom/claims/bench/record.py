"""The record: figures and verdicts of one whole run, kept beside the claims.

``goom claims --show`` judges the recorded figures again, so the verdicts that it shows follow from
them by the present rules. The format is what ``goom claims --json`` prints, of which only the
figures, the verdicts and the times are read; docs/schema/claims-v1.json describes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from goom.case.claim import TRUTHS, Figures, Judgement, LedgerEntry, Value
from goom.case.errors import BadInput, GoomError, TooLarge
from goom.claims.bench.claim import Claim

SCHEMA = "goom.claims/1"
RECORD = Path(str(files("goom.claims").joinpath("record.json")))
_MOST_BYTES = 16 << 20
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One claim as it was measured then."""

    id: str
    judgement: Judgement
    figures: Figures
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A whole run: ``seconds`` of wall time on ``cpus`` CPUs."""

    versions: tuple[str, ...]
    seconds: float
    cpus: int
    by_id: Mapping[str, Recorded]

    def truths(self) -> dict[str, str]:
        """The verdicts by id."""
        return {name: one.judgement.truth for name, one in self.by_id.items()}

    def updated(self, entries: Iterable[LedgerEntry]) -> Record:
        """The record with these entries in place of its own."""
        new = {entry.statement.id: _recorded(entry) for entry in entries}
        return replace(self, by_id=dict(sorted({**self.by_id, **new}.items())))


def entry_of(claim: Claim, recorded: Recorded) -> LedgerEntry:
    """The claim's present statement, the recorded figures, and what the present rule says of them.

    Where nothing could be measured there is nothing to judge: the recorded verdict stays.
    GoomError when the rule asks for figures that were not recorded then.
    """
    try:
        judgement = claim.judge(recorded.figures) if recorded.figures else recorded.judgement
    except (KeyError, TypeError) as error:
        raise GoomError(
            f"the record of {claim.id} is older than its rule: {error}.",
            f"Measure it:  goom claims {claim.id}",
        ) from error
    return LedgerEntry(
        statement=claim.statement,
        figures=recorded.figures,
        judgement=judgement,
        seconds=recorded.seconds,
    )


def read_record(path: Path = RECORD) -> Record:
    """The record in a file; BadInput when it is none."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise TooLarge(f"{path} is larger than any record of claims.")
    try:
        return _record(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"{path} is not a record of claims: {type(error).__name__}: {error}.",
            "Make one:  goom claims --json > claims.json",
        ) from error


def write_record(record: Record, path: Path = RECORD) -> None:
    """Write it, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(json.dumps(_document(record), indent=1) + "\n", encoding="utf-8")
    unfinished.rename(path)


def _record(document: Mapping[str, Any]) -> Record:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r}, not {SCHEMA!r}")
    found = [_one(told) for told in document["claims"]]
    return Record(
        versions=tuple(str(name) for name in document["versions"]),
        seconds=float(document["seconds"]),
        cpus=int(document["cpus"]),
        by_id={one.id: one for one in found},
    )


def _one(told: Mapping[str, Any]) -> Recorded:
    if told["verdict"] not in TRUTHS:
        raise ValueError(f"{told['verdict']!r} is not a verdict")
    return Recorded(
        id=str(told["id"]),
        judgement=Judgement(told["verdict"], str(told["because"])),
        figures={
            str(key): {str(name): _value(value) for name, value in row.items()}
            for key, row in told["figures"].items()
        },
        seconds=float(told["seconds"]),
    )


def _value(value: Any) -> Value:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} is not a figure")


def _document(record: Record) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "versions": list(record.versions),
        "seconds": round(record.seconds, 1),
        "cpus": record.cpus,
        "claims": [
            {
                "id": one.id,
                "verdict": one.judgement.truth,
                "because": one.judgement.because,
                "seconds": round(one.seconds, 1),
                "figures": {key: dict(row) for key, row in one.figures.items()},
            }
            for one in record.by_id.values()
        ],
    }


def _recorded(entry: LedgerEntry) -> Recorded:
    figures = {
        key: {name: _rounded(value) for name, value in row.items()}
        for key, row in entry.figures.items()
    }
    return Recorded(
        id=entry.statement.id,
        judgement=entry.judgement,
        figures=figures,
        seconds=entry.seconds,
    )


def _rounded(value: Value) -> Value:
    """Six digits: what is behind them differs from run to run and says nothing."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value
