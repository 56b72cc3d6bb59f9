"""Layouts and addresses are those that the executable's DWARF states, in both of its versions."""

from __future__ import annotations

import mmap
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.formats import dwarf_layout, elf_image
from goom.formats.go_layout import Array, Field, Layouts, Struct
from goom.golang.build import build
from goom.golang.toolchain import obtain
from tests.formats.small_dwarf import ADDRESS, dwarf_elf

ORACLE = Path(__file__).parent / "layout_oracle"


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("packed", [True, False])
def test_structs_arrays_and_globals_are_found_by_name(version: int, packed: bool) -> None:
    found = dwarf_layout.read(elf_image.read(memoryview(dwarf_elf(version, packed=packed))))
    layouts = found.layouts()
    assert layouts.at("runtime.pair", "a") == Field(0, 8, "uint64")
    assert layouts.at("runtime.pair", "b", "n") == Field(8, 4, "int32")
    assert layouts.struct("runtime.pair").size_bytes == 16
    assert layouts.shape("[4]int32") == Array("[4]int32", 16, 4, "int32")
    assert found.variables(["runtime.one", "runtime.two"]) == {
        "runtime.one": dwarf_layout.Variable(ADDRESS, 16, "runtime.pair")
    }


def test_a_path_that_is_not_there_is_said() -> None:
    layouts = dwarf_layout.read(elf_image.read(memoryview(dwarf_elf()))).layouts()
    assert layouts.maybe("runtime.pair", "c") is None
    assert layouts.maybe("runtime.pair", "a", "n") is None
    with pytest.raises(BadInput, match=r"runtime\.pair has no field b\.c"):
        layouts.at("runtime.pair", "b", "c")
    with pytest.raises(BadInput, match=r"runtime\.none"):
        layouts.struct("runtime.none")


def test_an_end_of_another_name_is_not_taken_for_the_name() -> None:
    found = dwarf_layout.read(elf_image.read(memoryview(dwarf_elf())))
    assert found.shape("pair") is None
    assert found.shape("untime.pair") is None


def test_types_that_contain_themselves_do_not_loop() -> None:
    loop = Struct("a", 8, {"a": Field(0, 8, "a")})
    assert Layouts({"a": loop}.get).maybe("a", *["a"] * 1000) is not None


def test_a_section_that_claims_to_unpack_to_more_is_refused() -> None:
    data = bytearray(dwarf_elf())
    at = data.index(b"\x01\0\0\0\0\0\0\0", 120) + 8
    data[at : at + 8] = (1 << 40).to_bytes(8, "little")
    with pytest.raises(BadInput, match=r"packed in a way"):
        dwarf_layout.read(elf_image.read(memoryview(data)))


def test_a_file_without_dwarf_says_so() -> None:
    with pytest.raises(BadInput, match=r"no DWARF"):
        dwarf_layout.read(
            elf_image.read(memoryview(dwarf_elf().replace(b"debug_info", b"debug_inf0")))
        )


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_every_struct_and_global_of_a_real_runtime_is_as_gos_own_reader_says(version: str) -> None:
    subject = build(ORACLE, obtain(version))
    oracle = build(ORACLE, obtain("1.27.3"))
    told = subprocess.run(
        [oracle, subject], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    with subject.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        image = elf_image.read(memoryview(pages))
        found = dwarf_layout.read(image)
    _compare(told, found, image.symbols)


def _compare(
    told: list[str], found: dwarf_layout.GoDwarf, symbols: Callable[[list[str]], object]
) -> None:
    rows = [line.split(" ") for line in told]
    structs = {row[1]: int(row[2]) for row in rows if row[0] == "struct"}
    variables = {row[1]: int(row[2]) for row in rows if row[0] == "variable"}
    places = {row[1]: int(row[2]) for row in rows if row[0] == "symbol"}
    layouts = found.layouts()
    chosen = [*sorted(structs)[::3], "runtime.mheap", "runtime.g", "runtime.gcControllerState"]
    assert {name: layouts.struct(name).size_bytes for name in chosen} == {
        name: structs[name] for name in chosen
    }
    said = {
        (row[1], row[2]): Field(int(row[3]), int(row[4]), "") for row in rows if row[0] == "field"
    }
    for name in chosen:
        for label, place in layouts.struct(name).fields.items():
            expected = said[name, label]
            assert (place.offset, place.size_bytes) == (expected.offset, expected.size_bytes)
    some = [*sorted(places)[::40], "runtime.gcController"]
    assert symbols(some) == {name: places[name] for name in some}
    named = sorted(variables)[::10]  # the oracle states those of DWARF 4 only
    here = found.variables([*named, "runtime.gcController"])
    assert {name: here[name].address for name in named} == {name: variables[name] for name in named}
    assert here["runtime.gcController"].address == places["runtime.gcController"]
