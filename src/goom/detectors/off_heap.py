"""RSS grows outside of what the Go runtime asked for (cgo, mmap, threads)."""

from __future__ import annotations

from math import isnan

from goom.case.binary import BinaryCalls
from goom.case.ebpf_found import StillMapped
from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.course import Course
from goom.signals.ebpf.mappings import OUTSIDE
from goom.signals.growth import Growth
from goom.signals.outside_callers import OutsideCallers
from goom.signals.trend import ramp


@detector("off_heap")
def off_heap(
    growth: Growth,
    course: Course,
    callers: OutsideCallers | None,
    binary: BinaryCalls | None,
    mapped: StillMapped | None,
) -> Hypothesis:
    """RSS grows outside of what the Go runtime asked for (cgo, mmap, threads).

    What it sees:
        Anonymous memory of the process rises while everything that Go accounts for (heap, stacks,
        its own metadata) does not.

    Why it hurts:
        Neither the collector nor GOMEMLIMIT knows this memory; the kernel charges it all the same.

    How sure:
        MemStats and RSS at the same moments; the mappings (smaps) show where it lies. The binary
        names the functions that map memory or call C, a CPU profile those that did so, eBPF
        (goom probe PID mmap, --ebpf) the stacks whose mappings are still there.

    What else looks like this:
        Go's own free pages not yet returned, the page cache (reclaimable, not charged here).

    References:
        MemStats.Sys in runtime/mstats.go; Documentation/filesystems/proc.rst (smaps).
    """
    weighing = Weighing()
    grown, level = growth.grown_share(growth.grown_outside), growth.share(growth.outside)
    if isnan(level):
        weighing.lacks("Go's own accounting beside RSS (MemStats: heap?debug=1 or /debug/vars)")
        return _silent(weighing, growth)
    size = ramp(growth.outside, 12e6, 30e6)
    rises = f"outside Go grew by {bytes_text(growth.grown_outside)}, {grown:.0%} of all that grew"
    weighing.plus(4.5 * ramp(grown, 0.3, 0.6) * size, rises, growth.source)
    stands = f"outside Go: {bytes_text(growth.outside)}, {level:.0%} of the memory at the peak"
    weighing.plus(2.0 * ramp(level, 0.3, 0.6) * size, stands, growth.source)
    weighing.minus(4.0 * max(1.0 - size, ramp(level, 0.3, 0.12)), stands, growth.source)
    if callers is not None and callers.blame and size > 0:
        named = callers.blame[0]
        weighing.plus(1.0 * size, f"{named.function} {named.why}", callers.source)
    if mapped is not None:
        _weigh_mapped(weighing, growth, mapped)
    if binary is None:
        weighing.lacks("the executable itself, to see who maps memory or calls C")
    return weighing.hypothesis(
        "off_heap",
        _summary(growth),
        blame=callers.blame if callers is not None else (),
        scenario="at_start" if course.starting > 0.5 else "over_hours",
    )


def _weigh_mapped(weighing: Weighing, growth: Growth, mapped: StillMapped) -> None:
    """What eBPF saw: memory mapped outside of Go's and not unmapped, or none of it."""
    held = mapped.still_mapped_bytes(*OUTSIDE)
    share = held / growth.grown_outside if growth.grown_outside > 0 else 0.0
    text = f"{bytes_text(held)} were mapped outside of Go's heap and are still mapped"
    weighing.plus(2.0 * ramp(held, 1e6, 8e6) * ramp(share, 0.1, 0.4), text, mapped.origin)
    if not mapped.stopped and not mapped.lost and growth.grown_outside > 0:
        weighing.minus(1.5 * ramp(share, 0.05, 0.0), text, mapped.origin)


def _silent(weighing: Weighing, growth: Growth) -> Hypothesis:
    """Without MemStats only the part that nothing attributes can be weighed."""
    share = growth.share(growth.unsplit_bytes)
    text = f"{share:.0%} of the memory at the peak is neither reachable heap nor garbage"
    weighing.plus(3.0 * ramp(share, 0.45, 0.8), text, growth.source)
    weighing.minus(3.0 * ramp(share, 0.45, 0.2), text, growth.source)
    return weighing.hypothesis(
        "off_heap",
        text,
        scenario="over_hours",
    )


def _summary(growth: Growth) -> str:
    return (
        f"{bytes_text(growth.outside)} at the peak are outside of all that Go accounts for, "
        f"{bytes_text(growth.grown_outside)} more than at first; the heap is not the cause."
    )
