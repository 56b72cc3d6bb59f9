"""GC logs as eight Go versions write them, and as the world mangles them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.units import KIB, MIB
from goom.formats.gctrace import TraceReader, parse
from goom.formats.gctrace_grammar import holds_trace, is_fatal_line, is_runtime_line
from goom.formats.gctrace_live import IncrementalTrace

SAMPLES = sorted((Path(__file__).parent / "gctrace_samples").glob("*.txt"))
LINE = (
    b"gc 6 @0.082s 10%: 0.052+9.9+0.047 ms clock, 0.10+5.1/0.079/9.7+0.095 ms cpu, "
    b"42->43->37 MB, 44 MB goal, 1 MB stacks, 2 MB globals, 2 P"
)


def line(number: int, at: float) -> bytes:
    return LINE.replace(b"gc 6 @0.082s", b"gc %d @%.3fs" % (number, at))


def log(*cycles: tuple[int, float]) -> bytes:
    return b"".join(line(number, at) + b"\n" for number, at in cycles)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_line_that_eight_versions_wrote_is_read(path: Path) -> None:
    data = path.read_bytes()
    lines = data.decode().splitlines()
    trace = parse(data)
    assert trace.malformed_count == 0
    assert trace.lines_read == len(lines)
    for table, prefix in (
        (trace.cycles.line, "gc "),
        (trace.scavenges.line, "scav "),
        (trace.pacer.assist_line, "pacer: assist"),
        (trace.pacer.sweep_line, "pacer: sweep"),
    ):
        expected = [at for at, text in enumerate(lines, 1) if text.startswith(prefix)]
        assert table.tolist() == expected
    ends = [at for at, text in enumerate(lines, 1) if "% CPU (25 exp.)" in text]
    assert trace.pacer.end_line.tolist() == ends


def test_a_line_means_what_the_runtime_says_it_means() -> None:
    cycles = parse(LINE + b" (forced)\n").cycles
    assert cycles.number.tolist() == [6]
    assert cycles.at_seconds.tolist() == [0.082]
    assert cycles.gc_cpu_fraction.tolist() == [0.10]
    assert np.allclose(cycles.sweep_termination_seconds, 52e-6)
    assert np.allclose(cycles.mark_seconds, 9.9e-3)
    assert np.allclose(cycles.mark_termination_seconds, 47e-6)
    assert np.allclose(cycles.sweep_termination_cpu_seconds, 100e-6)
    assert np.allclose(cycles.assist_cpu_seconds, 5.1e-3)
    assert np.allclose(cycles.background_cpu_seconds, 79e-6)
    assert np.allclose(cycles.idle_cpu_seconds, 9.7e-3)
    assert np.allclose(cycles.mark_termination_cpu_seconds, 95e-6)
    assert cycles.heap_start_bytes.tolist() == [42 * MIB]
    assert cycles.heap_end_bytes.tolist() == [43 * MIB]
    assert cycles.heap_marked_bytes.tolist() == [37 * MIB]
    assert cycles.goal_bytes.tolist() == [44 * MIB]
    assert cycles.stacks_bytes.tolist() == [MIB]
    assert cycles.globals_bytes.tolist() == [2 * MIB]
    assert cycles.procs.tolist() == [2]
    assert cycles.forced.tolist() == [True]


def test_the_leak_check_of_newer_versions_is_marked() -> None:
    data = LINE.replace(b"10%:", b"0% (checking for goroutine leaks):") + b"\n" + line(7, 1.0)
    assert parse(data).cycles.leak_check.tolist() == [True, False]


@pytest.mark.parametrize("printed", [b"8532210231523", b"8796093022207", b"17592186044415"])
def test_no_goal_is_infinite(printed: bytes) -> None:
    data = LINE.replace(b"44 MB goal", printed + b" MB goal")
    assert parse(data).cycles.goal_bytes.tolist() == [np.inf]


def test_scavenger_lines_of_both_grammars_are_read() -> None:
    data = (
        b"scav 0 KiB work, 3352 KiB total, 87% util\n" + LINE + b"\n"
        b"scav 3 KiB work (bg), 4 KiB work (eager), 5 KiB now, 49% util (forced)\n"
    )
    scavenges = parse(data).scavenges
    assert scavenges.total.tolist() == [True, False]
    assert scavenges.cycle.tolist() == [-1, 0]
    assert scavenges.released_bytes.tolist() == [3352 * KIB, 5 * KIB]
    assert scavenges.background_bytes.tolist() == [0, 3 * KIB]
    assert scavenges.eager_bytes.tolist() == [0, 4 * KIB]
    assert scavenges.utilization_fraction.tolist() == [0.87, 0.49]
    assert scavenges.forced.tolist() == [False, True]


def test_pacer_floats_of_both_formats_are_read() -> None:
    old, new = (next(p for p in SAMPLES if p.stem == stem) for stem in ("1.25.5", "1.26.6"))
    for path in (old, new):
        pacer = parse(path.read_bytes()).pacer
        assert (pacer.assist_ratio > 0).all()
        assert (pacer.assist_fractional_goal == 0.25).all()
        assert (pacer.end_cons_mark >= 0).all()
        assert (pacer.sweep_pages > 0).all()


@pytest.mark.parametrize(
    "around",
    [
        b"2024-01-01T00:00:00.123Z stderr F %s\n",
        b"I0101 12:00:00.000000   1 log.go:1] %s\n",
        b"web_1  | %s\n",
        b"\xff\xfe broken utf-8 \x00 %s\r\n",
        b'level=info msg="half a message%s\n',
        b'{"log":"%s\\n","stream":"stderr","time":"2024-01-01T00:00:00Z"}\n',
    ],
)
def test_a_line_is_found_inside_a_loggers_line(around: bytes) -> None:
    trace = parse(around % LINE)
    assert trace.cycles.number.tolist() == [6]
    assert trace.malformed_count == 0


def test_json_logs_escape_the_arrow() -> None:
    wrapped = json.dumps({"log": LINE.decode() + "\n"}).replace(">", "\\u003e").encode()
    assert parse(wrapped + b"\n" + wrapped).cycles.line.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (LINE[:40], "cut off in the clock times"),
        (LINE[:18], "cut off before the clock times"),
        (LINE[:-4], "cut off in the globals"),
        (LINE[:-1], "cut off in the number of procs"),
        (LINE.replace(b"42->43", b"-42->43"), "negative number in the heap sizes"),
        (LINE.replace(b"42->43", b"42->-43"), "negative number in the heap sizes"),
        (LINE.replace(b"gc 6 ", b"gc -6 "), "negative number in the cycle number"),
        (LINE.replace(b"10%", b"1000%"), "absurd number in the GC CPU"),
        (LINE.replace(b"42->", b"99999999999999999->"), "absurd number in the heap sizes"),
        (LINE[:60] + b"panic: oh no", "something else in place of the cpu times"),
        (LINE.replace(b"1 MB stacks, 2 MB globals, ", b""), "no stacks: written by Go 1.17 or"),
        (LINE + b"anic: oh no", "something else written into its end"),
    ],
)
def test_what_only_looks_like_a_trace_line_is_named(broken: bytes, why: str) -> None:
    trace = parse(b"started\n" + broken + b"\n" + line(7, 1.0) + b"\n")
    assert trace.cycles.number.tolist() == [7]
    assert trace.malformed_count == 1
    ((at, said),) = trace.malformed_lines
    assert at == 2
    assert said.startswith(why)


def test_half_a_line_before_a_whole_one_costs_only_itself() -> None:
    trace = parse(LINE[:50] + line(7, 1.0) + b"\n")
    assert trace.cycles.number.tolist() == [7]
    assert trace.malformed_count == 1


def test_prose_about_collection_is_no_trace() -> None:
    text = b"gc 12 percent\nlogc 1 @0.1s\nscav lines follow\npacer: on\nthe pacer: assist ratio\n"
    trace = parse(text)
    assert len(trace.cycles) == 0
    assert trace.malformed_count <= 1


def test_the_kept_reasons_are_bounded_and_the_count_is_not() -> None:
    trace = parse(b"gc 1 @0.1s 5%: \n" * 1000)
    assert trace.malformed_count == 1000
    assert len(trace.malformed_lines) == 100


def test_gos_own_crash_is_kept() -> None:
    data = LINE + b"\nruntime: out of memory: cannot allocate 4194304-byte block (3 in use)\n"
    data += b"fatal error: out of memory\n\ngoroutine 1 [running]:\n"
    assert parse(data).go_fatal == (
        "runtime: out of memory: cannot allocate 4194304-byte block (3 in use); "
        "fatal error: out of memory"
    )
    stack = b"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n"
    assert "stack exceeds" in parse(stack).go_fatal


def test_an_applications_fatal_error_is_not_gos() -> None:
    assert parse(b"fatal error: database is gone\n").go_fatal == ""


def test_lines_of_a_childs_stderr_are_told_apart() -> None:
    assert is_runtime_line(LINE)
    assert is_runtime_line(b"scav 0 KiB work (bg), 0 KiB work (eager), 5 KiB now, 49% util")
    assert is_runtime_line(b"GC forced\n")
    assert is_runtime_line(b"scan: class 64B 21577+5+41659=63241 objs, 1+336=337 spans")
    assert not is_runtime_line(b"2024 " + LINE)
    assert holds_trace(b"2024 " + LINE)
    assert is_fatal_line(b"fatal error: runtime: out of memory")
    assert not is_fatal_line(b"gc 1")


def test_a_long_log_in_pieces_reads_as_in_one() -> None:
    data = log(*((number, number / 10) for number in range(1, 400)))
    reader = TraceReader()
    for start in range(0, len(data), 37):
        reader.feed(data[start : start + 37])
    reader.end()
    whole, pieces = parse(data), reader.trace()
    assert pieces.cycles.number.tolist() == whole.cycles.number.tolist()
    assert pieces.cycles.line.tolist() == whole.cycles.line.tolist()


def test_a_log_without_end_keeps_the_newest() -> None:
    reader = TraceReader(most_cycles=100)
    for number in range(1, 1000):
        reader.feed(line(number, number / 10) + b"\n")
    cycles = reader.trace().cycles
    assert 100 <= len(cycles) <= 200
    assert cycles.number[-1] == 999


def test_a_live_trace_gives_each_cycle_once_its_line_is_whole() -> None:
    live = IncrementalTrace()
    assert live.feed(line(1, 1.0)) == []
    (cycle,) = live.feed(b"\nnoise\n")
    assert (cycle.number, cycle.heap_marked_bytes, cycle.goal_bytes) == (1, 37 * MIB, 44 * MIB)
    assert live.last == cycle
    assert live.count == 1


def test_gc_cpu_of_the_last_seconds_forgets_what_is_long_past() -> None:
    live = IncrementalTrace(window_seconds=10)
    busy = line(1, 1.0).replace(b"5.1/0.079", b"500/500")
    live.feed(busy + b"\n")
    assert live.gc_cpu_fraction() == pytest.approx(1.0 / 2 / 1.01, rel=0.02)
    assert live.gc_cpu_fraction(10.0) == pytest.approx(0.05, rel=0.02)
    assert live.gc_cpu_fraction(30.0) == 0.0


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_a_word(data: bytes) -> None:
    trace = parse(data + b"\n" + LINE + b"\n" + data)
    assert len(trace.cycles) >= 1
    assert trace.lines_read >= 2


@given(st.lists(st.integers(0, len(LINE)), min_size=1, max_size=8))
def test_a_line_cut_anywhere_never_gives_wrong_figures(cuts: list[int]) -> None:
    data = b"\n".join(LINE[:cut] for cut in cuts)
    trace = parse(data)
    assert set(trace.cycles.heap_end_bytes.tolist()) <= {43 * MIB}
    assert len(trace.cycles) == sum(cut == len(LINE) for cut in cuts)
