"""Groups, members, marks and votes: what each signal says, and what two of them make together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from goom.case.evidence import GoroutineDumps, Profiles
from goom.case.goroutine_leak import AGAINST, FOR, NOT_SEEN, GoroutineLeak, GoroutineLeaks
from goom.case.profile import Frame, GoroutineDump, Profile
from goom.case.series import MemStatsSeries, ProcessSeries
from goom.case.subject import Subject
from goom.formats import goroutine_dump
from goom.signals.goroutine_leaks import goroutine_leaks
from goom.signals.goroutines import goroutine_trend
from goom.signals.leaks.groups import key_of, leak_groups
from goom.signals.leaks.marks import leak_marks
from goom.signals.leaks.members import leak_members
from goom.signals.leaks.memory import leak_memory
from tests.detectors.world import START, profile
from tests.signals.small_evidence import clock, frames, goroutines, memstats

SUBJECT = Subject()
WAITS = frames("runtime.gopark", "runtime.chansend1", "main.ask", "main.serve.func1")
IN_C = frames("runtime.cgocall", "main._Cfunc_wait", "main.call")
TIMES = (1.0, 3.0, 5.0, 7.0, 9.0, 11.0)


def rising(stack: tuple[Frame, ...] = WAITS, pace: float = 20) -> list[Profile]:
    return [goroutines(now, (stack, round(pace * now))) for now in TIMES]


def steady(stack: tuple[Frame, ...] = WAITS, many: int = 300) -> list[Profile]:
    return [goroutines(now, (stack, many)) for now in TIMES]


def dump(
    at_seconds: float, ids: Iterable[int], minutes: Sequence[int] = (), leaked: bool = False
) -> GoroutineDump:
    """Goroutines of WAITS with these ids."""
    mark = " (leaked)" if leaked else ""
    waits = dict(enumerate(minutes))
    text = "".join(
        f"goroutine {number} [chan send{mark}"
        f"{f', {waits[row]} minutes' if waits.get(row) else ''}]:\n"
        "main.ask()\n\t/src/app/app.go:1 +0x1\nmain.serve.func1()\n\t/src/app/app.go:1 +0x1\n"
        "created by main.serve in goroutine 1\n\t/src/app/app.go:30 +0x2\n\n"
        for row, number in enumerate(ids)
    )
    return goroutine_dump.parse(text, taken_at_seconds=START + at_seconds)


def judged(
    profiles: Iterable[Profile] = (),
    dumps: Iterable[GoroutineDump] = (),
    stats: MemStatsSeries | None = None,
    process: ProcessSeries | None = None,
) -> tuple[GoroutineLeak, ...]:
    """The signals as diagnose derives them."""
    seen, texts = Profiles(tuple(profiles)), GoroutineDumps(tuple(dumps))
    now = clock(12.0)
    some = texts if texts.all else None
    trend = goroutine_trend(now, seen, some, None, None)
    assert trend is not None
    groups = leak_groups(trend, now, some, SUBJECT)
    assert groups is not None
    found = goroutine_leaks(
        groups,
        leak_memory(trend, now, stats, None),
        leak_members(some, SUBJECT) if some else None,
        leak_marks(seen, some, SUBJECT),
        process,
        None,
    )
    assert isinstance(found, GoroutineLeaks)
    return found.all


def side(leak: GoroutineLeak, signal: str) -> str:
    vote = leak.vote(signal)
    assert vote is not None
    return vote.side


def test_a_dump_and_a_profile_name_the_same_group() -> None:
    of_dump = dump(1, [5]).stacks[0]
    assert key_of(of_dump, SUBJECT)[0] == key_of(WAITS, SUBJECT)[0]
    assert key_of((), SUBJECT)[0] == ("", "")


def test_growth_alone_is_never_sure() -> None:
    (leak,) = judged(rising())
    assert side(leak, "growth") == FOR
    assert [side(leak, one) for one in ("age", "never woken", "threads")] == [NOT_SEEN] * 3
    assert leak.independent == 1
    assert 0.5 < leak.confidence <= 0.8


def test_growth_and_age_together_are() -> None:
    (leak,) = judged(rising(), [dump(3, range(60)), dump(11, range(220))])
    assert side(leak, "age") == FOR
    assert leak.confidence > 0.95
    assert (leak.created_at.function, leak.created_at.line) == ("main.serve", 30)
    assert leak.oldest_seconds == pytest.approx(8.0)


def test_members_that_come_and_go_are_no_leak_however_they_grow() -> None:
    (leak,) = judged(rising(), [dump(3, range(60)), dump(11, range(1000, 1220))])
    assert side(leak, "growth") == FOR
    assert side(leak, "age") == AGAINST
    assert leak.confidence < 0.3


def test_a_queue_that_is_let_go_far_too_slowly_is_one() -> None:
    (leak,) = judged(rising(), [dump(3, range(60)), dump(11, range(25, 220))])
    vote = leak.vote("age")
    assert vote is not None
    assert vote.side == FOR
    assert "25 of 60 seen early left" in vote.text


def test_those_of_a_time_before_the_leak_do_not_speak_for_those_who_piled_up_since() -> None:
    """20 that all end, then a pile of which nine in ten stay: the dump half way tells."""
    piled = [*range(100, 190), *range(500, 510)]
    late = [*range(100, 190), *range(600, 730)]
    (leak,) = judged(rising(), [dump(1, range(20)), dump(6, piled), dump(11, late)])
    age = leak.vote("age")
    assert age is not None
    assert (age.side, age.text.split(" seen")[0]) == (FOR, "90 of 100")


def test_dumps_a_blink_apart_say_nothing_of_age() -> None:
    (leak,) = judged(rising(), [dump(10.9, range(200)), dump(11, range(200))])
    assert side(leak, "age") == NOT_SEEN


def test_a_steady_fleet_is_not_even_asked_about() -> None:
    assert not judged(steady(), [dump(3, range(300)), dump(11, range(300))])


def test_waits_from_one_minute_to_many_in_a_single_dump_speak_for_it() -> None:
    minutes = [row // 3 for row in range(60)]
    (leak,) = judged((), [dump(11, range(60), minutes)])
    assert side(leak, "growth") == NOT_SEEN
    assert side(leak, "age") == FOR
    assert leak.confidence <= 0.8
    assert leak.oldest_seconds == 19 * 60


def test_a_fleet_that_has_waited_since_one_moment_speaks_against() -> None:
    (leak,) = judged((), [dump(11, range(60), [42] * 60)])
    assert side(leak, "age") == AGAINST
    assert leak.confidence < 0.2


def test_the_runtimes_own_word_and_growth_are_two_signals() -> None:
    named = profile("goroutineleak", 8, ("goroutineleak",), [(WAITS, (150.0,), 0)])
    (leak,) = judged([*rising(), named])
    assert side(leak, "never woken") == FOR
    assert leak.independent == 2
    assert leak.confidence > 0.95


def test_a_leak_profile_that_names_others_speaks_for_nobody() -> None:
    other = frames("runtime.gopark", "runtime.chanrecv1", "main.other")
    named = profile("goroutineleak", 8, ("goroutineleak",), [(other, (150.0,), 0)])
    leak = next(one for one in judged([*rising(), named]) if one.waits_at.function == "main.ask")
    vote = leak.vote("never woken")
    assert vote is not None
    assert (vote.side, vote.weight) == (NOT_SEEN, 0.0)


def test_marks_of_a_dump_are_the_runtimes_word_too() -> None:
    (leak,) = judged((), [dump(11, range(30), leaked=True)])
    assert side(leak, "never woken") == FOR
    assert leak.confidence == pytest.approx(0.8)


def test_stacks_that_rise_with_them_are_told_and_weigh_little() -> None:
    stats = memstats([1, 11], StackInuse=[100_000.0, 100_000.0 + 200 * 2048])
    (leak,) = judged(rising(), stats=stats)
    vote = leak.vote("retained bytes")
    assert vote is not None
    assert vote.side == FOR
    assert vote.weight < 1.0
    assert leak.stack_bytes == pytest.approx(2309.0 * 220, rel=0.1)


def test_without_memstats_a_stack_is_reckoned_at_its_least() -> None:
    (leak,) = judged(rising())
    assert leak.stack_bytes == 2048 * 220
    assert isnan(leak.heap_bytes)


def test_goroutines_in_c_hold_threads() -> None:
    (leak,) = judged(rising(IN_C), process=threads(8, 208))
    assert side(leak, "threads") == FOR
    assert leak.independent == 2
    (other,) = judged(rising(IN_C), process=threads(8, 9))
    assert side(other, "threads") == AGAINST


def test_two_of_one_creator_that_march_together_are_one() -> None:
    reader = frames("runtime.gopark", "runtime.selectgo", "net/http.(*persistConn).readLoop")
    writer = frames("runtime.gopark", "runtime.selectgo", "net/http.(*persistConn).writeLoop")
    looks = [goroutines(now, (reader, 10 * now), (writer, 10 * now)) for now in TIMES]
    text = "".join(
        f"goroutine {number} [select]:\nnet/http.(*persistConn).{loop}(0x1)\n"
        f"\t/usr/local/go/src/net/http/transport.go:1 +0x1\ncreated by "
        f"net/http.(*Transport).dialConn in goroutine 9\n"
        f"\t/usr/local/go/src/net/http/transport.go:{line} +0x1\n\n"
        for number, (loop, line) in enumerate(
            [("readLoop", 1944), ("writeLoop", 1945)] * 30, start=10
        )
    )
    (leak,) = judged(looks, [goroutine_dump.parse(text, taken_at_seconds=START + 3)])
    assert leak.count == 220


def test_text_without_the_runtimes_frames_still_shows_growth() -> None:
    (leak,) = judged(rising(WAITS[2:]))
    assert leak.wait == ""
    assert side(leak, "growth") == FOR


def test_a_leak_profile_alone_names_who_waits() -> None:
    (leak,) = judged([profile("goroutineleak", 8, ("goroutineleak",), [(WAITS, (150.0,), 0)])])
    assert leak.count == 150
    assert side(leak, "never woken") == FOR
    assert leak.confidence == pytest.approx(0.8)


def test_impossible_times_do_not_crash() -> None:
    found = judged(rising(), [dump(nan, range(60)), dump(11, range(220))])
    assert found[0].count == 220


def threads(first: float, last: float) -> ProcessSeries:
    moments = np.array([START + 1, START + 11])
    return ProcessSeries(moments, {"threads": np.array([first, last])})


@pytest.mark.parametrize("unread_at", [lambda now: 20 * now, lambda now: 230 - 20 * now])
def test_goroutines_whose_stack_was_not_read_make_nobody_grow(
    unread_at: Callable[[float], float],
) -> None:
    """A fleet of 300, of which at each look more, or fewer, run just then: no one knows where."""
    fleet = [(now, round(unread_at(now))) for now in TIMES]
    looks = [goroutines(now, (WAITS, 300 - many), ((), many)) for now, many in fleet]
    assert not judged(looks)


def test_a_leak_grows_beside_some_that_run_just_then() -> None:
    looks = [goroutines(now, (WAITS, round(20 * now)), ((), round(5 + now % 3))) for now in TIMES]
    (leak,) = judged(looks)
    assert leak.count == pytest.approx(220)


def called(at_seconds: float, ids: Iterable[int], request: int) -> GoroutineDump:
    """The same, with what ask was called with: the first five are idle, the others work."""
    plain = dump(at_seconds, ids)
    words = tuple(
        f"0xc0000{number:05x}, {0 if number <= 5 else request * number:#x}"
        for number in plain.ids.tolist()
    )
    return replace(plain, arguments=words)


def test_where_most_ran_in_between_the_idle_ones_are_no_vote() -> None:
    ids = range(1, 51)
    busy = judged(rising(), [called(1, ids, 16), called(11, ids, 48)])
    stuck = judged(rising(), [called(1, ids, 16), called(11, ids, 16)])
    (of_busy,), (of_stuck,) = busy, stuck
    said = of_stuck.vote("age")
    assert said is not None and said.side == FOR and "50 of 50" in said.text
    instead = of_busy.vote("age")
    assert instead is not None and instead.weight < 0.05 * said.weight
    assert of_busy.confidence < of_stuck.confidence
