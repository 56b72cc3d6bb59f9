"""What one look at the claims gave: entries, failures, and what a record says of the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from goom.case.claim import TRUTHS, LedgerEntry


@dataclass(frozen=True, slots=True)
class Differing:
    """A claim whose verdict is another than the recorded one."""

    id: str
    recorded: str  # one of TRUTHS
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsRun:
    """Entries by number. ``versions`` are those of Go that were measured, lowest first;
    ``seconds`` is the wall time of the whole on ``cpus`` CPUs (0 when it is not known).

    ``recorded`` has the verdicts of the record that this is held against, by id; ``failed`` the
    claims without a verdict, because their measurement went wrong, with what went wrong.
    """

    versions: tuple[str, ...]
    entries: tuple[LedgerEntry, ...]
    recorded: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cpus: int = 0

    def counts(self) -> dict[str, int]:
        """How many entries have each verdict, in the order of TRUTHS."""
        found = Counter(entry.judgement.truth for entry in self.entries)
        return {truth: found[truth] for truth in TRUTHS}

    def differing(self) -> tuple[Differing, ...]:
        """The entries that are in the record with another verdict."""
        pairs = ((entry, self.recorded.get(entry.statement.id)) for entry in self.entries)
        return tuple(
            Differing(entry.statement.id, recorded, entry.judgement.truth)
            for entry, recorded in pairs
            if recorded is not None and recorded != entry.judgement.truth
        )

    def unrecorded(self) -> tuple[str, ...]:
        """The ids of the entries that the record does not know."""
        ids = (entry.statement.id for entry in self.entries)
        return tuple(name for name in ids if name not in self.recorded)
