"""Competing causes, and the verdict that weighs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

CAUSES = (
    "goroutine_leak",
    "heap_leak",
    "startup_burst",
    "traffic_surge",
    "alloc_churn",
    "limit_too_low",
    "limit_missing",
    "fragmentation",
    "off_heap",
    "stack_growth",
    "pool_retention",
    "healthy",
)
CANNOT_TELL = "cannot_tell"
SCENARIOS = ("at_start", "after_surge", "over_hours", "steady", "unknown")


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: a sentence with its figures, where they come from, and how much it
    weighs in log-odds (natural logarithm; positive whichever side it stands on).
    """

    text: str
    weight: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Blame:
    """A place in the user's code. ``share_fraction`` is of what ``why`` names."""

    function: str
    file: str
    line: int
    share_fraction: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What a detector says for and against its cause."""

    cause: str
    summary: str = ""  # one or two sentences with the figures, for the case that it wins
    prior: float = 0.0  # log-odds before the evidence
    speaks_for: tuple[Reason, ...] = ()
    speaks_against: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    blame: tuple[Blame, ...] = ()
    scenario: str = "unknown"
    limit_reached_at_seconds: float = nan  # epoch at which this cause alone reaches the limit
    unheard: str = ""  # why its detector could not speak
    most_confidence: float = 1.0  # that evidence of this kind can make, however strong

    @property
    def log_odds(self) -> float:
        """Prior plus evidence for, minus evidence against."""
        gained = sum(reason.weight for reason in self.speaks_for)
        return self.prior + gained - sum(reason.weight for reason in self.speaks_against)


@dataclass(frozen=True, slots=True)
class Rival:
    """A hypothesis with its confidence among the others. ``unheard`` says why its detector could
    not speak; empty for all that did.
    """

    cause: str
    confidence: float
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]
    unheard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The cause, how sure, and why not another. ``cause`` is one of CAUSES or CANNOT_TELL.

    ``also`` names a second cause that is true as well (the first kills first).
    ``tell_apart`` says which evidence would separate the first two, and how to get it.
    ``unnamed`` says why no place in the code is blamed where one could be, and what to do about it.
    """

    cause: str
    scenario: str = "unknown"
    confidence: float = 0.0
    summary: str = ""
    blame: tuple[Blame, ...] = ()
    rivals: tuple[Rival, ...] = ()  # all causes but the first, most likely first
    speaks_for: tuple[Reason, ...] = ()
    speaks_against: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    tell_apart: str = ""
    unnamed: str = ""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A detector that could not speak, and what it was missing."""

    name: str
    missing: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something worth saying that is not itself the verdict (an anomaly, a second trouble)."""

    code: str
    title: str
    detail: str
    source: str = ""  # "gctrace line 812", "smaps …"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing to do. ``when`` is "now" (the next five minutes) or "code" (for good)."""

    code: str
    when: str
    title: str
    action: str
    effect: str  # the predicted effect, with figures where there are any
    cost: str = ""
    safety: str = ""
    undo: str = ""
    order: int = field(default=50)  # lower first
