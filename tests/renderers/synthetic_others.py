"""More synthetic cases: hostile names, a healthy service, and one that cannot be told."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from goom.case.evidence import Evidence, NotRead, Profiles
from goom.case.ledger import LedgerLine
from goom.case.model import Case
from goom.case.subject import Ending, Subject
from goom.case.units import MIB
from goom.case.verdict import Blame, Finding, NotChecked, Reason, Remedy, Rival, Verdict
from tests.renderers.synthetic import leak
from tests.renderers.synthetic_facts import STARTED, profile

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "\x1b[2J\x1b[31mred\x9b2J\x07",
    '=cmd|" /C calc"!A0',
    "</script><script>alert(1)</script>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) http://evil.example",
    "`code` | cell | @team <!-- x --> &lt;",
    "rtl \u202e\u2066 zero\u200bwidth \u2028 line",
    "two\nlines\r\ttab",
    "lone \udc80 surrogate",
    "w" * 3000,
)


def hostile() -> Case:
    """The same case with every name replaced by something that would like to be more."""
    case = leak()
    blame = tuple(Blame(name, name, 7, 0.1, name) for name in HOSTILE)
    spots = tuple(replace(case.hotspots[0], function=name, file=name) for name in HOSTILE)
    stacks = tuple(((name, name, 1),) for name in HOSTILE)
    types = (("inuse_space", "bytes"), ("alloc_space", "bytes"))
    heap = profile("heap", STARTED + 5, types, stacks, [(MIB, 2 * MIB)] * len(stacks))
    everything = " ".join(HOSTILE)
    reasons = tuple(Reason(name, 1.0, name) for name in HOSTILE)
    return replace(
        case,
        subject=replace(case.subject, name=everything, command=HOSTILE),
        evidence=replace(
            case.evidence,
            profiles=Profiles((heap,)),
            not_read=tuple(NotRead(name, name, name) for name in HOSTILE),
            sources=HOSTILE,
        ),
        verdict=replace(
            case.verdict,
            summary=everything,
            blame=blame,
            speaks_for=reasons,
            speaks_against=reasons,
            missing=HOSTILE,
            tell_apart=everything,
            rivals=tuple(Rival("off_heap", nan, reasons, reasons) for _ in range(3)),
        ),
        hotspots=spots,
        findings=tuple(Finding(code=n, title=n, detail=n, source=n) for n in HOSTILE),
        remedies=tuple(Remedy(code=n, when="now", title=n, action=n, effect=n) for n in HOSTILE),
        not_checked=tuple(NotChecked(name, (name,), name) for name in HOSTILE),
        ledger=replace(
            case.ledger,
            notes=HOSTILE,
            lines=tuple(LedgerLine("unexplained", name, MIB, 0, (), name) for name in HOSTILE),
        )
        if case.ledger
        else None,
    )


def healthy() -> Case:
    case = leak()
    flat = replace(
        case.subject, ending=Ending(at_seconds=STARTED + 60, exit_code=0, stopped_by_goom=True)
    )
    return replace(
        case,
        subject=flat,
        verdict=Verdict(
            cause="healthy",
            scenario="steady",
            confidence=0.97,
            summary="What survives each collection stays between 14.1 and 14.9 MiB over"
            " 412 collections; the highest usage was 41.2 of 128.0 MiB.",
            rivals=(
                Rival("heap_leak", 0.02, (), (Reason("the marked heap is flat", 4.0, "gctrace"),)),
            ),
        ),
        remedies=(),
    )


def cannot_tell() -> Case:
    case = leak()
    bare = Subject(name="heap.pb.gz")
    return replace(
        case,
        subject=bare,
        evidence=Evidence(subject=bare, sources=("heap.pb.gz",)),
        ledger=None,
        ledger_history=None,
        hotspots=(),
        remedies=(),
        verdict=Verdict(
            cause="cannot_tell",
            summary="One heap profile shows what is live, not whether it grows.",
            rivals=(
                Rival("heap_leak", 0.4, (Reason("one function holds 93 %", 0.5, "heap"),), ()),
                Rival("healthy", 0.3, (), ()),
            ),
            missing=("a second heap profile, a minute later", "a GC trace"),
            tell_apart="goom capture --for 60s PID takes both",
        ),
    )
