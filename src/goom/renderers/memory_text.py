"""``goom memory`` on a terminal: cgroups, the budget as a bar, mappings, huge pages, nodes."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.memory_view import BudgetLine, MemoryBudget, MemoryReport
from goom.case.names import harmless
from goom.case.surroundings import CgroupLevel, Surroundings
from goom.case.units import MIB, bytes_text, percent_text, seconds_text
from goom.renderers.memory_mappings_text import mappings
from goom.renderers.text.lines import Line, Span, clip, fitting, hanging, pad, painted, plain

_NARROWEST, _WIDEST = 60, 110
_LABEL, _FIGURE = 30, 10
_INKS = {"go": "█", "unseen": "▌", "cache": "-", "neighbours": "x", "room": "."}
_SAID = {
    "go": "Go, counted",
    "unseen": "not counted",
    "cache": "page cache",
    "neighbours": "neighbours",
    "room": "room",
}


def render(report: MemoryReport, *, width: int = 80, color: bool = False) -> str:
    """The whole screen."""
    room = min(max(width, _NARROWEST), _WIDEST) - 1
    blocks = [
        _head(report, room),
        list(_levels(report.around, room)) if report.around is not None else [],
        list(_budget(report.budget, room)) if report.budget is not None else [],
        list(mappings(report, room)),
        list(_findings(report, room)),
        [line for note in report.notes for line in hanging(plain("- "), harmless(note), room)],
    ]
    lines: list[Line] = []
    for block in blocks:
        lines += [*block, ()] if block else []
    return painted((fitting(line, room) for line in lines[:-1]), color=color)


def _head(report: MemoryReport, room: int) -> list[Line]:
    subject = report.subject
    pid = f", pid {subject.pid}" if subject.pid is not None else ""
    go = f"  Go {harmless(subject.go_version)}" if subject.go_version else ""
    title = clip(harmless(subject.name) + pid, max(room - len(go), 16))
    return [(Span(title, "strong"), Span(go))]


def _levels(around: Surroundings, room: int) -> Iterator[Line]:
    """One row a cgroup, the own one first, the binding limit marked."""
    if not around.levels:
        yield (Span("Cgroups", "strong"), Span("  no memory cgroup can be seen from here", "dim"))
        return
    name = max(room - 3 * _FIGURE - 6, 16)
    head = f"{'usage':>{_FIGURE}}{'limit':>{_FIGURE}}{'peak':>{_FIGURE}}  MiB"
    yield (Span(pad("Cgroups", name), "strong"), Span(head, "dim"))
    binding = around.binding
    for level in around.levels:
        mark = "> " if level is binding else "  "
        names = ("usage_bytes", "limit_bytes", "peak_bytes")
        figures = "".join(f"{_mib(level.get(one)):>{_FIGURE}}" for one in names)
        label = f"{mark}{_tail(harmless(level.path), name - 4)}"
        yield (Span(pad(label, name), "strong" if level is binding else ""), Span(figures))
        shares = binding is not None and len(binding.path) < len(level.path)
        if shares and level.neighbours:
            named = ", ".join(f"{harmless(n)} {bytes_text(size)}" for n, size in level.neighbours)
            yield from hanging(plain("    beside it: "), named, room, 2)
        yield from _events(level, room)
    if binding is not None and binding is not around.levels[0]:
        yield plain("> is the limit that is reached first: an ancestor's", 2)
    if not isnan(around.unseen_limit_bytes):
        said = f"an ancestor that cannot be seen limits to {bytes_text(around.unseen_limit_bytes)}"
        yield plain(said, 2)
    yield from _machine(around, room)


def _events(level: CgroupLevel, room: int) -> Iterator[Line]:
    said = []
    for name, text in (("high_bytes", "high"), ("low_bytes", "low"), ("min_bytes", "min")):
        if level.get(name) > 0:
            said.append(f"{text} {bytes_text(level.get(name))}")
    if level.get("swap_bytes") > 0:
        said.append(f"swap {bytes_text(level.get('swap_bytes'))}")
    counts = (
        ("limit_hits", "at the limit"),
        ("high_events", "over high"),
        ("oom_kills", "OOM kills:"),
    )
    for name, text in counts:
        if level.get(name) > 0:
            times = f"{level.get(name):,.0f}"
            said.append(f"{text} {times}" if text.endswith(":") else f"{times} times {text}")
    if level.get("pressure_some_fraction") > 0:
        said.append(f"waits for memory {percent_text(level.get('pressure_some_fraction'))}")
    if said:
        yield from hanging(plain("    "), ", ".join(said), room)


def _machine(around: Surroundings, room: int) -> Iterator[Line]:
    machine = around.machine
    said = []
    if "available_bytes" in machine:
        said.append(f"{bytes_text(machine['available_bytes'])} available on the machine")
    swap = machine.get("swap_total_bytes")
    if swap is not None:
        free = machine.get("swap_free_bytes", 0.0)
        used = f"{bytes_text(swap - free)} of {bytes_text(swap)} used"
        said.append(f"swap {used}" if swap else "no swap")
    if "pressure_some_seconds" in machine:
        some, full = machine["pressure_some_seconds"], machine.get("pressure_full_seconds", 0.0)
        said.append(
            f"waits for memory since boot {seconds_text(some)}, all at once {seconds_text(full)}"
        )
    quota = around.cpu_quota
    if quota is not None:
        share = quota.throttled_periods / quota.periods if quota.periods > 0 else 0.0
        said.append(
            f"CPU quota {quota.quota_cpus:.2g}, used up in {percent_text(share)} of periods"
        )
    elif around.cpu:
        said.append("no CPU quota")
    if said:
        yield from hanging(plain("  "), ", ".join(said), room)


def _budget(budget: MemoryBudget, room: int) -> Iterator[Line]:
    of = f" of {_tail(harmless(budget.limit_of), room - 40)}" if budget.limit_of else ""
    yield (Span("Budget", "strong"), Span(f"  {bytes_text(budget.limit_bytes)}{of}"))
    groups = _groups(budget)
    yield (Span("  "), Span(_bar(budget, groups, room - 4), "bar"))
    legend = "   ".join(f"{_INKS[key]} {_SAID[key]}" for key, size in groups.items() if size > 0)
    yield (Span(f"  {legend}", "dim"),)
    for title, seen in (("Go, counted by GOMEMLIMIT", True), ("not counted", False)):
        lines = [one for one in budget.lines if one.seen is seen and one.key != "neighbours"]
        whole = sum(one.bytes for one in lines)
        yield _row(title, whole, budget, "")
        if seen and not isnan(budget.ready_bytes):
            note = f"counted as {_mib(budget.ready_bytes)}: pages never written too"
            yield (Span(f"      {note}", "dim"),)
        yield from (_part(one) for one in lines if abs(one.bytes) >= MIB / 20)
    if budget.neighbours_bytes > 0:
        one = next(line for line in budget.lines if line.key == "neighbours")
        yield _row("neighbours", one.bytes, budget, clip(harmless(one.note), room - 56))
    yield _row("room", budget.room_bytes, budget, "")
    yield from _advice(budget, room)


def _advice(budget: MemoryBudget, room: int) -> Iterator[Line]:
    now = "" if isnan(budget.gomemlimit_bytes) else f" (now {bytes_text(budget.gomemlimit_bytes)})"
    if isnan(budget.advised_gomemlimit_bytes):
        yield from hanging((Span("  GOMEMLIMIT  ", "warn"),), f"{budget.advice}{now}", room)
        return
    value = int(budget.advised_gomemlimit_bytes // MIB)
    passed = budget.overshoot_bytes
    over = f", and Go passed its goal by {bytes_text(passed)}" if passed >= MIB / 2 else ""
    text = (
        f"{value}MiB is the highest that keeps all within the limit{now}: at most "
        f"{bytes_text(budget.unseen_bytes)} were held beside what Go counts{over}; {budget.advice}"
    )
    yield from hanging((Span("  GOMEMLIMIT  ", "good"),), text, room)


def _groups(budget: MemoryBudget) -> dict[str, float]:
    lines = budget.lines
    cache = budget.bytes_of("page_cache")
    go = sum(one.bytes for one in lines if one.seen)
    rest = sum(one.bytes for one in lines if not one.seen and one.key != "neighbours") - cache
    return {
        "go": go,
        "unseen": max(rest, 0.0),
        "cache": cache,
        "neighbours": budget.neighbours_bytes,
        "room": max(budget.room_bytes, 0.0),
    }


def _bar(budget: MemoryBudget, groups: dict[str, float], columns: int) -> str:
    whole = max(sum(groups.values()), budget.limit_bytes, 1.0)
    drawn, at = "", 0.0
    for key, size in groups.items():
        at += size
        drawn += _INKS[key] * (round(at / whole * columns) - len(drawn))
    return drawn


def _row(title: str, size: float, budget: MemoryBudget, note: str) -> Line:
    share = percent_text(size / budget.limit_bytes)
    text = f"  {pad(title, _LABEL)}{_mib(size):>{_FIGURE}}{share:>8}"
    return (Span(text, "strong"), Span(f"  {note}" if note else "", "dim"))


def _part(one: BudgetLine) -> Line:
    most = ""
    if not isnan(one.peak_bytes) and one.peak_bytes > one.bytes + MIB / 2 and not one.seen:
        most = f"at most {_mib(one.peak_bytes)}"
    note = ", ".join(text for text in (most, harmless(one.note)) if text)
    text = f"      {pad(one.label, _LABEL - 4)}{_mib(one.bytes):>{_FIGURE}}"
    return (Span(text), Span(f"          {note}" if note else "", "dim"))


def _findings(report: MemoryReport, room: int) -> Iterator[Line]:
    for one in report.findings:
        yield from hanging((Span("! ", "warn"),), f"{one.title}. {harmless(one.detail)}", room)


def _mib(size: float) -> str:
    return "-" if isnan(size) else f"{size / MIB:.1f}"


def _tail(path: str, most: int) -> str:
    """The end of a path, which tells more than its beginning."""
    return path if len(path) <= most else "…" + path[-max(most - 1, 8) :]
