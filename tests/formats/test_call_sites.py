"""Who calls what in an executable: from its own tables, stripped or not, hostile or not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.binary import BinaryCalls
from goom.case.errors import BadInput
from goom.case.profile import Frame
from goom.formats.call_sites import from_json, read, to_json
from goom.golang.build import go_environment
from goom.golang.toolchain import obtain
from tests.formats.small_program import CALLEE, CALLER, program

SHOP = """package main

import "sync"

var kept = map[string][]byte{}

var buffers = sync.Pool{New: func() any { return new([64]byte) }}

//go:noinline
func remember(key string) {
	kept[key] = make([]byte, 64)
}

//go:noinline
func borrow() {
	buffers.Put(buffers.Get())
}

func main() {
	remember("a")
	borrow()
}
"""


def test_a_call_is_found_with_its_file_and_line() -> None:
    calls = read(memoryview(program()))
    assert calls.callers == {CALLEE: (Frame(CALLER, "example.com/shop/cart.go", 7),)}


@pytest.mark.parametrize("magic", [0xFFFFFFFB, 0xFFFFFFFA, 0])
def test_a_table_of_another_version_is_said(magic: int) -> None:
    with pytest.raises(BadInput, match="version"):
        read(memoryview(program(magic=magic)))


def test_an_address_beyond_all_memory_does_no_harm() -> None:
    with pytest.raises(BadInput):
        read(memoryview(program(address=2**64 - 8)))


@given(st.integers(0, len(program())))
def test_a_cut_file_is_refused_or_read(length: int) -> None:
    try:
        assert isinstance(read(memoryview(program()[:length])), BinaryCalls)
    except BadInput as error:
        assert error.message


def test_what_a_bundle_keeps_reads_back_the_same() -> None:
    calls = read(memoryview(program()))
    assert from_json(to_json(calls)).callers == calls.callers


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "newest"])
def test_a_stripped_program_shows_who_adds_to_its_map_and_who_pools(
    version: str, tmp_path: Path
) -> None:
    (tmp_path / "shop.go").write_text(SHOP)
    toolchain = obtain(version)
    command = [str(toolchain.go), "build", "-ldflags=-s -w", "-o", "shop", "shop.go"]
    subprocess.run(command, cwd=tmp_path, check=True, env=go_environment(toolchain))
    callers = read(memoryview((tmp_path / "shop").read_bytes())).callers
    added = {
        frame.function
        for callee, frames in callers.items()
        if callee.startswith("runtime.mapassign")
        for frame in frames
    }
    assert "main.remember" in added
    assert "main.borrow" in {frame.function for frame in callers["sync.(*Pool).Put"]}
