"""What the reader of a ledger must know: how exact it is, and what would make it more so."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.evidence import Evidence
from goom.case.units import bytes_text, seconds_text
from goom.signals.ledger.moment import Moment
from goom.signals.ledger.physical import CHARGE_BATCH_BYTES, GO_ONLY, Charge

_WIDE_SECONDS = 0.25
_SMAPS = "/proc/PID/smaps (goom run and goom capture take it)"
_MEMSTATS = "MemStats: /debug/pprof/heap?debug=1 or /debug/vars"


def notes(evidence: Evidence, moment: Moment, charge: Charge) -> Iterator[str]:
    """Sentences, most important first."""
    yield from _missing(evidence, moment, charge)
    if moment.window_seconds > _WIDE_SECONDS:
        yield (
            f"the looks lie up to {seconds_text(moment.window_seconds)} from this moment: lines "
            "that change fast are off by as much as changed in between"
        )
    elif moment.window_seconds > 0:
        yield f"all looks lie within {seconds_text(moment.window_seconds)} of this moment"
    if not isnan(charge.apart) and charge.apart > 0:
        yield (
            f"{bytes_text(charge.apart)} are charged and in no counter: the kernel charges ahead "
            f"in batches of up to {bytes_text(CHARGE_BATCH_BYTES)} for each CPU; they count as "
            "kernel memory up to that"
        )
    yield from _charged_elsewhere(moment, charge)


def _missing(evidence: Evidence, moment: Moment, charge: Charge) -> Iterator[str]:
    if charge.name == GO_ONLY:
        yield (
            "no RSS and no cgroup was seen: this is Go's own accounting of address space; what is "
            f"resident needs {_SMAPS}"
        )
    elif not moment.regions:
        yield (
            "what is resident by region was not seen: lines of Go are upper bounds, and what is "
            f"outside Go a lower one; {_SMAPS} would tell them apart"
        )
    if "heap_inuse_bytes" not in moment.go:
        yield f"garbage, waste, free pages and stacks cannot be told apart without {_MEMSTATS}"
    if isnan(moment.marked_bytes):
        yield (
            "what survives a collection is not known: run with GODEBUG=gctrace=1, or take a heap "
            "profile"
        )
    if moment.profile is None:
        yield "live heap by call site needs a heap profile: /debug/pprof/heap"
    if evidence.cgroup is None and charge.name == "RSS":
        yield "no cgroup was seen: page cache and kernel memory are charged too, and not in RSS"
    elif evidence.cgroup is not None and isnan(charge.kernel):
        yield "kernel memory is not known: memory.kmem.usage_in_bytes, or memory.stat of version 2"
    if isnan(charge.anonymous) and charge.name != GO_ONLY:
        yield "memory.stat would tell anonymous memory, files and kernel apart"


def _charged_elsewhere(moment: Moment, charge: Charge) -> Iterator[str]:
    """File pages belong to the cgroup that touched them first."""
    mapped = moment.regions.get("binary_file_bytes", 0.0) + moment.regions.get(
        "file_file_bytes", 0.0
    )
    if charge.name != "RSS" and mapped - charge.mapped_files > CHARGE_BATCH_BYTES:
        yield (
            f"{bytes_text(mapped - charge.mapped_files)} of the binary and its libraries are in "
            "RSS and not in this charge: another cgroup read them first"
        )
