"""A claim: the statement, the measurement, the rule. And where all of them are found."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from goom.case.claim import Figures, Judgement, Statement
from goom.case.errors import BadInput
from goom.claims.bench.bench import Bench

_FILE = re.compile(r"c\d{3}_\w+")


@dataclass(frozen=True, slots=True)
class Claim:
    """``measure`` runs real Go and returns figures; ``judge`` is pure and decides on them alone.

    ``alone`` is set where the figures are times: nothing else runs meanwhile.
    """

    statement: Statement
    measure: Callable[[Bench], Figures]
    judge: Callable[[Figures], Judgement]
    alone: bool = False

    @property
    def id(self) -> str:
        """``C014``."""
        return self.statement.id


def find_claims(room: ModuleType) -> tuple[Claim, ...]:
    """The ``CLAIM`` of every ``cNNN_….py`` file of the room, by number."""
    names = sorted(entry.name for entry in pkgutil.iter_modules(room.__path__))
    files = [name for name in names if _FILE.fullmatch(name)]
    return tuple(importlib.import_module(f"{room.__name__}.{name}").CLAIM for name in files)


def of_chapter(claims: tuple[Claim, ...], chapter: str) -> tuple[Claim, ...]:
    """The claims of a chapter ("2.1", or "2" for all below it); BadInput when there is none."""
    found = tuple(
        claim for claim in claims if f"{claim.statement.chapter}.".startswith(f"{chapter}.")
    )
    if not found:
        known = sorted({claim.statement.chapter for claim in claims})
        raise BadInput(f"there is no chapter {chapter}.", f"There are {', '.join(known)}.")
    return found


def chosen(claims: tuple[Claim, ...], wanted: tuple[str, ...]) -> tuple[Claim, ...]:
    """The claims that are named ("C014", "c14", "14"), or all; BadInput for a name unknown."""
    by_id = {claim.id: claim for claim in claims}
    if not wanted:
        return claims
    names = [_full(word) for word in wanted]
    unknown = [word for word, name in zip(wanted, names, strict=True) if name not in by_id]
    if unknown:
        raise BadInput(
            f"there is no claim {', '.join(unknown)}.",
            f"They run from {claims[0].id} to {claims[-1].id}; all of them:  goom claims --show",
        )
    return tuple(by_id[name] for name in sorted(set(names)))


def _full(word: str) -> str:
    digits = word.strip().upper().removeprefix("C")
    return f"C{int(digits):03d}" if digits.isdecimal() else word
