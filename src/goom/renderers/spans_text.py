"""A span map on one screen: what pins memory, how full spans are, holes, and the pages drawn."""

from __future__ import annotations

from goom.case.names import harmless
from goom.case.span_occupancy import ClassOccupancy, HoleSizes, PageUse, SpanOccupancy
from goom.case.units import MIB, bytes_text, mib_text, percent_text, seconds_text
from goom.case.xray_spans import PAGE_BYTES, SpanMap
from goom.renderers.spans_strip import LEGEND, strip
from goom.renderers.text.lines import Line, Span, clip, fitting, hanging, pad, painted, plain

_NARROWEST, _WIDEST = 60, 120
_CLASSES_SHOWN, _HOLES_SHOWN = 10, 6
_LABEL = 18
_BAR, _HOLE_BAR = 24, 18


def render(
    told: SpanMap, derived: SpanOccupancy, title: str = "", *, width: int = 80, color: bool = False
) -> str:
    """The whole screen; ``title`` says whose map it is."""
    room = min(max(width, _NARROWEST), _WIDEST) - 1
    lines: list[Line] = [
        *_head(told, title, room), (), *_sums(derived, room), (), *_classes(derived), (),
        *_pages(derived.pages), (), *_holes(derived.pages, room), (),
        *_strip(told, room), *_others(told, derived, room), *_torn(told, room),
    ]  # fmt: skip
    return painted((fitting(line, room) for line in lines), color=color)


def one_line(derived: SpanOccupancy, width: int = 80) -> str:
    """A look as one row."""
    parts = [
        f"in use {mib_text(derived.pages.in_use_bytes)}",
        f"objects {mib_text(derived.live_bytes)}",
        f"pinned {mib_text(derived.pinned_bytes)}",
        f"free {mib_text(derived.pages.held_bytes)} MiB",
        f"holes {derived.pages.hole_count:,}",
    ]
    return clip("  ".join(parts), max(width, _NARROWEST) - 1)


def _head(told: SpanMap, title: str, room: int) -> list[Line]:
    """Whose map, and how far to trust it."""
    read = f"read in {seconds_text(told.took_seconds)}"
    exact = "adds up to its own counters" if not told.torn else "it changed meanwhile"
    note = f"  Go {harmless(told.go_version)}, {read}; {exact}"
    left = max(room - len(note), 16)
    return [(Span(clip(harmless(title), left), "strong"), Span(note, "dim"))]


def _sums(derived: SpanOccupancy, room: int) -> list[Line]:
    small, large = derived, derived.large
    texts = []
    if small.span_bytes:
        texts.append(
            f"{bytes_text(small.span_bytes)} for small objects, "
            f"{percent_text(small.fill_fraction)} full: {bytes_text(small.object_bytes)} of "
            f"objects, {bytes_text(small.free_bytes)} in free slots, "
            f"{bytes_text(small.tail_bytes)} in ends of spans"
        )
        texts.append(
            f"{bytes_text(small.pinned_bytes)} would be free if objects stood side by side; "
            f"{small.sparse_spans:,} spans are less than a quarter full, where "
            f"{bytes_text(small.sparse_object_bytes)} of objects keep "
            f"{bytes_text(small.sparse_free_bytes)}"
        )
    if large.count:
        texts.append(
            f"{bytes_text(large.span_bytes)} for {large.count:,} large objects, the largest "
            f"{bytes_text(large.largest_bytes)}; whole pages add {bytes_text(large.rounding_bytes)}"
        )
    head: Line = (Span("Spans ", "strong"),)
    lines: list[Line] = []
    for text in texts or ["none in use"]:
        lines += hanging(head, text, room)
        head = plain("", 6)
    return lines


def _classes(derived: SpanOccupancy) -> list[Line]:
    """The classes that pin the most."""
    shown = [row for row in derived.classes[:_CLASSES_SHOWN] if row.free_bytes]
    if not shown:
        return [plain("No class of small objects has a free slot.")]
    head = (
        f"{'slots of':>9}{'spans':>9}{'MiB':>8}{'full':>7}{'pinned':>8}"
        f"{'<25 %':>9}{'<50':>7}{'<75':>7}{'<100':>7}{'full':>8}"
    )
    lines: list[Line] = [(Span(head, "dim"),), *(_class(row) for row in shown)]
    rest = len(derived.classes) - len(shown)
    pinned = sum(row.pinned_bytes for row in derived.classes[len(shown) :])
    if rest:
        lines.append((Span(f"  and {rest} more, which pin {bytes_text(pinned)}", "dim"),))
    note = "  spans by how full they are; * objects without pointers; pinned in MiB"
    return [*lines, (Span(note, "dim"),)]


def _class(row: ClassOccupancy) -> Line:
    mark = " " if row.has_pointers else "*"
    quarters = row.quarters
    style = "warn" if row.fill_fraction < 0.5 and row.pinned_bytes > MIB else ""
    left = (
        f"{row.slot_bytes:>8,}{mark}{row.spans:>9,}{row.span_bytes / MIB:>8.1f}"
        f"{row.fill_fraction:>6.0%} {row.pinned_bytes / MIB:>8.1f}"
    )
    right = f"{quarters[0]:>9,}{quarters[1]:>7,}{quarters[2]:>7,}{quarters[3]:>7,}{quarters[4]:>8,}"
    return (Span(left, style), Span(right))


def _pages(pages: PageUse) -> list[Line]:
    rows = [
        ("spans in use", pages.in_use_bytes, ""),
        ("stacks", pages.stack_bytes, ""),
        ("work of the GC", pages.work_bytes, ""),
        ("caches of Ps", pages.cached_bytes, "free, for the P that holds them"),
        ("free", pages.held_bytes, "not yet given back"),
        ("given back", pages.released_bytes, "free; the OS has them again"),
        ("never used", pages.padding_bytes, "before a random first address"),
    ]
    head = f"{mib_text(pages.heap_bytes):>9} MiB of addresses"
    lines: list[Line] = [(Span(pad("Pages", _LABEL), "strong"), Span(head, "dim"))]
    for label, count, note in rows:
        if count:
            bar = _bar(count, pages.heap_bytes, _BAR)
            figure = f"{count / MIB:>9.1f}"
            lines.append(
                (Span(f"  {pad(label, _LABEL - 2)}{figure}  "), Span(bar, "bar"),
                 Span(f"{' ' * bool(bar)}{note}", "dim"))
            )  # fmt: skip
    return lines


def _bar(part: int, whole: int, columns: int) -> str:
    return "█" * round(min(part / max(whole, 1), 1.0) * columns)


def _holes(pages: PageUse, room: int) -> list[Line]:
    if not pages.hole_count:
        return [(Span("Holes ", "strong"), Span("none: every page is used"))]
    plural = "s" * (pages.hole_count != 1)
    text = (
        f"{pages.hole_count:,} run{plural} of free pages, the longest "
        f"{bytes_text(pages.largest_hole_bytes)}: a larger object grows "
        f"the heap, though {bytes_text(pages.free_bytes)} are free"
    )
    lines = hanging((Span("Holes ", "strong"),), text, room)
    largest = sorted(pages.holes, key=lambda row: -row.free_bytes)[:_HOLES_SHOWN]
    lines += [_hole(row, pages) for row in sorted(largest, key=lambda row: row.least_pages)]
    return lines


def _hole(row: HoleSizes, pages: PageUse) -> Line:
    size = f"from {bytes_text(row.least_pages * PAGE_BYTES)}"
    bar = _bar(row.free_bytes, pages.free_bytes, _HOLE_BAR)
    text = f"      {pad(size, 15)}{row.runs:>8,} {row.free_bytes / MIB:>9.1f} MiB  "
    share = row.released_bytes / max(row.free_bytes, 1)
    return (Span(text), Span(bar, "bar"), Span(f" {percent_text(share)} given back", "dim"))


def _strip(told: SpanMap, room: int) -> list[Line]:
    rows, cell_bytes = strip(told, room)
    if not rows:
        return []
    head = f"one character is {bytes_text(cell_bytes)}"
    lines: list[Line] = [(Span(pad("Map", 6), "strong"), Span(head, "dim"))]
    lines += [(Span(f"{label:>14}  ", "dim"), Span(row, "bar")) for label, row in rows]
    return [*lines, *hanging(plain("  "), LEGEND, room)]


def _others(told: SpanMap, derived: SpanOccupancy, room: int) -> list[Line]:
    """What the caches hold, and the lists that allocation and sweeping go through."""
    procs, central, stacks = told.procs, told.central, told.stacks
    used, slots = int(stacks.used.sum()), int(stacks.slots.sum())
    lists = ", ".join(
        f"{int(getattr(central, name).sum()):,} {words}"
        for name, words in (
            ("partial_swept", "with room"),
            ("full_swept", "full"),
            ("partial_unswept", "with room and unswept"),
            ("full_unswept", "full and unswept"),
        )
    )
    texts = (
        f"{len(procs.spans)} Ps fill {int(procs.spans.sum()):,} spans and hold "
        f"{int(procs.free_slots.sum()):,} free slots ({bytes_text(derived.cached_free_bytes)}); "
        f"{derived.objects_not_counted:,} objects in them are not in MemStats yet",
        f"mcentral lists spans {lists}",
        f"{used:,} of {slots:,} stacks are out or cached",
    )
    lines: list[Line] = [(), (Span("Caches", "strong"),)]
    return lines + [line for text in texts for line in hanging(plain("  "), text, room)]


def _torn(told: SpanMap, room: int) -> list[Line]:
    """By how much the map is off, the worst rules first."""
    worst = sorted(told.torn, key=lambda one: -abs(one.difference))[:3]
    lines: list[Line] = []
    for one in worst:
        text = (
            f"{harmless(one.rule)} did not hold in any of {told.attempts} looks, by "
            f"{bytes_text(abs(one.difference) * PAGE_BYTES)}: the program changes it all the time"
        )
        style = "warn" if told.is_torn else "dim"
        lines += hanging((Span("Torn  " if told.is_torn else "Moved ", style),), text, room)
    return lines
