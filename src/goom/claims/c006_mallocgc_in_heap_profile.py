"""In a heap profile, look at runtime.mallocgc for paths over 15 %."""

from __future__ import annotations

import base64
import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.profile import Profile
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, numbers
from goom.formats import pprof

_MILLISECONDS = "800"
_EXACT = re.compile(r"^runtime\.mallocgc$")
_ALL = re.compile(r"^runtime\.(mallocgc|newobject|makeslice|growslice)")
_ENOUGH = 0.15
_HEAP, _CPU = "heap_profile_mallocgc_fraction", "cpu_profile_mallocgc_fraction"


def measure(bench: Bench) -> Figures:
    """The share of user code's samples with such a frame, by what they weigh."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("profiles", _MILLISECONDS).figures()
    heap, cpu = (pprof.parse(base64.b64decode(found[kind])) for kind in ("heap", "cpu"))
    return {
        _HEAP: _share(heap, "alloc_space", _EXACT),
        _CPU: _share(cpu, "cpu", _EXACT),
        "cpu_profile_all_malloc_functions_fraction": _share(cpu, "cpu", _ALL),
    }


def _share(profile: Profile, measure: str, wanted: re.Pattern[str]) -> float:
    weights = profile.column(measure)
    assert weights is not None, measure
    total = matching = 0
    for sample, weight in enumerate(weights.tolist()):
        names = [frame.function for frame in profile.stack(sample)]
        if any(name.startswith("main.") for name in names):
            total += weight
            matching += weight * any(map(wanted.search, names))
    return matching / total


def judge(figures: Figures) -> Judgement:
    """A heap profile decides: it is what the statement speaks of."""
    in_heap = max(numbers(figures, _HEAP).values())
    in_cpu = ", ".join(
        f"{percent_text(share)} ({key})" for key, share in numbers(figures, _CPU).items()
    )
    said = (
        f"at most {percent_text(in_heap)} of what user code allocated has such a frame in the heap"
        f" profile; of its CPU time it is {in_cpu}"
    )
    if every(figures, lambda row: number(row, _HEAP) >= _ENOUGH):
        return holds(said)
    shown = none(figures, lambda row: number(row, _HEAP) >= _ENOUGH)
    return does_not_hold(said) if shown else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C006",
        chapter="1",
        statement=(
            "In the heap snapshot, look for business paths with over 15 % under runtime.mallocgc."
        ),
        method=(
            "a heap and a CPU profile of the same program; share of user code's samples with a"
            " runtime.mallocgc frame"
        ),
        rule=(
            "holds when the heap profile shows such frames on 15 % of what user code allocated, in"
            " every version; does not hold when in none"
        ),
        truth=(
            "Heap profiles leave the runtime's leading frames out (runtime/pprof/protomem.go,"
            " writeHeapProto). CPU profiles show mallocgc, and since 1.27 mostly its specialised"
            " forms, mallocgcSmallScanNoHeaderSC4 and the like (malloc_generated.go)."
        ),
        instead=(
            "Sort the heap profile by alloc_space of the functions themselves; in a CPU profile"
            " match ^runtime\\.(mallocgc|newobject|makeslice|growslice)."
        ),
    ),
    measure,
    judge,
)
