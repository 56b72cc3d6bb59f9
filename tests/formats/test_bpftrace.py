"""What goom's bpftrace programs print becomes events; what is not of them is counted."""

from __future__ import annotations

import json

from goom.formats.bpftrace import Hit, Symbol, parse


def printed(*texts: str) -> bytes:
    return b"".join(json.dumps({"type": "printf", "data": text}).encode() + b"\n" for text in texts)


def test_a_system_call_with_its_result_and_stack() -> None:
    hits, _ = parse(printed("munmap 12 -22 4096 8192\n\n        0x40332e\n        main.f+62\n"))
    assert hits == [Hit("munmap", 12, (-22, 4096, 8192), (), (0x40332E, Symbol("main.f", 62)))]


def test_addresses_that_were_walked_end_where_there_is_none() -> None:
    hits, _ = parse(printed("copystack 5 4096 2048 ~ 481b1a 481aac 0 7777\n"))
    assert hits[0].walked == (0x481B1A, 0x481AAC)
    assert hits[0].stack == ()


def test_an_error_that_the_kernel_prints_unsigned_is_negative() -> None:
    hits, _ = parse(printed(f"mmap 1 {(1 << 64) - 12} 0 4096 3 34 -1\n"))
    assert hits[0].figures == (-12, 0, 4096, 3, 34, -1)


def test_what_is_said_about_the_look_itself() -> None:
    text = printed("begin 100\n", "ready 150\n", "stop 900\n", "last 1000\n", "end 1200 30000\n")
    text += b'{"type": "attached_probes", "data": {"probes": 4}}\n'
    text += b'{"type": "map", "data": {"@hits": 25}}\n'
    text += b'{"type": "lost_events", "data": {"events": 7}}\n\n'
    hits, said = parse(text)
    assert not hits
    assert said.attached
    assert (said.began_nanoseconds, said.ready_nanoseconds) == (100, 150)
    assert (said.stopped_nanoseconds, said.last_nanoseconds) == (900, 1000)
    assert (said.charged_nanoseconds, said.hits, said.lost) == (30000, 25, 7)
    assert said.not_understood == 0


def test_names_with_blanks_and_modules_are_taken_whole() -> None:
    below = "main.f[go.shape.struct { a int }]+7 (/app)\n  7f001122aabb ([unknown])\n  nonsense\n"
    hits, _ = parse(printed(f"fault 1 97\n{below}"))
    assert hits[0].stack == (Symbol("main.f[go.shape.struct { a int }]", 7), 0x7F001122AABB)


def test_lines_of_others_are_counted() -> None:
    text = printed("hello\n", "mmap\n", "mmap x\n") + b"{\n" + b"\xff\n" + b'{"type": "printf"}\n'
    hits, said = parse(text)
    assert not hits
    assert said.not_understood == 6
    assert len(said.texts) <= 5
