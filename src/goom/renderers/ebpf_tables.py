"""The four tables of ``goom probe``: mappings, growing stacks, collections, OOM kills."""

from __future__ import annotations

from math import isnan

from goom.case.ebpf import BUDGET, EbpfLook
from goom.case.ebpf_found import SeenCollector, Stack, StackGrowers, StillMapped
from goom.case.names import harmless, place, short_function
from goom.case.units import KIB, percent_text, seconds_text
from goom.renderers.ebpf_text import mib, row, said, size, stack_lines, title
from goom.renderers.text.lines import Line, Span

_MOST_ROWS = 6
_KINDS = {
    "go_heap": "Go's heap",
    "go_metadata": "Go's own tables",
    "thread_stack": "a thread's stack",
    "c": "C code",
    "mmap": "mmap, outside of Go's heap",
    "file": "a mapped file",
}
_PLUMBING = (
    "syscall.",
    "internal/runtime/syscall",
    "runtime/internal/syscall",
    "runtime.mallocgc",
    "runtime.newobject",
    "runtime.makeslice",
    "runtime.goexit",
    "runtime.main",
    "runtime.deductAssistCredit",
    "runtime.gcAssist",
    "runtime.cgocall",
)
_OUTSIDE = ("mmap", "c", "thread_stack")


def mappings(look: EbpfLook, found: StillMapped, room: int) -> list[Line]:
    """Who mapped what is still mapped at the end."""
    lines = title("Mapped while looking, and still mapped", look)
    rows = [one for one in found.rows if one.still_mapped_bytes]
    if not rows:
        lines += said("Nothing that was mapped meanwhile is still mapped.", room, "")
    else:
        head = f"{'MiB':>9}{'resident':>10}{'mapped':>9}{'left':>8}"
        lines.append((Span(f"{head}  by", "dim"),))
    for one in rows[:_MOST_ROWS]:
        figures = ((mib(one.still_mapped_bytes), 9), (mib(one.resident_bytes), 10),
                   (f"{one.calls:,}x", 9), (f"{one.still_mapped_ranges:,}", 8))  # fmt: skip
        style = "warn" if one.kind in _OUTSIDE else ""
        lines.append(row(figures, _KINDS[one.kind], style))
        lines += stack_lines(_told(one.stack), 4)
    if len(rows) > _MOST_ROWS:
        left = sum(one.still_mapped_bytes for one in rows[_MOST_ROWS:])
        lines += said(f"{len(rows) - _MOST_ROWS} more stacks hold {size(left)}.", room)
    return lines + _rest(found, room)


def stacks(look: EbpfLook, found: StackGrowers, room: int) -> list[Line]:
    """Which functions made stacks grow."""
    note = f": {found.growths:,} growths, {found.shrinks:,} shrinks"
    lines = title("Stacks grew in", look, note)
    if not found.rows:
        return lines + said("No goroutine's stack grew meanwhile.", room, "")
    lines.append((Span(f"{'growths':>9}{'KiB':>11}{'largest':>10}  function", "dim"),))
    for one in found.rows[:_MOST_ROWS]:
        at = place(one.frame.file, one.frame.line)
        figures = ((f"{one.growths:,}", 9), (f"{one.added_bytes / KIB:,.0f}", 11),
                   (size(one.largest_bytes), 10))  # fmt: skip
        lines.append(row(figures, f"{harmless(short_function(one.frame.function))}  {at}"))
        sizes = ", ".join(f"{count:,}x {new / KIB:.0f}" for new, count in one.sizes[-7:])
        lines.append((Span(f"    to KiB: {sizes}", "dim"),))
        lines += stack_lines(one.stack[1:], 4, 3)
    return lines


def collections(look: EbpfLook, found: SeenCollector, room: int) -> list[Line]:
    """When it collected, how long each phase took, and who helped."""
    lines = title("Collections", look, f": {len(found.cycles):,} cycles")
    if found.cycles:
        lines.append(
            (Span(f"{'at':>9}{'marking':>11}{'mark term.':>12}{'since last':>12}", "dim"),)
        )
    before = None
    for one in found.cycles[-_MOST_ROWS:]:
        began = one.termination_seconds if isnan(one.mark_seconds) else one.mark_seconds
        since = "" if before is None else seconds_text(began - before)
        figures = ((f"{began:.3f} s", 9), (_time(one.marking), 11), (_time(one.terminating), 12),
                   (since, 12))  # fmt: skip
        lines.append(row(figures, ""))
        before = began
    lengths = sorted(length for _, length in found.pauses)
    if lengths:
        lines += said(
            f"The world was stopped {len(lengths):,} times, {seconds_text(sum(lengths))} in all: "
            f"median {seconds_text(lengths[len(lengths) // 2])}, longest "
            f"{seconds_text(lengths[-1])} ({percent_text(sum(lengths) / found.seconds)} of the "
            "time), entry to entry.",
            room, "",
        )  # fmt: skip
    return lines + _assists(found, room)


def oom(look: EbpfLook, room: int) -> list[Line]:
    """Reclaim for the cgroup by the process's own threads, and kills anywhere on the machine."""
    reclaims, victims = look.events("reclaim"), look.events("victim")
    lines = title("Memory pressure", look)
    spent = sum(event.figure("nanoseconds") for event in reclaims) / 1e9
    pages = sum(event.figure("pages") for event in reclaims)
    if reclaims:
        longest = max(event.figure("nanoseconds") for event in reclaims) / 1e9
        lines += said(
            f"Its threads reclaimed memory for the cgroup {len(reclaims):,} times, "
            f"{seconds_text(spent)} in all (longest {seconds_text(longest)}), and freed "
            f"{size(pages * 4 * KIB)}.", room, "warn",
        )  # fmt: skip
    else:
        lines += said("No thread of it had to reclaim memory for its cgroup.", room, "")
    for event in victims[:_MOST_ROWS]:
        who = (
            "this process" if event.figure("pid") == look.pid else f"process {event.figure('pid')}"
        )
        held = event.figure("anonymous_kib")
        with_size = f" with {size(held * KIB)} of anonymous memory" if held else ""
        lines += said(f"{event.at_seconds:.3f} s: the kernel chose {who}{with_size}.", room, "bad")
    if not victims:
        lines += said("The OOM killer chose nobody.", room, "")
    return lines


def _rest(found: StillMapped, room: int) -> list[Line]:
    lines: list[Line] = []
    if found.faulted:
        lines.append((Span("  First touches of pages, estimated from a sample", "dim"),))
        for stack, count in found.faulted[:3]:
            lines.append(row(((mib(count), 9),), _innermost(stack)))
    if found.given_back:
        total = sum(count for _, count in found.given_back)
        lines += said(f"{size(total)} were given back by madvise.", room)
    if found.unmapped_older_bytes > 0:
        older = size(found.unmapped_older_bytes)
        lines += said(f"{older} of older mappings were unmapped.", room)
    return lines


def _assists(found: SeenCollector, room: int) -> list[Line]:
    if isnan(found.assist_seconds):
        return []
    sample = " (a sample: over the budget)" if found.assists_stopped == BUDGET else ""
    lines = said(
        f"Goroutines had to assist {found.assists:,} times, {found.assists_per_second:,.0f} a "
        f"second{sample}.", room, "",
    )  # fmt: skip
    for stack, count in found.assisting[:3]:
        lines.append(row(((f"{count:,}x", 9),), _innermost(stack)))
    return lines


def _innermost(stack: Stack) -> str:
    """Where it was, and whose work it was: the first frame and the first two that somebody wrote
    in Go behind it.
    """
    told = _told(stack)
    written = [
        one for one in told[1:] if one.file.endswith(".go") and "_Cfunc_" not in one.function
    ]
    names = []
    for frame in (*told[:1], *written[:2]):
        at = place(frame.file, frame.line) if frame.line else ""
        names.append(f"{harmless(short_function(frame.function))} {harmless(at)}".strip())
    return " < ".join(names)


def _told(stack: Stack) -> Stack:
    """Without the frames that every such stack begins with; all when nothing else is left."""
    return tuple(frame for frame in stack if not frame.function.startswith(_PLUMBING)) or stack


def _time(seconds: float) -> str:
    return "?" if isnan(seconds) else seconds_text(seconds)
