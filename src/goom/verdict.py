"""Weigh the competing causes: log-odds in, one ranked verdict out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, isnan, nan

from goom.case.evidence import Evidence
from goom.case.evidence_words import OF_HEAP_PROFILES, missing_words, unheard_words
from goom.case.verdict import CANNOT_TELL, Hypothesis, NotChecked, Reason, Rival, Verdict

# Detectors do not share all evidence that they weigh, so their odds are flattened before they
# become confidences; the figure is calibrated by ``goom lab verify --all`` (docs/architecture.md).
TEMPERATURE = 1.25
LEAST_CONFIDENCE = 0.4
# A cause whose evidence was not seen is not refuted: it keeps this much.
UNHEARD_LOG_ODDS = -0.7
_ALSO_LOG_ODDS = 2.0
# Rival explanations of one and the same rise of what survives: only one of them can be true.
_OF_ONE_RISE = frozenset(
    ("heap_leak", "goroutine_leak", "startup_burst", "traffic_surge", "pool_retention")
)
_SURE = 0.9  # beyond it nobody needs to be told how to be surer
# Who allocates is known from heap profiles alone; stacks and mappings have witnesses of their own.
_NAMED_BY_HEAP_PROFILE = frozenset(
    (
        "heap_leak",
        "startup_burst",
        "traffic_surge",
        "alloc_churn",
        "limit_too_low",
        "limit_missing",
        "fragmentation",
        "pool_retention",
    )
)
_UNNAMED = (
    "No line is named: the program keeps no heap profile. Build it with import _ "
    '"net/http/pprof" (no port need listen), and X-ray reads who allocates.'
)


def weigh(
    hypotheses: Sequence[Hypothesis], silent: Sequence[NotChecked], evidence: Evidence
) -> Verdict:
    """Rank the hypotheses; "cannot tell" when nothing was seen that could tell them apart."""
    heard = [*hypotheses, *(_unheard(one, evidence) for one in silent)]
    if not evidence.keeps_heap_profile:
        heard = [_without_heap_profiles(one) for one in heard]
    ranked = sorted(heard, key=lambda one: -one.log_odds)
    shares = dict(zip((one.cause for one in ranked), _shares(ranked), strict=True))
    if not _enough(ranked, shares):
        return _cannot_tell(ranked, shares, evidence)
    first = ranked[0]
    confidence = min(shares[first.cause], first.most_confidence)
    return Verdict(
        cause=first.cause,
        scenario=first.scenario,
        confidence=confidence,
        summary=first.summary,
        blame=first.blame,
        rivals=tuple(_rival(one, shares) for one in ranked[1:]),
        speaks_for=_heaviest(first.speaks_for),
        speaks_against=_heaviest(first.speaks_against),
        missing=first.missing,
        also=_also(ranked),
        tell_apart=_tell_apart(ranked) if confidence < _SURE else "",
        unnamed=_unnamed(first, evidence),
    )


def _unheard(one: NotChecked, evidence: Evidence) -> Hypothesis:
    return Hypothesis(
        cause=one.name,
        prior=UNHEARD_LOG_ODDS,
        missing=missing_words(one.missing),
        unheard=unheard_words(one.missing, collections=_collections(evidence)),
    )


def _collections(evidence: Evidence) -> float:
    """How many ran, by the program's own count or its GC log; nan when neither was seen.

    That a log was asked for and is not there says nothing: its output may go where nobody reads.
    """
    counted = evidence.memstats.last("NumGC") if evidence.memstats is not None else nan
    logged = len(evidence.gctrace.cycles) if evidence.gctrace is not None else 0
    return float(logged or nan) if isnan(counted) else max(counted, float(logged))


def _without_heap_profiles(one: Hypothesis) -> Hypothesis:
    """Nobody is sent for a profile that the program does not keep."""
    return replace(one, missing=tuple(what for what in one.missing if what not in OF_HEAP_PROFILES))


def _unnamed(first: Hypothesis, evidence: Evidence) -> str:
    """Why there is no blame, where one could be had."""
    wanted = first.cause in _NAMED_BY_HEAP_PROFILE and not first.blame
    return _UNNAMED if wanted and not evidence.keeps_heap_profile else ""


def _shares(ranked: Sequence[Hypothesis]) -> list[float]:
    if not ranked:
        return []
    top = ranked[0].log_odds
    odds = [exp((one.log_odds - top) / TEMPERATURE) for one in ranked]
    total = sum(odds)
    return [one / total for one in odds]


def _enough(ranked: Sequence[Hypothesis], shares: dict[str, float]) -> bool:
    """Something must speak for the first, and it must stand clear of the crowd."""
    if not ranked:
        return False
    first = ranked[0]
    return shares[first.cause] >= LEAST_CONFIDENCE and bool(first.speaks_for)


def _cannot_tell(
    ranked: Sequence[Hypothesis], shares: dict[str, float], evidence: Evidence
) -> Verdict:
    missing = tuple(dict.fromkeys(what for one in ranked[:4] for what in one.missing))
    lacking = missing or _absent(evidence)
    candidates = " or ".join(one.cause for one in ranked[:2] if one.speaks_for)
    summary = "What was seen does not tell the causes apart."
    if candidates:
        verb = "come" if " or " in candidates else "comes"
        summary = f"What was seen does not decide; {candidates} {verb} nearest."
    return Verdict(
        cause=CANNOT_TELL,
        confidence=1.0 - (shares[ranked[0].cause] if ranked else 0.0),
        summary=summary,
        rivals=tuple(_rival(one, shares) for one in ranked),
        missing=lacking,
        tell_apart=_tell_apart(ranked),
    )


def _absent(evidence: Evidence) -> tuple[str, ...]:
    kinds = {
        "a GC log (GODEBUG=gctrace=1)": evidence.gctrace,
        "heap and goroutine profiles over time": evidence.profiles.all,
        "RSS or cgroup usage over time": evidence.process or evidence.cgroup,
    }
    return tuple(name for name, seen in kinds.items() if not seen)


def _rival(one: Hypothesis, shares: dict[str, float]) -> Rival:
    return Rival(
        one.cause,
        shares[one.cause],
        _heaviest(one.speaks_for),
        _heaviest(one.speaks_against),
        one.unheard,
    )


def _heaviest(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: -reason.weight))


def _also(ranked: Sequence[Hypothesis]) -> tuple[str, ...]:
    """Causes that are true as well: strong by themselves, although another kills first."""
    first, *others = ranked
    if first.cause == "healthy":
        return ()
    excluded = _OF_ONE_RISE if first.cause in _OF_ONE_RISE else frozenset[str]()
    return tuple(
        one.cause
        for one in others
        if one.log_odds >= _ALSO_LOG_ODDS and one.cause not in {"healthy", *excluded}
    )


def _tell_apart(ranked: Sequence[Hypothesis]) -> str:
    """What would separate the first two."""
    wanted = [what for one in ranked[:2] for what in one.missing]
    if not wanted:
        return ""
    names = " from ".join(one.cause for one in ranked[:2])
    return f"To tell {names}: {wanted[0]}"
