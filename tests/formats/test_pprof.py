"""Profiles read from protobuf and written back; what is broken gets a sentence."""

from __future__ import annotations

import gzip
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput, TooLarge
from goom.case.profile import Frame, Profile
from goom.formats.pprof import parse, write
from goom.formats.pprof_top import top
from goom.golang.build import BuildOptions, build, go_environment
from goom.golang.toolchain import obtain
from tests.formats.profiles import FOLDER, VERSIONS, sample, top_rows

ARRAYS = (
    "values", "stack_offsets", "stack_locations", "location_offsets", "line_functions",
    "line_numbers", "block_bytes",
)  # fmt: skip
REST = (
    "kind", "sample_types", "functions", "files", "labels", "period", "period_type",
    "default_sample_type", "comments", "origin",
)  # fmt: skip


def assert_same(one: Profile, other: Profile) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in REST:
        assert getattr(one, name) == getattr(other, name), name
    for name in ("taken_at_seconds", "duration_seconds"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), nan_ok=True), name


def message(field: int, content: bytes) -> bytes:
    return bytes([field << 3 | 2, len(content)]) + content


def number(field: int, value: int) -> bytes:
    encoded = bytearray([field << 3])
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])


TYPE = message(1, number(1, 1) + number(2, 2))
STRINGS = b"".join(message(6, text) for text in (b"", b"samples", b"count", b"f", b"g"))
FUNCTIONS = message(5, number(1, 1) + number(2, 3)) + message(5, number(1, 2) + number(2, 4))
LOCATIONS = b"".join(
    message(4, number(1, place) + message(4, number(1, place) + number(2, 10 * place)))
    for place in (1, 2)
)
TABLES = TYPE + FUNCTIONS + LOCATIONS + STRINGS


@pytest.mark.parametrize("measure", ["alloc_space", "alloc_objects"])
@pytest.mark.parametrize("version", VERSIONS)
def test_flat_and_cum_are_what_pprof_prints(version: str, measure: str) -> None:
    profile = parse(sample(version, "heap.pb.gz"))
    names, flat, cum = top(profile, measure)
    ours = {name: (int(one), int(all_)) for name, one, all_ in zip(names, flat, cum, strict=True)}
    theirs = top_rows(sample(version, f"heap.{measure}.top.txt").decode())
    assert theirs
    assert {name: ours[name] for name in theirs} == theirs
    assert sum(map(any, ours.values())) == len(theirs)


@pytest.mark.real_go
@pytest.mark.slow
def test_flat_and_cum_are_what_this_machines_pprof_prints(tmp_path: Path) -> None:
    toolchain = obtain()
    binary = build(FOLDER / "orders", toolchain, BuildOptions(trimpath=True))
    subprocess.run([binary, tmp_path, "50"], check=True)
    options = ["-top", "-unit=B", "-sample_index=alloc_space", "-nodecount=100000"]
    options += ["-nodefraction=0", "-edgefraction=0", "-symbolize=none"]
    done = subprocess.run(
        [toolchain.go, "tool", "pprof", *options, tmp_path / "heap.pb.gz"],
        env=go_environment(toolchain), check=True, capture_output=True, text=True,
    )  # fmt: skip
    names, flat, cum = top(parse((tmp_path / "heap.pb.gz").read_bytes()), "alloc_space")
    ours = {name: (int(one), int(all_)) for name, one, all_ in zip(names, flat, cum, strict=True)}
    theirs = top_rows(done.stdout)
    assert {name: ours[name] for name in theirs} == theirs


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["heap", "goroutine", "cpu", "threadcreate"])
def test_a_profile_survives_being_written_and_read(version: str, kind: str) -> None:
    profile = parse(sample(version, f"{kind}.pb.gz"), origin="x")
    assert profile.kind == kind
    assert len(profile)
    assert_same(profile, parse(write(profile), origin="x"))


def test_the_leak_profile_is_told_apart_and_keeps_its_labels() -> None:
    assert parse(sample("1.27.3", "goroutineleak.pb.gz")).kind == "goroutineleak"
    assert "x y" in parse(sample("1.27.3", "goroutine.pb.gz")).labels["svc"]


def test_a_heap_profile_says_when_it_was_taken_and_how_large_its_blocks_are() -> None:
    profile = parse(sample("1.22.10", "heap.pb.gz"), taken_at_seconds=1.0)
    assert profile.taken_at_seconds > 1.7e9
    assert profile.period == 512 * 1024
    assert 65536 in profile.block_bytes


@given(
    stacks=st.lists(st.lists(st.sampled_from([1, 2]), max_size=5), max_size=20),
    unpacked=st.booleans(),
    value_first=st.booleans(),
    tables_last=st.booleans(),
)
def test_every_order_and_packing_reads_alike(
    stacks: list[list[int]], unpacked: bool, value_first: bool, tables_last: bool
) -> None:
    samples = b""
    for place, stack in enumerate(stacks):
        packed = message(1, bytes(stack)) if stack else b""
        ids = b"".join(number(1, each) for each in stack) if unpacked else packed
        value = number(2, place) if unpacked else message(2, bytes([place]))
        samples += message(2, value + ids if value_first else ids + value)
    profile = parse(samples + TABLES if tables_last else TABLES + samples)
    assert profile.values[:, 0].tolist() == list(range(len(stacks)))
    names = [[frame.function for frame in profile.stack(one)] for one in range(len(profile))]
    assert names == [["fg"[each - 1] for each in stack] for stack in stacks]


def test_a_recursive_function_counts_once_in_cum() -> None:
    profile = parse(TABLES + message(2, number(2, 5) + message(1, b"\1\2\1\1")))
    names, flat, cum = top(profile, "samples")
    assert dict(zip(names, flat.tolist(), strict=True)) == {"f": 5, "g": 0}
    assert dict(zip(names, cum.tolist(), strict=True)) == {"f": 5, "g": 5}


def test_inlined_calls_unfold_innermost_first() -> None:
    lines = message(4, number(1, 2) + number(2, 7)) + message(4, number(1, 1) + number(2, 8))
    inlined = message(4, number(1, 9) + lines)
    profile = parse(TABLES + inlined + message(2, number(2, 1) + number(1, 9)))
    assert profile.stack(0) == (Frame("g", "", 7), Frame("f", "", 8))


def test_code_without_symbols_is_named_after_its_file() -> None:
    mapping = message(3, number(1, 1) + number(5, 5))
    bare = message(4, number(1, 9) + number(2, 1))
    name = message(6, b"/lib/libc.so.6")
    profile = parse(TABLES + name + mapping + bare + message(2, number(2, 1) + number(1, 9)))
    assert profile.stack(0)[0].function == "[libc.so.6]"


def test_text_that_is_not_utf8_is_kept_as_far_as_it_goes() -> None:
    profile = parse(TABLES.replace(message(6, b"f"), message(6, b"f\xff<b>")))
    assert profile.functions[0] == "f\ufffd<b>"


def test_ids_far_apart_are_found_as_well() -> None:
    huge = (1 << 63) + 12345
    far = message(4, number(1, huge) + message(4, number(1, 1)))
    profile = parse(TABLES + far + message(2, number(2, 1) + number(1, huge)))
    assert profile.stack(0)[0].function == "f"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<!DOCTYPE html><title>502</title>", "HTML"),
        (b'{"memstats": {}}', "JSON"),
        (b"--- heapz 1 ---\nformat = java", "Java"),
        (b"heap profile: 1: 2 [3: 4] @ heap/1048576\n", "debug=1"),
        (bytes(range(7, 256)), "not a whole pprof profile"),
        (STRINGS, "no sample type"),
        (TABLES + message(2, number(2, 1) + number(1, 3)), "location 3"),
        (TABLES + message(2, number(2, 1) + number(1, 0)), "location 0"),
        (TABLES + message(4, number(1, 3) + message(4, number(1, 8))), "function 8"),
        (TABLES + message(4, number(1, 1)), "two locations share an id"),
        (TABLES + message(5, number(1, 5) + number(2, 77)), "string 77"),
        (TABLES + message(2, number(1, 1)), "1 values"),
        (TABLES + message(2, number(2, 1) + message(1, b"\x81")), "inside a number"),
        (TABLES + message(2, b"\x0a\x09\x01"), "runs past the end"),
        (TABLES + message(2, b"\x0b\x01"), "wire type"),
        (TABLES + message(2, b"\x08" + b"\xff" * 11), "ten bytes"),
        (TABLES[:-1], "runs past the end"),
    ],
)
def test_what_is_no_profile_gets_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        parse(data, origin="heap.pb.gz")
    assert caught.value.message.startswith("heap.pb.gz")
    assert caught.value.hint


def test_a_truncated_copy_names_the_byte_where_it_stops() -> None:
    cut = sample("1.22.10", "heap.pb.gz")[:1234]
    with pytest.raises(BadInput, match=r"gzip stops at byte 1,234") as caught:
        parse(cut, origin="heap.pb.gz")
    assert "curl -o heap.pb.gz" in caught.value.hint


def test_a_damaged_copy_is_called_damaged() -> None:
    data = bytearray(sample("1.22.10", "heap.pb.gz"))
    data[500] ^= 0xFF
    with pytest.raises(BadInput, match=r"damaged|whole"):
        parse(bytes(data))


def test_a_bomb_stops_at_the_bound() -> None:
    bomb = gzip.compress(bytes(30 << 20))
    with pytest.raises(TooLarge, match=r"more than 1.0 MiB") as caught:
        parse(bomb, origin="x", max_bytes=1 << 20)
    assert "--max-bytes" in caught.value.hint


def test_records_beyond_counting_are_refused() -> None:
    with pytest.raises(TooLarge, match="records"):
        parse(b"\x12\x00" * 8_100_000)


def test_a_stack_of_a_million_frames_is_refused() -> None:
    stack = b"\x01" * (1 << 21)
    content = b"\x10\x01\x0a\x80\x80\x80\x01" + stack
    length = len(content)
    head = bytes([0x12, length & 127 | 128, length >> 7 & 127 | 128, length >> 14 & 127 | 128, 1])
    with pytest.raises(TooLarge, match="one sample"):
        parse(TABLES + head + content)


def test_a_profile_of_another_maker_is_read_and_named_other() -> None:
    profile = parse(TABLES.replace(b"samples", b"objects"))
    assert profile.kind == "other"
    assert math.isnan(profile.taken_at_seconds)
