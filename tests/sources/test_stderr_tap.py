"""A child's stderr: every byte goes on, trace lines are kept, memory stays bounded."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from goom.sources.stderr_tap import Sieve, StderrTap

GC = (
    b"gc 5 @1.108s 0%: 0.024+0.24+0.003 ms clock, 0.048+0.089/0.088/0.17+0.006 ms cpu, "
    b"25->25->22 MB, 25 MB goal, 0 MB stacks, 0 MB globals, 2 P"
)
SCAV = b"scav 0 KiB work (bg), 0 KiB work (eager), 1960 KiB now, 89% util"
PIECES = st.lists(
    st.one_of(
        st.sampled_from([GC, SCAV, b"\n", b"\r\n", b"gc", b"garbage", b"s", b"pace", b"\xff\0"]),
        st.binary(max_size=30),
    )
)


def sift(sieve: Sieve, *pieces: bytes) -> tuple[bytes, list[bytes]]:
    """Everything that went on, and everything that was kept."""
    passed, kept = b"", list[bytes]()
    for piece in pieces:
        sifted = sieve.feed(piece)
        passed, kept = passed + sifted.passed, kept + sifted.kept
    return passed + sieve.give_up(), kept


@given(PIECES)
def test_every_byte_goes_on_untouched(pieces: list[bytes]) -> None:
    assert sift(Sieve(), *pieces)[0] == b"".join(pieces)


@given(PIECES)
def test_how_the_bytes_are_cut_does_not_matter(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    singles = [whole[at : at + 1] for at in range(len(whole))]
    for quiet in (False, True):
        assert sift(Sieve(quiet=quiet), *singles) == sift(Sieve(quiet=quiet), whole)


@given(PIECES)
def test_quiet_takes_nothing_but_what_was_kept(pieces: list[bytes]) -> None:
    text = b"".join(pieces) + b"\n"
    passed, kept = sift(Sieve(quiet=True), text)
    taken = [line for line in text.splitlines(keepends=True) if line.rstrip(b"\r\n") in kept]
    assert len(text) - len(passed) <= sum(map(len, taken))


def test_trace_lines_are_kept_and_quiet_takes_them_out() -> None:
    text = b"hello\n" + GC + b"\n" + SCAV + b"\nbye\n"
    assert sift(Sieve(), text) == (text, [GC, SCAV])
    assert sift(Sieve(quiet=True), text) == (b"hello\nbye\n", [GC, SCAV])


def test_a_trace_line_behind_an_unfinished_line_is_kept_and_stays_in_sight() -> None:
    text = b"loading ... " + GC + b"\ndone\n"
    for quiet in (False, True):
        assert sift(Sieve(quiet=quiet), text) == (text, [GC])


def test_a_prompt_that_looks_like_the_start_of_a_trace_line_is_not_held_for_ever() -> None:
    sieve = Sieve(quiet=True)
    assert sieve.feed(b"gc ").passed == b""
    assert sieve.give_up() == b"gc "
    assert sieve.feed(b"is off\n").passed == b"is off\n"


def test_fatal_errors_of_go_are_kept_and_stay_in_sight() -> None:
    text = b"fatal error: out of memory\n"
    assert sift(Sieve(quiet=True), text) == (text, [b"fatal error: out of memory"])


def test_ten_megabytes_without_a_newline_go_on_and_are_not_kept() -> None:
    sieve, passed = Sieve(quiet=True), 0
    for _ in range(160):
        passed += len(sieve.feed(b"gc 1 @" + b"x" * 65530).passed)
        assert len(sieve._partial) <= 4096
    last = sieve.feed(b"\n" + GC + b"\n")
    assert passed + len(last.passed) == 160 * 65536 + 1
    assert last.kept == [GC]


def test_the_tap_reads_to_the_end_even_when_the_reader_is_gone() -> None:
    reading, writing = os.pipe()
    kept: list[bytes] = []

    def gone(data: bytes) -> None:
        raise BrokenPipeError

    tap = StderrTap(reading, quiet=False, sink=gone, keep=lambda at, line: kept.append(line))
    os.write(writing, b"x" * 5000 + b"\n" + GC + b"\n")
    os.close(writing)
    tap.finish()
    os.close(reading)
    assert kept == [GC]
