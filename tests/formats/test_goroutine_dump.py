"""Goroutine dumps: who waits for what, since when, and who started it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.case.profile import Frame
from goom.formats.goroutine_dump import parse
from tests.formats.profiles import VERSIONS, sample

DUMP = """\
goroutine 1 [running]:
main.main()
\t/src/app/main.go:30 +0x19

goroutine 18 [chan receive (leaked), 5 minutes, locked to thread] {svc: "x y"}:
main.(*Worker[...]).run(0xc000012345, {0x1, 0x2}, 0x3?)
\t/src/app/worker.go:48 +0x19
gopkg.in/yaml%2ev3.handle(...)
\t/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1/yaml.go:9
...additional frames elided...
created by main.start.func1 in goroutine 1
\t/src/app/main.go:12 +0x8e

goroutine 19 gp=0xc000002540 m=nil [select (no cases), 1441 minutes]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
\t/go/src/runtime/proc.go:398 +0xce fp=0xc000049f50 sp=0xc000049f30 pc=0x43a1ce
...37 frames elided...
created by main.start
\t/src/app/main.go:14 +0x8e
"""


def test_a_header_tells_state_wait_leak_and_thread() -> None:
    dump = parse(DUMP)
    assert dump.ids.tolist() == [1, 18, 19]
    assert dump.states == ("running", "chan receive", "select (no cases)")
    assert dump.wait_minutes.tolist() == [0, 5, 1441]
    assert dump.leaked.tolist() == [False, True, False]
    assert dump.locked_to_thread.tolist() == [False, True, False]


def test_stacks_are_leaf_first_and_know_their_creator() -> None:
    dump = parse(DUMP)
    assert dump.stacks[dump.stack_ids[1]] == (
        Frame("main.(*Worker[...]).run", "/src/app/worker.go", 48),
        Frame("gopkg.in/yaml%2ev3.handle", "/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1/yaml.go", 9),
    )
    assert dump.created_by == (
        Frame("", "", 0),
        Frame("main.start.func1", "/src/app/main.go", 12),
        Frame("main.start", "/src/app/main.go", 14),
    )
    assert dump.elided_frames.tolist() == [0, 1, 37]


def test_the_words_of_the_calls_are_kept_where_there_are_any() -> None:
    text = """goroutine 7 [select]:
main.(*Worker).run(0xc000012345, {0x1, 0x2})
\t/src/app/worker.go:48 +0x19
main.work(...)
\t/src/app/worker.go:12
created by main.start in goroutine 1
\t/src/app/main.go:12 +0x8e

goroutine 8 [select]:
main.idle(...)
\t/src/app/worker.go:60 +0x19
"""
    assert parse(text).arguments == ("0xc000012345, {0x1, 0x2}; ...", "")


@pytest.mark.parametrize("version", VERSIONS)
def test_both_text_forms_of_one_moment_agree(version: str) -> None:
    counted = parse(sample(version, "goroutine.debug1.txt").decode())
    listed = parse(sample(version, "goroutine.debug2.txt").decode())
    assert counted.total == listed.total == 13
    assert counted.counts.max() == 10
    assert listed.states.count("chan receive") == 10
    assert listed.locked_to_thread.sum() == 1
    assert "main.main" in {frame.function for frame in listed.created_by}


def test_the_runtimes_own_leak_marks_are_read() -> None:
    dump = parse(sample("1.27.3", "goroutineleak.debug2.txt").decode())
    assert dump.leaked.sum() == 11
    assert "sync.Mutex.Lock" in dump.states


def test_a_crash_in_the_middle_of_a_log_is_a_dump() -> None:
    dump = parse("level=info msg=hello\nfatal error: all goroutines are asleep\n\n" + DUMP)
    assert dump.total == 3


def test_a_dump_cut_off_in_the_middle_keeps_what_is_whole() -> None:
    dump = parse(DUMP[: DUMP.index("worker.go") + 3])
    assert dump.ids.tolist() == [1, 18]
    assert dump.stacks[dump.stack_ids[0]][0].function == "main.main"


@pytest.mark.parametrize("text", ["", "404 page not found\n", "goroutine x [running]:\n"])
def test_text_without_goroutines_gets_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match="holds no goroutine"):
        parse(text, origin="dump.txt")


@given(st.text(alphabet="goroutine 1234567890[]():,.\n\t+x/ ", max_size=300))
def test_no_text_makes_it_stumble(text: str) -> None:
    try:
        dump = parse("goroutine 1 [running]:\n" + text)
    except BadInput:
        return
    assert len(dump.created_by) == len(dump.counts) == len(dump.states)
