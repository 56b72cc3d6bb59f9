"""The lower half of ``goom memory``: mappings by kind, huge pages, memory nodes."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.memory_view import HugePageView, KindRow, MemoryReport, NumaView
from goom.case.units import MIB, bytes_text, percent_text
from goom.renderers.text.lines import Line, Span, hanging, pad, plain

_LABEL = 29
_MOST_NODES = 5


def mappings(report: MemoryReport, room: int) -> Iterator[Line]:
    """Every kind that has something resident; then what huge pages did, then the nodes."""
    kinds = report.kinds
    if kinds is not None:
        head = f"{'number':>7}{'size':>9}{'resident':>10}{'huge':>8}{'aligned':>9}  MiB"
        yield (Span(pad("Mappings", _LABEL + 2), "strong"), Span(head, "dim"))
        for row in kinds.rows:
            if row.resident_bytes > 0:
                yield _kind(row)
        reserved = f"{bytes_text(kinds.reserved_bytes)} more are reserved without access; aligned: "
        yield from hanging(plain("  "), f"{reserved}mappings that begin on a 2 MiB boundary", room)
    if report.huge is not None:
        yield from _huge(report.huge, report.kinds.row("go_heap") if report.kinds else None, room)
    if report.numa is not None:
        yield from _nodes(report.numa, room)


def _kind(row: KindRow) -> Line:
    text = (
        f"  {pad(row.label, _LABEL)}{row.mappings:>7}{row.size_bytes / MIB:>9.1f}"
        f"{row.resident_bytes / MIB:>10.1f}{row.huge_bytes / MIB:>8.1f}{row.aligned_starts:>9}"
    )
    return plain(text)


def _huge(view: HugePageView, heap: KindRow | None, room: int) -> Iterator[Line]:
    said = [f"enabled={view.mode}" if view.mode else "the kernel's mode was not seen"]
    if not isnan(view.max_ptes_none):
        said.append(f"max_ptes_none={view.max_ptes_none:.0f}")
    if heap is not None:
        said += list(_of_heap(view, heap))
    yield from hanging((Span("Huge pages  ", "strong"),), ", ".join(said), room)


def _of_heap(view: HugePageView, heap: KindRow) -> Iterator[str]:
    share = view.heap_huge_bytes / heap.resident_bytes if heap.resident_bytes > 0 else 0.0
    yield f"{percent_text(share)} of the heap in them"
    if heap.eligible_bytes == 0:
        yield "the heap may not get any"
    if view.heap_advised:
        yield f"{view.heap_advised} mappings of it ask for them (MADV_HUGEPAGE)"
    if view.heap_advised_against:
        yield f"{view.heap_advised_against} mappings refuse them (MADV_NOHUGEPAGE)"
    if view.brought_back_bytes > 0:
        yield f"{bytes_text(view.brought_back_bytes)} held that Go has given back"
    elif isnan(view.brought_back_bytes):
        yield "what Go has given back was not seen"


def _nodes(view: NumaView, room: int) -> Iterator[Line]:
    if not view.is_told:
        said = view.said or "the CPUs of the nodes were not seen"
        yield from hanging((Span("Nodes       ", "strong"),), said, room)
        if len(view.nodes) < 2:
            return
    head = "".join(f"{'node ' + str(node):>10}" for node in view.nodes[:_MOST_NODES])
    yield (Span(pad("Nodes", _LABEL + 2), "strong"), Span(f"{head}  MiB", "dim"))
    for label, sizes in view.by_kind.items():
        figures = "".join(f"{size / MIB:>10.1f}" for size in sizes[:_MOST_NODES])
        yield plain(f"  {pad(label, _LABEL)}{figures}")
    if view.is_told:
        policies = ", ".join(f"{name} {bytes_text(size)}" for name, size in view.policies[:3])
        text = (
            f"{percent_text(view.remote_fraction)} of accesses cross nodes when threads run evenly "
            f"on their CPUs; the fullest node holds {percent_text(view.most_fraction)}; policy: "
            f"{policies}"
        )
        yield from hanging(plain("  "), text, room)
