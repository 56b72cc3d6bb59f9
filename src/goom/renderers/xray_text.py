"""What X-ray found, on one screen: the pacer, the memory by class, the collector, and the cost."""

from __future__ import annotations

from goom.case.names import harmless
from goom.case.units import MIB, bytes_text, mib_text, percent_text, seconds_text
from goom.case.xray import Xray
from goom.renderers.text.lines import Line, Span, clip, fitting, hanging, pad, painted, plain

_NARROWEST, _WIDEST = 60, 120
_LABEL = 18
_FIGURE = 11
_REGIMES = {
    "gogc": "set by GOGC",
    "heap_minimum": "the least that GOGC sets",
    "memory_limit": "set by GOMEMLIMIT",
    "sweep_distance": "what the sweeper needs",
    "late_trigger": "moved: the cycle began late",
}


def render(told: Xray, *, width: int = 80, color: bool = False) -> str:
    """The whole screen."""
    room = min(max(width, _NARROWEST), _WIDEST) - 1
    lines: list[Line] = [
        *_head(told, room), (), *_pacer(told, room), (), *_memory(told), (),
        *_collector(told, room), (), *_cost(told, room), *_torn(told, room),
    ]  # fmt: skip
    return painted((fitting(line, room) for line in lines), color=color)


def one_line(told: Xray, width: int = 80) -> str:
    """A look as one row, for one look after the other: heap live, goal, what GOMEMLIMIT counts."""
    pacer, memory, collector = told.sample.pacer, told.sample.memory, told.sample.collector
    goal = "-" if told.pacer.goal_bytes is None else mib_text(told.pacer.goal_bytes)
    parts = [
        f"live {mib_text(pacer.heap_live_bytes)}",
        f"goal {goal}",
        f"Go in all {mib_text(memory.mapped_ready_bytes)} MiB",
        f"goroutines {told.sample.goroutines:,}",
        f"gc {collector.cycles:,}{'' if collector.phase == 'off' else ' ' + collector.phase}",
    ]
    if pacer.limiter_on:
        parts.append("limiter on")
    if told.sample.torn:
        parts.append("torn")
    return clip("  ".join(parts), max(width, _NARROWEST) - 1)


def _head(told: Xray, room: int) -> list[Line]:
    target = told.target
    name = harmless(target.path or target.module or "a program without a name")
    built = f"Go {harmless(target.go_version)}"
    if target.is_position_independent:
        built += ", position-independent"
    title = f"{clip(name, max(room // 2, 20))}, pid {target.pid}"
    return [(Span(title, "strong"), Span(clip(f"  {built}", room - len(title))))]


def _pacer(told: Xray, room: int) -> list[Line]:
    pacer, derived = told.sample.pacer, told.pacer
    phase = told.sample.collector.phase
    if phase == "off":
        phase = "sweeping" if told.sample.collector.is_sweeping else "not running"
    lines: list[Line] = [(Span("Pacer", "strong"), Span(f"  the collector is {phase}", "dim"))]
    if derived.goal_bytes is not None:
        lines.append((Span("  "), Span(_bar(told, room - 4), "bar")))
    since = max(pacer.heap_live_bytes - pacer.heap_marked_bytes, 0)
    lines += [
        _row("heap live", pacer.heap_live_bytes, f"{mib_text(since)} MiB since the last mark"),
        _row("heap marked", pacer.heap_marked_bytes, "what the last collection found in use"),
    ]
    if derived.goal_bytes is None or derived.trigger_bytes is None:
        lines += hanging(
            plain("  goal  ", 0), "none: GOGC is off, and there is no GOMEMLIMIT", room
        )
    else:
        left = max(derived.trigger_bytes - pacer.heap_live_bytes, 0)
        lines += [
            _row("trigger", derived.trigger_bytes, f"{mib_text(left)} MiB until a cycle begins"),
            _row("goal", derived.goal_bytes, _REGIMES.get(derived.regime, derived.regime)),
        ]
    return lines + [line for text in _settings(told) for line in hanging(plain("  "), text, room)]


def _settings(told: Xray) -> list[str]:
    pacer, derived = told.sample.pacer, told.pacer
    gogc = "off" if pacer.gogc_percent < 0 else str(pacer.gogc_percent)
    limiter = "on" if pacer.limiter_on else "off"
    was = f", last on in cycle {pacer.limiter_last_cycle}" if pacer.limiter_last_cycle else ""
    if not pacer.has_memory_limit:
        return [f"GOGC={gogc}, GOMEMLIMIT=off, CPU limiter {limiter}{was}"]
    share = derived.limit_used_bytes / max(pacer.memory_limit_bytes, 1)
    return [
        f"GOGC={gogc}, CPU limiter {limiter}{was}",
        f"GOMEMLIMIT={bytes_text(pacer.memory_limit_bytes)}: "
        f"{bytes_text(derived.limit_used_bytes)} of it used ({percent_text(share)}), "
        f"{bytes_text(derived.non_heap_bytes)} of that not heap",
    ]


def _bar(told: Xray, columns: int) -> str:
    """Marked heap, what was allocated since, room, the trigger and the goal on one scale."""
    goal, trigger = told.pacer.goal_bytes or 0, told.pacer.trigger_bytes or 0
    pacer = told.sample.pacer
    most = max(goal, pacer.heap_live_bytes, 1)

    def at(count: int) -> int:
        return min(round(count / most * (columns - 1)), columns - 1)

    marked, live = at(pacer.heap_marked_bytes), at(pacer.heap_live_bytes)
    bar = list("█" * marked + "=" * max(live - marked, 0))
    bar += "." * (columns - len(bar))
    bar[at(trigger)], bar[at(goal)] = "|", "]"
    return "".join(bar)


def _memory(told: Xray) -> list[Line]:
    memory = told.sample.memory
    head = f"{'in use':>{_FIGURE}}{'mapped':>{_FIGURE}}  MiB"
    heap = f"{mib_text(memory.heap_alloc_bytes)} in {memory.heap_objects:,} objects"
    rows = [
        ("heap", memory.heap_in_use_bytes, memory.heap_sys_bytes, heap),
        ("  given back", None, memory.heap_released_bytes, "part of it that the OS has again"),
        ("stacks", memory.stack_in_use_bytes, memory.stack_sys_bytes, ""),
        ("span structs", memory.mspan_in_use_bytes, memory.mspan_sys_bytes, ""),
        ("caches of Ps", memory.mcache_in_use_bytes, memory.mcache_sys_bytes, ""),
        ("profile buckets", None, memory.buckhash_sys_bytes, ""),
        ("of the collector", None, memory.gc_sys_bytes, ""),
        ("other", None, memory.other_sys_bytes, ""),
        ("all of Go's", None, memory.sys_bytes, ""),
    ]
    lines: list[Line] = [(Span(pad("Memory", _LABEL + 2), "strong"), Span(head, "dim"))]
    for label, used, mapped, note in rows:
        figure = "" if used is None else f"{used / MIB:.1f}"
        text = f"  {pad(label, _LABEL)}{figure:>{_FIGURE}}{mapped / MIB:>{_FIGURE}.1f}"
        lines.append((Span(text), Span(f"  {note}", "dim")))
    return lines


def _collector(told: Xray, room: int) -> list[Line]:
    sample, collector = told.sample, told.sample.collector
    ended = sample.at_seconds - collector.last_end_nanoseconds / 1e9
    last = f", the last ended {seconds_text(ended)} ago" if collector.last_end_nanoseconds else ""
    forced = f" ({collector.forced_cycles:,} forced)" if collector.forced_cycles else ""
    pauses = seconds_text(collector.pause_total_nanoseconds / 1e9)
    texts = (
        f"{collector.cycles:,} collections{forced}{last}; {pauses} of pauses, "
        f"{percent_text(collector.cpu_fraction)} of all CPU",
        f"{sample.goroutines:,} goroutines, {sample.system_goroutines} of the runtime's own; "
        f"GOMAXPROCS {sample.procs}; {bytes_text(sample.memory.total_alloc_bytes)} allocated "
        "since the start",
    )
    lines: list[Line] = [(Span("Process", "strong"),)]
    return lines + [line for text in texts for line in hanging(plain("  "), text, room)]


def _cost(told: Xray, room: int) -> list[Line]:
    target, cost = told.target, told.cost
    calls = f"{cost.calls:,} system call{'s' * (cost.calls != 1)}"
    text = (
        f"attached in {seconds_text(cost.attach_seconds)} by {target.addresses_from} and "
        f"{target.layouts_from}; this look took {seconds_text(cost.sample_seconds)}. "
        f"{cost.read_bytes:,} bytes of its memory were copied by {calls}; "
        "the process was not stopped, and nothing was written."
    )
    return hanging((Span("Cost  ", "strong"),), text, room)


def _torn(told: Xray, room: int) -> list[Line]:
    lines: list[Line] = []
    for one in told.sample.torn:
        text = (
            f"{', '.join(one.affects)} may be off: {one.rule} did not hold (by "
            f"{one.difference:,}) in any of {told.sample.attempts} looks: the program changes it "
            "all the time"
        )
        lines += hanging((Span("Torn  ", "warn"),), text, room)
    return lines


def _row(label: str, count: int, note: str) -> Line:
    figure = f"{mib_text(count):>{_FIGURE}} MiB"
    return (Span(f"  {pad(label, _LABEL)}"), Span(figure), Span(f"  {note}", "dim"))
